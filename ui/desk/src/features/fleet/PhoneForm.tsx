// The dialog for a driver's phone number, which is left empty where there is none.
import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useForm } from "@kit/form";
import { phoneCommand } from "./member";
import type { Member } from "./member";

const LENGTH_MAX = 40;

export function PhoneForm({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useTranslation("fleet");
  const form = useForm({
    name: `driver.${member.id}.phone`,
    source: member,
    initial: (from) => ({ phone: from?.phone ?? "" }),
    shown: (from) => [[t("phone.label"), from.phone ?? ""]],
  });
  const { phone } = form.fields;
  const submit = () =>
    form.submit(phoneCommand(member.id, phone), {
      done: t("edited", { name: member.name }),
      undo: phoneCommand(member.id, member.phone ?? ""),
      onDone: onClose,
    });
  return (
    <CommandModal form={form} onClose={onClose} title={t("phone.title", { name: member.name })} submit={t("save")} onSubmit={submit}>
      <TextInput
        label={t("phone.label")}
        description={t("phone.hint")}
        value={phone}
        onChange={(event) => form.set({ phone: event.currentTarget.value })}
        maxLength={LENGTH_MAX}
        type="tel"
        inputMode="tel"
        autoComplete="off"
        data-autofocus
      />
    </CommandModal>
  );
}
