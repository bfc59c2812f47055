// When a driver or a vehicle is free next, for as long as is needed. The depot answers: it knows the turnaround.
import { Group, Select, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";
import { durationOf } from "@kit/LateBadge";
import { Loaded } from "@kit/Loaded";
import { Span } from "@kit/Moment";
import { useNow } from "@kit/now";
import { Panel } from "@kit/Panel";
import { Sentence } from "@kit/Sentence";
import { WhenField } from "@kit/WhenField";
import { instantOf, whenOf } from "@kit/when";
import type { Member } from "./member";

const LENGTHS_MINUTES = [30, 60, 90, 120, 180, 240, 360, 480];

export function FreeSlotFinder({ member }: { member: Member }) {
  const { t } = useTranslation("fleet");
  const { t: kit } = useTranslation("kit");
  const now_ms = useNow();
  const [minutes, setMinutes] = useState(120);
  const [when, setWhen] = useState(() => whenOf(new Date(now_ms).toISOString()));
  const from = instantOf(when);
  const who = member.part === "driver" ? { driverId: member.id } : { vehicleId: member.id };
  const slot = useDepotQuery({ query: "freeSlot", from: from ?? "", minutes, ...who }, { enabled: from !== undefined, keepPrevious: true });
  const cannot = member.standing.status !== "Available" && member.standing.status !== "Assigned";
  return (
    <Panel title={t("slot.title")}>
      <Group gap="xs" align="flex-end">
        <WhenField label={t("slot.from")} value={when} onChange={setWhen} />
        <Select
          label={t("slot.length")}
          data={LENGTHS_MINUTES.map((length) => ({ value: String(length), label: durationOf(kit, length) }))}
          value={String(minutes)}
          onChange={(value) => value !== null && setMinutes(Number(value))}
          allowDeselect={false}
          w={120}
        />
      </Group>
      <Text component="output" size="sm" mt="sm" display="block">
        {from !== undefined && (
          <Loaded of={slot} lines={1}>
            {({ start, end }) => <Sentence text={t("slot.free")} parts={{ span: <b><Span start={start} end={end} /></b> }} />}
          </Loaded>
        )}
        {cannot && ` ${t("slot.cannot")}`}
      </Text>
    </Panel>
  );
}
