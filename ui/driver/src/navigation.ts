// Which screen is shown: the path below /phone/, so that the phone's own back button works.
import { useSyncExternalStore } from "react";

const BASE = "/phone/";
const MOVED = "eroad-moved";

export type Screen =
  | { readonly name: "today" | "outbox" | "messages" | "settings" | "pair" }
  | { readonly name: "delivery" | "proof" | "incident" | "failed"; readonly deliveryId: string };

const OF_DELIVERY: Readonly<Record<string, "delivery" | "proof" | "incident" | "failed">> = {
  "": "delivery",
  proof: "proof",
  incident: "incident",
  failed: "failed",
};

export function useScreen(): Screen {
  return screenAt(useSyncExternalStore(subscribe, () => location.pathname));
}

export function screenAt(pathname: string): Screen {
  const [first = "", id = "", step = ""] = pathname.slice(BASE.length).split("/");
  const ofDelivery = OF_DELIVERY[step];
  if (first === "deliveries" && id !== "" && ofDelivery !== undefined) return { name: ofDelivery, deliveryId: id };
  if (first === "outbox" || first === "messages" || first === "settings" || first === "pair") return { name: first };
  return { name: "today" };
}

export function go(path: string, { replace = false }: { replace?: boolean } = {}): void {
  // In the place of a screen, what lies before it stays what it was.
  const state: Entry = { isAfterOurs: !replace || isAfterOurs() };
  history[replace ? "replaceState" : "pushState"](state, "", BASE + path);
  window.dispatchEvent(new Event(MOVED));
  window.scrollTo(0, 0);
}

/** To where the driver came from, or to a place that makes sense where they came from outside. */
export function goBack(otherwise: string): void {
  if (isAfterOurs()) history.back();
  else go(otherwise, { replace: true });
}

/** What the browser keeps with each screen: whether the one before it is the app's, too. */
interface Entry {
  readonly isAfterOurs: boolean;
}

function isAfterOurs(): boolean {
  return (history.state as Entry | null)?.isAfterOurs === true;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}
