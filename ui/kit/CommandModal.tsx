// A form in a dialog: fields, what the depot had against it, and the two ways out.
import { Button, Group, Modal, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Act } from "@kit/act";
import { Refusal } from "@kit/Refusal";

interface CommandModalProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  submit: string;
  /** For what cannot be taken back. */
  isGrave?: boolean;
  canSubmit?: boolean;
  act: Act;
  onSubmit: () => void;
  children?: ReactNode;
}

export function CommandModal(props: CommandModalProps) {
  const { isOpen, onClose, title, submit, isGrave = false, canSubmit = true, act, onSubmit, children } = props;
  const { t } = useTranslation("kit");
  const close = () => {
    act.reset();
    onClose();
  };
  const onForm = (event: FormEvent) => {
    event.preventDefault();
    // A portal's events bubble through React's tree: a dialog within a form must not submit that form too.
    event.stopPropagation();
    if (canSubmit && !act.isBusy) onSubmit();
  };
  return (
    <Modal opened={isOpen} onClose={close} title={title} size="lg" centered>
      <form onSubmit={onForm} noValidate>
        <Stack>
          {children}
          <Refusal problem={act.problem} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={act.isBusy} disabled={!canSubmit} {...(isGrave && { color: "red.8" })}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
