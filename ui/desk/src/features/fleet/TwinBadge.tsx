// Flags a driver or a vehicle that is in the fleet twice: both can be booked at once, though there is one.
import { IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ToneBadge } from "@kit/ToneBadge";
import type { Member } from "./member";

export function TwinBadge({ member: { part, twins } }: { member: Member }) {
  const { t } = useTranslation("fleet");
  if (twins === 0) return null;
  return (
    <span title={t(`twin.${part}Hint`)}>
      <ToneBadge tone="red" icon={IconCopy}>
        {t(`twin.${part}`)}
      </ToneBadge>
    </span>
  );
}
