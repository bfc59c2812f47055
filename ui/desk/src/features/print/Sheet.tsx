// A sheet of paper on the screen, with the button that prints it.
import { Button } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useRef } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSession, useTransport } from "@kit/depot";
import { useNow } from "@kit/now";
import { printPage } from "@kit/print";
import { formatDay, formatClock } from "@kit/time";
import classes from "./Sheet.module.css";

interface SheetProps {
  title: string;
  /** What it is about. */
  subtitle: string;
  /** What stands beside the button, on the screen only. */
  tools: ReactNode;
  children: ReactNode;
}

export function Sheet({ title, subtitle, tools, children }: SheetProps) {
  const { t } = useTranslation("print");
  const session = useSession();
  const transport = useTransport();
  const now_ms = useNow();
  const paper = useRef<HTMLElement>(null);
  const now = new Date(now_ms).toISOString();
  return (
    <>
      <div className={classes["tools"]}>
        {tools}
        <Button leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => void printPage(transport, paper.current)}>
          {t("print")}
        </Button>
      </div>
      <article className={classes["paper"]} ref={paper} aria-label={title}>
        <header className={classes["head"]}>
          <div>
            <h1 className={classes["title"]}>{title}</h1>
            <p className={classes["subtitle"]}>{subtitle}</p>
          </div>
          <div className={classes["origin"]}>
            <b>{session.data?.depotName}</b>
            <div className={classes["small"]}>{t("printed", { at: `${formatDay(now, now_ms)}, ${formatClock(now)}` })}</div>
          </div>
        </header>
        {children}
      </article>
    </>
  );
}

/** A part of a sheet that stays together. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes["part"]}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Names with their values. */
export function Facts({ of }: { of: ReadonlyArray<readonly [string, ReactNode]> }) {
  return (
    <dl className={classes["facts"]}>
      {of.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
