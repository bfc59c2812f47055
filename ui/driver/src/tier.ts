// What this browser allows the app on this connection, which the app says in plain words.
import { useSyncExternalStore } from "react";

/**
 * - `trusted`: HTTPS with a certificate that the phone trusts: everything works
 * - `clickedThrough`: HTTPS after a warning: the browser refuses to keep the app for use without the depot
 * - `plain`: plain HTTP: no app kept, no locks, no position
 */
export type Tier = "trusted" | "clickedThrough" | "plain";

let tier: Tier = window.isSecureContext ? "trusted" : "plain";
const listeners = new Set<() => void>();

export function useTier(): Tier {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => tier,
  );
}

/** The one sign of a certificate that was clicked through is that the browser takes no service worker from it. */
export function onWorkerRefused(): void {
  tier = window.isSecureContext ? "clickedThrough" : "plain";
  for (const listener of listeners) listener();
}
