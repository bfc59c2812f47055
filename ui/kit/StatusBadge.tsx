// What state a delivery, driver, vehicle or route is in; how late it is, is LateBadge's to say.
import { useTranslation } from "react-i18next";
import { lookOf } from "@kit/status";
import type { SubjectStatus } from "@kit/status";
import { ToneBadge } from "@kit/ToneBadge";

export function StatusBadge(props: SubjectStatus) {
  const { t } = useTranslation("kit");
  const { tone, icon } = lookOf(props);
  return (
    <ToneBadge tone={tone} icon={icon}>
      {t(`status.${props.of}.${props.status}`, { defaultValue: props.status })}
    </ToneBadge>
  );
}
