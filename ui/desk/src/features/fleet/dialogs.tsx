// The dialogs about one driver or vehicle: add, edit, change status.
import { Button, Select, Text, TextInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CommandModal } from "@kit/CommandModal";
import { useDepotQuery } from "@kit/depot";
import { useForm } from "@kit/form";
import { GiveAway } from "../delivery/GiveAway";
import { SETTABLE, addCommand, memberOfDriver, memberOfVehicle, statusCommand, updateCommand } from "./member";
import type { Member } from "./member";
import type { Part } from "./search";

export function AddMember({ part, onClose }: { part: Part; onClose: () => void }) {
  return <MemberForm part={part} onClose={onClose} />;
}

export function EditMember({ member, onClose }: { member: Member; onClose: () => void }) {
  return <MemberForm part={member.part} member={useLive(member)} onClose={onClose} />;
}

/** The member as the depot has it now: a list behind a dialog may no longer show it. */
function useLive(member: Member): Member {
  const { part, id } = member;
  const driver = useDepotQuery({ query: "driver", id }, { enabled: part === "driver" });
  const vehicle = useDepotQuery({ query: "vehicle", id }, { enabled: part === "vehicle" });
  const live = driver.data ? memberOfDriver(driver.data) : vehicle.data && memberOfVehicle(vehicle.data);
  return live === undefined || live.version < member.version ? member : live;
}

interface MemberFormProps {
  part: Part;
  /** The one to edit; a new one without. */
  member?: Member;
  onClose: () => void;
}

function MemberForm({ part, member, onClose }: MemberFormProps) {
  const { t } = useTranslation("fleet");
  const isDriver = part === "driver";
  const labels = { name: t(isDriver ? "field.name" : "field.registration"), detail: t(isDriver ? "field.license" : "field.type") };
  const form = useForm({
    name: member === undefined ? `${part}.new` : `${part}.${member.id}.edit`,
    source: member,
    initial: (from) => ({ name: from?.name ?? "", detail: from?.detail ?? "" }),
    shown: (from) => [
      [labels.name, from.name],
      [labels.detail, from.detail],
    ],
  });
  const { name, detail } = form.fields;
  const submit = () => {
    const done = t(member === undefined ? "added" : "edited", { name: name.trim() });
    if (member === undefined) form.submit(addCommand(part, form.id, name, detail), { done, onDone: onClose });
    else {
      form.submit(updateCommand(part, member.id, name, detail), {
        done,
        undo: updateCommand(part, member.id, member.name, member.detail),
        onDone: onClose,
      });
    }
  };
  return (
    <CommandModal
      form={form}
      onClose={onClose}
      title={t(member === undefined ? `new.${part}` : `edit.${part}`)}
      submit={t(member === undefined ? `add.${part}` : "save")}
      canSubmit={name.trim() !== "" && detail.trim() !== ""}
      onSubmit={submit}
    >
      <TextInput
        label={labels.name}
        value={name}
        onChange={(event) => form.set({ name: event.currentTarget.value })}
        maxLength={isDriver ? 100 : 30}
        required
        data-autofocus
      />
      <TextInput
        label={labels.detail}
        value={detail}
        onChange={(event) => form.set({ detail: event.currentTarget.value })}
        maxLength={50}
        required
      />
    </CommandModal>
  );
}

/** The rules that hold a status because a delivery holds the driver or the vehicle. */
const HELD = new Set<string | undefined>(["driverAssigned", "vehicleAssigned"]);

export function StatusForm({ member: opened, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useTranslation("fleet");
  const { t: kit } = useTranslation("kit");
  const { t: delivery } = useTranslation("delivery");
  const [isGiving, setGiving] = useState(false);
  const member = useLive(opened);
  const settable: readonly string[] = SETTABLE[member.part];
  const isSettable = settable.includes(member.standing.status);
  const form = useForm({
    name: `${member.part}.${member.id}.status`,
    source: member,
    initial: (from = member) => ({ status: settable.includes(from.standing.status) ? from.standing.status : "Available", reason: "" }),
    shown: ({ standing }) => [[t("status"), kit(`status.${standing.of}.${standing.status}`)]],
  });
  const { status, reason } = form.fields;
  const wayOut = HELD.has(form.problem?.rule) ? (
    <Button size="compact-sm" variant="default" onClick={() => setGiving(true)}>
      {delivery("give.open")}
    </Button>
  ) : undefined;
  const stopGiving = () => {
    form.dismiss();
    setGiving(false);
  };
  const change = () =>
    form.submit(statusCommand(member.part, member.id, status, reason.trim() === "" ? null : reason), {
      done: t("statusChanged", { name: member.name, status: kit(`status.${member.part}.${status}`) }),
      undo: isSettable ? statusCommand(member.part, member.id, member.standing.status, null) : undefined,
      onDone: onClose,
    });
  return (
    <CommandModal
      form={form}
      wayOut={wayOut}
      onClose={onClose}
      title={t("statusTitle", { name: member.name })}
      submit={t("statusChange")}
      onSubmit={change}
    >
      <Select
        label={t("status")}
        data={settable.map((value) => ({ value, label: kit(`status.${member.part}.${value}`) }))}
        value={status}
        onChange={(value) => form.set({ status: (value ?? status) as typeof status })}
        allowDeselect={false}
        data-autofocus
      />
      <Textarea
        label={t("reason")}
        value={reason}
        onChange={(event) => form.set({ reason: event.currentTarget.value })}
        maxLength={500}
        autosize
        minRows={2}
      />
      <Text size="xs" c="dimmed">
        {t("statusHint")}
      </Text>
      {isGiving && <GiveAway part={member.part} id={member.id} name={member.name} onClose={stopGiving} />}
    </CommandModal>
  );
}
