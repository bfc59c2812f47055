// Where a bar was taken hold of. The schedule has a bar begin at the pointer; whoever holds it in the middle means the bar as it
// is held, so the pointer is told from the place where the bar begins.
import { useCallback } from "react";

/** For the element around a schedule whose bars can be dragged along their lanes. */
export function useGrab(): (element: HTMLElement | null) => (() => void) | undefined {
  return useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    let held_px = 0;
    const onStart = (event: DragEvent) => {
      const bar = event.target instanceof Element ? event.target.getBoundingClientRect() : undefined;
      held_px = bar === undefined ? 0 : event.clientX - bar.left;
    };
    const onMove = (event: DragEvent) => {
      // The property is the prototype's: this event gets one of its own, which the schedule then reads.
      const { clientX } = event;
      Object.defineProperty(event, "clientX", { value: clientX - held_px });
    };
    const stop = new AbortController();
    const options = { capture: true, signal: stop.signal };
    element.addEventListener("dragstart", onStart, options);
    element.addEventListener("dragover", onMove, options);
    element.addEventListener("drop", onMove, options);
    return () => stop.abort();
  }, []);
}
