// A form in a dialog. A key or a click beside it does not drop what was typed without a question; and it says when it goes on
// with what was typed before.
import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { DraftState } from "@kit/draft";
import { PickGateContext, usePickGate } from "@kit/pickGate";

interface FormModalProps {
  title: string;
  draft: DraftState;
  /** Whether it is being sent: it can be left, but is not forgotten before its outcome is known. */
  isBusy: boolean;
  /** Whether closing loses nothing although something was typed. */
  isSettled?: boolean;
  /** Whether it stays open while it is sent. */
  staysOpen?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  /** The buttons at its end; they get what gives the form up, which asks nothing more. */
  renderButtons: (leave: () => void) => ReactNode;
  children?: ReactNode;
}

export function FormModal(props: FormModalProps) {
  const { title, draft, isBusy, isSettled = false, staysOpen = false, onSubmit, onClose, renderButtons, children } = props;
  const [isAsking, setIsAsking] = useState(false);
  const gate = usePickGate(() => {
    if (!isAsking) onSubmit();
  });
  const leave = () => {
    if (!isBusy) draft.drop();
    onClose();
  };
  const close = () => {
    if (isBusy && staysOpen) return;
    if (isAsking) setIsAsking(false);
    else if (draft.isTouched && !isBusy && !isSettled) setIsAsking(true);
    else leave();
  };
  const onForm = (event: FormEvent) => {
    event.preventDefault();
    // A portal's events bubble through React's tree: a dialog within a form must not submit that form too.
    event.stopPropagation();
    gate.submit();
  };
  return (
    <Modal opened onClose={close} title={title} size="lg" centered withCloseButton={!isBusy || !staysOpen}>
      <PickGateContext value={gate}>
        <form onSubmit={onForm} noValidate>
          <Stack>
            {draft.isRestored && <Restored onStartOver={draft.startOver} />}
            {children}
            {isAsking ? <Question onKeep={() => setIsAsking(false)} onDiscard={leave} /> : renderButtons(leave)}
          </Stack>
        </form>
      </PickGateContext>
    </Modal>
  );
}

function Restored({ onStartOver }: { onStartOver: () => void }) {
  const { t } = useTranslation("kit");
  return (
    <Group justify="space-between" wrap="nowrap" role="status">
      <Text size="sm" c="dimmed">
        {t("form.restored")}
      </Text>
      <Button size="compact-sm" variant="default" onClick={onStartOver} style={{ flex: "none" }}>
        {t("form.startOver")}
      </Button>
    </Group>
  );
}

function Question({ onKeep, onDiscard }: { onKeep: () => void; onDiscard: () => void }) {
  const { t } = useTranslation("kit");
  return (
    <Alert role="alertdialog" aria-label={t("form.discardTitle")} color="orange" variant="light" p="sm" title={t("form.discardTitle")}>
      <Group justify="flex-end">
        <Button variant="default" onClick={onDiscard}>
          {t("form.discard")}
        </Button>
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the safe answer is a key away */}
        <Button onClick={onKeep} autoFocus>
          {t("form.keep")}
        </Button>
      </Group>
    </Alert>
  );
}
