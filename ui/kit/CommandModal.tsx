// The dialog of a form: fields, what the depot had against it, what somebody else changed meanwhile, and the two ways out.
import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ChangedMeanwhile } from "@kit/ChangedMeanwhile";
import type { Form } from "@kit/form";
import { FormModal } from "@kit/FormModal";
import { Refusal } from "@kit/Refusal";

interface CommandModalProps {
  form: Omit<Form<unknown>, "set" | "submit">;
  title: string;
  submit: string;
  /** For what cannot be taken back. */
  isGrave?: boolean;
  canSubmit?: boolean;
  /** The way out of a refusal, where there is one. */
  wayOut?: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}

export function CommandModal(props: CommandModalProps) {
  const { form, title, submit, isGrave = false, canSubmit = true, wayOut, onSubmit, onClose, children } = props;
  const { t } = useTranslation("kit");
  return (
    <FormModal
      title={title}
      draft={form}
      isBusy={form.isBusy || form.isUnsettled}
      onSubmit={() => {
        if (canSubmit && !form.isBusy) onSubmit();
      }}
      onClose={onClose}
      renderButtons={(leave) => (
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={form.isBusy} disabled={!canSubmit} {...(isGrave && { color: "red.8" })}>
            {submit}
          </Button>
        </Group>
      )}
    >
      {children}
      {form.changes.length > 0 ? <ChangedMeanwhile changes={form.changes} /> : <Refusal problem={form.problem} action={wayOut} />}
    </FormModal>
  );
}
