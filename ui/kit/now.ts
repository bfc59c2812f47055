// The depot's clock, for telling how late something is: the desk's own may be wrong. One for the page, ticking once for all.
import { useSyncExternalStore } from "react";

const TICK_MS = 15_000;

let ahead_ms = 0;
let own_ms = Date.now();
let ticker: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The depot said `depotNow` when the desk's own clock showed `own`, in milliseconds since 1970. */
export function followClock(depotNow: string, own: number): void {
  ahead_ms = Date.parse(depotNow) - own;
  tick();
}

/** Milliseconds since 1970 by the depot's clock, ticking. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}

function read(): number {
  // Nobody kept it going: it was read last by a page that is gone.
  if (listeners.size === 0 && Date.now() - own_ms > TICK_MS) own_ms = Date.now();
  return own_ms + ahead_ms;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticker ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  };
}

function tick(): void {
  own_ms = Date.now();
  for (const listener of listeners) listener();
}
