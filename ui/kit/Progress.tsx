// How many checkpoints of how many were reached.
import { Group, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "@kit/Progress.module.css";

export function Progress({ reached, total }: { reached: number; total: number }) {
  const { t } = useTranslation("kit");
  if (total === 0) return <span className={classes["count"]}>{t("progress.none")}</span>;
  return (
    <Group gap={8} wrap="nowrap">
      <span className={classes["track"]} aria-hidden>
        <span className={classes["done"]} style={{ width: `${(100 * reached) / total}%` }} />
      </span>
      <span className={classes["count"]}>
        <span aria-hidden>{`${reached}/${total}`}</span>
        <VisuallyHidden>{t("progress.label", { reached, total })}</VisuallyHidden>
      </span>
    </Group>
  );
}
