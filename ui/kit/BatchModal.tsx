// One command for many things, in a dialog: what is to be done to them, then what became of each, done or refused and why.
import { Button, Group, Modal, Progress, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleMinus, IconHandStop, IconLoader2 } from "@tabler/icons-react";
import { memo, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isRefused, useBatch } from "@kit/batch";
import type { Order, Outcome } from "@kit/batch";
import classes from "@kit/BatchModal.module.css";
import { Refusal } from "@kit/Refusal";
import { ToneBadge } from "@kit/ToneBadge";
import { Truncated } from "@kit/Truncated";

export interface BatchItem {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
}

interface BatchModalProps<Item extends BatchItem> {
  items: readonly Item[];
  title: string;
  /** For so many that are left. */
  submit: (count: number) => string;
  isGrave?: boolean;
  canSubmit?: boolean;
  /** What is to be done to one of them. */
  order: (item: Item) => Omit<Order, "key">;
  /** Told of those that were not done. */
  onClose: (left: readonly string[]) => void;
  /** The fields that are filled in for all of them. */
  children?: ReactNode;
}

export function BatchModal<Item extends BatchItem>(props: BatchModalProps<Item>) {
  const { title, submit, isGrave = false, canSubmit = true, order, onClose, children } = props;
  const { t } = useTranslation("kit");
  // As they were when the dialog opened: what is done may leave the list behind it.
  const [items] = useState(props.items);
  const { outcomes, isBusy, run, stop } = useBatch();
  const isLeft = ({ key }: Item) => outcomes.get(key) === undefined || isRefused(outcomes.get(key));
  const left = items.filter(isLeft);
  const close = () => onClose(left.map(({ key }) => key));
  const start = async () => {
    const refused = await run(left.map((item) => ({ key: item.key, ...order(item) })));
    // Of one, the page behind the dialog says enough.
    if (refused === 0 && items.length === 1) onClose([]);
  };
  const onForm = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (canSubmit && !isBusy && left.length > 0) void start();
  };
  const done = items.length - left.length;
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      size="lg"
      centered
      // What is under way is watched to its end, or stopped.
      closeOnEscape={!isBusy}
      closeOnClickOutside={!isBusy}
      withCloseButton={!isBusy}
    >
      <form onSubmit={onForm} noValidate>
        <Stack>
          {left.length > 0 && children}
          <ul className={classes["list"]}>
            {items.map((item) => (
              <Line key={item.key} name={item.name} detail={item.detail} outcome={outcomes.get(item.key)} />
            ))}
          </ul>
          {items.length > 1 && outcomes.size > 0 && (
            <Progress value={(100 * done) / items.length} size="sm" aria-label={t("batch.progress")} />
          )}
          <Text component="output" size="sm" c="dimmed">
            {outcomes.size > 0 && !isBusy && t("batch.result", { done, total: items.length, left: left.length, count: left.length })}
          </Text>
          <Group justify="flex-end">
            {isBusy ? (
              <Button variant="default" onClick={stop}>
                {t("batch.stop")}
              </Button>
            ) : (
              <Button variant={left.length === 0 ? "filled" : "default"} onClick={close}>
                {t(outcomes.size === 0 ? "cancel" : "batch.close")}
              </Button>
            )}
            {left.length > 0 && (
              <Button type="submit" loading={isBusy} disabled={!canSubmit} {...(isGrave && { color: "red.8" })}>
                {outcomes.size === 0 || isBusy ? submit(left.length) : t("batch.again", { count: left.length })}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const Line = memo(function Line({ name, detail, outcome }: { name: string; detail: string; outcome: Outcome | undefined }) {
  return (
    <li className={classes["line"]}>
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Truncated fz="sm" fw={600}>
            {name}
          </Truncated>
          <Truncated fz="xs" c="dimmed">
            {detail}
          </Truncated>
        </div>
        <Mark outcome={outcome} />
      </Group>
      {isRefused(outcome) && <Refusal problem={outcome} />}
    </li>
  );
});

function Mark({ outcome }: { outcome: Outcome | undefined }) {
  const { t } = useTranslation("kit");
  if (outcome === undefined) return null;
  if (outcome === "busy") return <IconLoader2 size={16} aria-label={t("batch.busy")} />;
  if (isRefused(outcome)) {
    return (
      <ToneBadge tone="red" icon={IconHandStop}>
        {t("batch.refused")}
      </ToneBadge>
    );
  }
  return (
    <ToneBadge tone={outcome === "done" ? "green" : "neutral"} icon={outcome === "done" ? IconCircleCheck : IconCircleMinus}>
      {t(`batch.${outcome}`)}
    </ToneBadge>
  );
}
