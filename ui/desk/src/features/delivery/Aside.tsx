// A delivery beside the table: Escape closes it, j and k go to the next and the one before, and the rest of the page stays usable.
import { ActionIcon, CloseButton, Group, Paper, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconArrowsMaximize } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useKeys } from "@kit/keys";
import classes from "./Aside.module.css";
import { Detail } from "./Detail";

interface AsideProps {
  id: string;
  /** Undefined where the list ends. */
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
  onClose: () => void;
}

export function Aside({ id, onPrevious, onNext, onClose }: AsideProps) {
  const { t } = useTranslation("delivery");
  useKeys({ Escape: onClose, j: () => onNext?.(), k: () => onPrevious?.() });
  const step = (name: "previous" | "next", key: string, go: (() => void) | undefined, Mark: typeof IconArrowUp) => (
    <Tooltip label={`${t(`aside.${name}`)} (${key})`}>
      <ActionIcon aria-label={t(`aside.${name}`)} disabled={go === undefined} onClick={go}>
        <Mark size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <Paper component="aside" withBorder radius="lg" className={classes["aside"]} aria-label={t("aside.label")}>
      <Group gap={6} className={classes["bar"]}>
        {step("previous", "K", onPrevious, IconArrowUp)}
        {step("next", "J", onNext, IconArrowDown)}
        <Tooltip label={t("aside.whole")}>
          <ActionIcon
            aria-label={t("aside.whole")}
            renderRoot={(props) => <Link to="/deliveries/$deliveryId" params={{ deliveryId: id }} {...props} />}
          >
            <IconArrowsMaximize size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <CloseButton ml="auto" aria-label={t("aside.close")} title="Esc" onClick={onClose} />
      </Group>
      {/* Another delivery is read from its beginning. */}
      <div key={id} className={classes["body"]} tabIndex={-1}>
        <Detail id={id} isAside />
      </div>
    </Paper>
  );
}
