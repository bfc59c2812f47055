// Registers the service worker, and lets a new version take over only when the driver is in the middle of nothing.
import { useSyncExternalStore } from "react";
import { onWorkerRefused } from "./tier";

let waiting: ServiceWorker | undefined;
const listeners = new Set<() => void>();

export async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return onWorkerRefused();
  let registration: ServiceWorkerRegistration;
  try {
    registration = await navigator.serviceWorker.register("/phone/sw.js", { scope: "/phone/" });
  } catch {
    return onWorkerRefused();
  }
  if (registration.waiting !== null && navigator.serviceWorker.controller !== null) {
    // The browser answers late where it was loading a version just now, and on slow Wi-Fi the driver is at work by then.
    if (isUntouched()) takeOver(registration.waiting);
    else offer(registration.waiting);
  }
  // The browser looks for another version by itself while the app starts: it may have found one before anybody listens.
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  document.addEventListener("visibilitychange", () => {
    // Out of reach it fails, and is tried when the app is looked at the next time.
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}

/** Whether nobody has tapped or typed since the app opened. A browser that cannot say so may have been. */
function isUntouched(): boolean {
  return (navigator as Partial<Navigator>).userActivation?.hasBeenActive === false;
}

/** Offers a version once it is installed. The first one takes over nothing, and is not offered. */
function follow(installing: ServiceWorker | null): void {
  installing?.addEventListener("statechange", () => {
    if (installing.state === "installed" && navigator.serviceWorker.controller !== null) offer(installing);
  });
}

function offer(worker: ServiceWorker): void {
  waiting = worker;
  for (const listener of listeners) listener();
}

/** Whether a new version is ready. */
export function useUpdate(): (() => void) | undefined {
  const worker = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting,
  );
  return worker === undefined ? undefined : () => takeOver(worker);
}

function takeOver(worker: ServiceWorker): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  // A worker is posted to without an origin, unlike a window.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage("takeOver");
}
