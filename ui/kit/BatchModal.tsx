// One command for many things, in a dialog: what is to be done to them, then what became of each, done or refused and why.
import type { DepotCommand } from "@bindings/DepotCommand";
import { Button, Group, Progress, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleMinus, IconHandStop, IconLoader2 } from "@tabler/icons-react";
import { memo, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isRefused, useBatch } from "@kit/batch";
import type { Order, Outcome } from "@kit/batch";
import classes from "@kit/BatchModal.module.css";
import type { DraftState } from "@kit/draft";
import { FormModal } from "@kit/FormModal";
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
  /** Of the fields that are filled in for all of them. */
  draft: DraftState;
  title: string;
  /** For so many that are left. */
  submit: (count: number) => string;
  isGrave?: boolean;
  canSubmit?: boolean;
  /** What is to be done to one of them, and what takes it back, where something does. */
  order: (item: Item) => Omit<Order, "key"> & { readonly undo?: DepotCommand | undefined };
  /** Told of those that were not done. */
  onClose: (left: readonly string[]) => void;
  /** The fields that are filled in for all of them. */
  children?: ReactNode;
}

export function BatchModal<Item extends BatchItem>(props: BatchModalProps<Item>) {
  const { draft, title, submit, isGrave = false, canSubmit = true, order, onClose, children } = props;
  const { t } = useTranslation("kit");
  // As they were when the dialog opened: what is done may leave the list behind it.
  const [items] = useState(props.items);
  const forth = useBatch();
  const back = useBatch();
  const { outcomes } = forth;
  const isBack = back.outcomes.size > 0;
  const isBusy = forth.isBusy || back.isBusy;
  const isLeft = ({ key }: Item) => outcomes.get(key) === undefined || isRefused(outcomes.get(key));
  const left = items.filter(isLeft);
  const close = () => onClose([...left, ...items.filter(({ key }) => back.outcomes.get(key) === "done")].map(({ key }) => key));
  const start = async () => {
    const refused = await forth.run(left.map((item) => ({ key: item.key, ...commandOf(order(item)) })));
    // Of one, the page behind the dialog says enough.
    if (refused > 0 || items.length > 1) return;
    draft.drop();
    onClose([]);
  };
  /** As it was left: what somebody did to one of them since is not lost. */
  const takeBack = (item: Item): readonly Order[] => {
    const { undo } = order(item);
    const expectedVersion = forth.versionOf(item.key);
    const isDone = outcomes.get(item.key) === "done" && back.outcomes.get(item.key) !== "done";
    return undo === undefined || expectedVersion === undefined || !isDone ? [] : [{ key: item.key, command: undo, expectedVersion }];
  };
  const returns = isBusy ? [] : items.flatMap(takeBack);
  const done = items.length - left.length;
  return (
    <FormModal
      title={title}
      draft={draft}
      isBusy={isBusy}
      isSettled={outcomes.size > 0}
      // What is under way is watched to its end, or stopped.
      staysOpen
      onSubmit={() => {
        if (canSubmit && !isBusy && !isBack && left.length > 0) void start();
      }}
      onClose={close}
      renderButtons={(leave) => (
        <Group justify="flex-end">
          {returns.length > 0 && (
            <Button variant="default" mr="auto" onClick={() => void back.run(returns)}>
              {t("batch.takeBack", { count: returns.length })}
            </Button>
          )}
          {isBusy ? (
            <Button variant="default" onClick={forth.isBusy ? forth.stop : back.stop}>
              {t("batch.stop")}
            </Button>
          ) : (
            <Button variant={left.length === 0 || isBack ? "filled" : "default"} onClick={leave}>
              {t(outcomes.size === 0 ? "cancel" : "batch.close")}
            </Button>
          )}
          {left.length > 0 && !isBack && (
            <Button type="submit" loading={isBusy} disabled={!canSubmit} {...(isGrave && { color: "red.8" })}>
              {outcomes.size === 0 || isBusy ? submit(left.length) : t("batch.again", { count: left.length })}
            </Button>
          )}
        </Group>
      )}
    >
      {left.length > 0 && !isBack && children}
      <ul className={classes["list"]}>
        {items.map((item) => (
          <Line key={item.key} name={item.name} detail={item.detail} outcome={back.outcomes.get(item.key) ?? outcomes.get(item.key)} isBack={back.outcomes.has(item.key)} />
        ))}
      </ul>
      {items.length > 1 && outcomes.size > 0 && (
        <Progress value={(100 * done) / items.length} size="sm" aria-label={t("batch.progress")} />
      )}
      <Text component="output" size="sm" c="dimmed">
        {outcomes.size > 0 &&
          !isBusy &&
          (isBack
            ? t("batch.returned", { count: [...back.outcomes.values()].filter((outcome) => outcome === "done").length })
            : t("batch.result", { done, total: items.length, left: left.length, count: left.length }))}
      </Text>
    </FormModal>
  );
}

function commandOf({ command, expectedVersion }: Omit<Order, "key">): Omit<Order, "key"> {
  return { command, ...(expectedVersion !== undefined && { expectedVersion }) };
}

interface LineProps {
  name: string;
  detail: string;
  outcome: Outcome | undefined;
  /** The outcome is that of taking it back. */
  isBack: boolean;
}

const Line = memo(function Line({ name, detail, outcome, isBack }: LineProps) {
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
        <Mark outcome={outcome} isBack={isBack} />
      </Group>
      {isRefused(outcome) && <Refusal problem={outcome} />}
    </li>
  );
});

function Mark({ outcome, isBack }: Pick<LineProps, "outcome" | "isBack">) {
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
      {isBack && outcome === "done" ? t("undo.done") : t(`batch.${outcome}`)}
    </ToneBadge>
  );
}
