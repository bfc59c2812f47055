// Keys that do something by themselves, like `n` or `g` and then `t`. Deaf while somebody types or a dialog is open.
import { useEffect, useRef } from "react";
import { isTextField } from "@kit/press";

/** How long after its first key a sequence may take its second. */
const SEQUENCE_MS = 1_500;

/** Keys as the keyboard's layout writes them, apart by spaces: `n`, `g t`, `?`. */
export type KeyBindings = Readonly<Record<string, () => void>>;

export function useKeys(bindings: KeyBindings): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    let begun: { key: string; at_ms: number } | undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event.target)) return;
      const first = begun !== undefined && event.timeStamp - begun.at_ms < SEQUENCE_MS ? `${begun.key} ` : "";
      const run = latest.current[first + event.key] ?? latest.current[event.key];
      begun = run === undefined ? { key: event.key, at_ms: event.timeStamp } : undefined;
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

function isTaken(target: EventTarget | null): boolean {
  // What is open over the page has the keyboard to itself.
  if ([...document.querySelectorAll('[aria-modal="true"], [role="listbox"], [role="menu"]')].some(isShown)) return true;
  // A chip, a switch or a tick box keeps the focus after a click, but takes no letters.
  return target instanceof HTMLElement && (isTextField(target) || target.tagName === "SELECT");
}

/** Closed lists may wait in the page unseen. */
function isShown(element: Element): boolean {
  return "checkVisibility" in element ? element.checkVisibility() : true;
}
