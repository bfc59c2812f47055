// How close things stand: comfortable, or compact for whoever wants more of the day on one screen. Kept per browser; the
// style sheets read it from the page's root.
import { useSyncExternalStore } from "react";

export const DENSITIES = ["comfortable", "compact"] as const;

export type Density = (typeof DENSITIES)[number];

const KEY = "depot.density";
const listeners = new Set<() => void>();

function read(): Density {
  return DENSITIES.find((known) => known === localStorage.getItem(KEY)) ?? DENSITIES[0];
}

function show(): void {
  document.documentElement.dataset["density"] = read();
  for (const listener of listeners) listener();
}

/** Before the page draws, and from then on where another window of this browser chooses. */
export function startDensity(): void {
  show();
  addEventListener("storage", ({ key }) => {
    if (key === KEY) show();
  });
}

export function chooseDensity(density: Density): void {
  localStorage.setItem(KEY, density);
  show();
}

export function useDensity(): { readonly density: Density; readonly choose: (density: Density) => void } {
  const density = useSyncExternalStore(subscribe, read);
  return { density, choose: chooseDensity };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
