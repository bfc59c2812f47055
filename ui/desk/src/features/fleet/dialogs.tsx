// The dialogs about one driver or vehicle: add, edit, change status.
import { Select, Text, TextInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "@kit/act";
import { CommandModal } from "@kit/CommandModal";
import { newId } from "@kit/ids";
import { SETTABLE, addCommand, statusCommand, updateCommand } from "./member";
import type { Member } from "./member";
import type { Part } from "./search";

interface MemberFormProps {
  part: Part;
  /** The one to edit; a new one without. */
  member?: Member;
  isOpen: boolean;
  onClose: () => void;
}

export function MemberForm({ part, member, isOpen, onClose }: MemberFormProps) {
  const { t } = useTranslation("fleet");
  const [name, setName] = useState(member?.name ?? "");
  const act = useAct(t(member === undefined ? "added" : "edited", { name: name.trim() }));
  const [detail, setDetail] = useState(member?.detail ?? "");
  const close = () => {
    setName(member?.name ?? "");
    setDetail(member?.detail ?? "");
    onClose();
  };
  const submit = () => {
    if (member === undefined) {
      act.run(addCommand(part, newId(), name, detail), { onDone: close });
    } else {
      act.run(updateCommand(part, member.id, name, detail), {
        expectedVersion: member.version,
        undo: updateCommand(part, member.id, member.name, member.detail),
        onDone: onClose,
      });
    }
  };
  const isDriver = part === "driver";
  return (
    <CommandModal
      isOpen={isOpen}
      onClose={close}
      title={t(member === undefined ? `new.${part}` : `edit.${part}`)}
      submit={t(member === undefined ? `add.${part}` : "save")}
      canSubmit={name.trim() !== "" && detail.trim() !== ""}
      act={act}
      onSubmit={submit}
    >
      <TextInput
        label={t(isDriver ? "field.name" : "field.registration")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={isDriver ? 100 : 30}
        required
        data-autofocus
      />
      <TextInput
        label={t(isDriver ? "field.license" : "field.type")}
        value={detail}
        onChange={(event) => setDetail(event.currentTarget.value)}
        maxLength={50}
        required
      />
    </CommandModal>
  );
}

export function StatusForm({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useTranslation("fleet");
  const { t: kit } = useTranslation("kit");
  const settable: readonly string[] = SETTABLE[member.part];
  const [status, setStatus] = useState(settable.includes(member.standing.status) ? member.standing.status : "Available");
  const act = useAct(t("statusChanged", { name: member.name, status: kit(`status.${member.part}.${status}`) }));
  const [reason, setReason] = useState("");
  const change = () =>
    act.run(statusCommand(member.part, member.id, status, reason.trim() === "" ? null : reason), {
      undo: settable.includes(member.standing.status) ? statusCommand(member.part, member.id, member.standing.status, null) : undefined,
      onDone: onClose,
    });
  return (
    <CommandModal isOpen onClose={onClose} title={t("statusTitle", { name: member.name })} submit={t("statusChange")} act={act} onSubmit={change}>
      <Select
        label={t("status")}
        data={settable.map((value) => ({ value, label: kit(`status.${member.part}.${value}`) }))}
        value={status}
        onChange={(value) => setStatus((value ?? status) as typeof status)}
        allowDeselect={false}
        data-autofocus
      />
      <Textarea label={t("reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} autosize minRows={2} />
      <Text size="xs" c="dimmed">
        {t("statusHint")}
      </Text>
    </CommandModal>
  );
}
