// Prints a list that is its page's main thing: all of its rows, also those out of sight, and nothing of what is around it.
import { Button } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useCallback, useEffect, useRef } from "react";
import type { RefObject } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";
import { printPage } from "@kit/print";

const SCHEME = "data-mantine-color-scheme";
const WAIT_MS = 40;
/** A list of more rows than are loaded for paper never becomes complete. */
const WAITS_MOST = 50;

interface PrintListProps {
  list: RefObject<HTMLElement | null>;
  /** Undefined if every row is loaded. */
  loadAll: (() => Promise<void>) | undefined;
  /** While it is true every row has to be in the page. */
  onPrinting: (isPrinting: boolean) => void;
}

/** Its button loads what is missing and prints. The browser's own command for printing is followed as well. */
export function PrintList({ list, loadAll, onPrinting }: PrintListProps) {
  const { t } = useTranslation("kit");
  const transport = useTransport();
  const latest = useRef({ loadAll, transport });
  useEffect(() => {
    latest.current = { loadAll, transport };
  });
  const print = useCallback(async () => {
    await latest.current.loadAll?.();
    // The rows that came last are drawn a moment after they came.
    for (let waits = 0; latest.current.loadAll !== undefined && waits < WAITS_MOST; waits += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
    const restore = isolate(list.current);
    flushSync(() => onPrinting(true));
    try {
      await printPage(latest.current.transport);
    } finally {
      restore();
      onPrinting(false);
    }
  }, [list, onPrinting]);
  useEffect(() => {
    let restore = () => {};
    const begin = () => {
      flushSync(() => onPrinting(true));
      restore = isolate(list.current);
    };
    const end = () => {
      restore();
      onPrinting(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      // The browser prints at once; rows that are to be loaded first would be missing.
      if (latest.current.loadAll === undefined) return;
      event.preventDefault();
      void print();
    };
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
      window.removeEventListener("keydown", onKey);
    };
  }, [list, onPrinting, print]);
  return (
    <Button size="compact-xs" variant="subtle" color="gray" ml="auto" leftSection={<IconPrinter size={14} aria-hidden />} onClick={() => void print()}>
      {t("table.print")}
    </Button>
  );
}

/** Marks the way from the body to the list for `base.css`, and shows it in light colours. Returns what undoes it. */
function isolate(list: HTMLElement | null): () => void {
  const path: HTMLElement[] = [];
  for (let node = list?.parentElement ?? null; node !== null && node !== document.body; node = node.parentElement) path.push(node);
  const scheme = document.documentElement.getAttribute(SCHEME);
  for (const node of path) node.dataset["printPath"] = "";
  if (list !== null) document.body.dataset["printsList"] = "";
  document.documentElement.setAttribute(SCHEME, "light");
  return () => {
    for (const node of path) delete node.dataset["printPath"];
    delete document.body.dataset["printsList"];
    if (scheme !== null) document.documentElement.setAttribute(SCHEME, scheme);
  };
}
