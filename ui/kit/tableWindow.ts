// How high a table may be, and which of its rows are in sight. Knows nothing of what a row shows.
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import type { Range } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect } from "react";
import type { RefObject } from "react";

/** Up to here every row is in the page: it costs little, and the browser's own search finds it. */
const WHOLE_MOST = 80;
const ROW_ESTIMATE_PX = 60;
const OVERSCAN_ROWS = 8;
/** The head stays over the rows. */
const HEAD_PX = 38;
/** What comes below a table: its foot and the page's margin. */
const BELOW_PX = 80;
const HEIGHT_LEAST_PX = 420;

export interface RowInSight {
  readonly index: number;
  /** The height of the rows before it that are not in the page. */
  readonly gapBefore_px: number;
}

interface RowsInSight {
  readonly inSight: readonly RowInSight[] & { readonly gapAfter_px: number };
  /** For each row that is in the page. */
  readonly measure: (element: HTMLElement | null) => void;
  readonly bringIntoSight: (index: number) => void;
}

export function useRowsInSight(scroller: RefObject<HTMLElement | null>, count: number, isWhole: boolean): RowsInSight {
  const isLong = count > WHOLE_MOST && !isWhole;
  // Its functions read what is newest each time; nothing here is memoized by a compiler.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer<HTMLElement, HTMLElement>({
    count,
    enabled: isLong,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_ESTIMATE_PX,
    overscan: OVERSCAN_ROWS,
    // A row is estimated until the browser has laid it out: asking at once would make it lay out the page for every row.
    measureElement: (element, entry, { itemSizeCache, options, indexFromElement }) => {
      const index = indexFromElement(element);
      return entry?.borderBoxSize[0]?.blockSize ?? itemSizeCache.get(options.getItemKey(index)) ?? options.estimateSize(index);
    },
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
    rangeExtractor: (range) => withFocused(range, scroller.current),
  });
  if (!isLong) {
    const rows = Array.from({ length: count }, (_, index) => ({ index, gapBefore_px: 0 }));
    return { inSight: Object.assign(rows, { gapAfter_px: 0 }), measure: ignore, bringIntoSight: ignore };
  }
  let end_px = HEAD_PX;
  const rows = virtual.getVirtualItems().map((item) => {
    const gapBefore_px = item.start - end_px;
    end_px = item.end;
    return { index: item.index, gapBefore_px };
  });
  return {
    inSight: Object.assign(rows, { gapAfter_px: Math.max(0, virtual.getTotalSize() + HEAD_PX - end_px) }),
    measure: virtual.measureElement,
    bringIntoSight: (index) => virtual.scrollToIndex(index),
  };
}

/** The row that has the focus stays in the page when it is scrolled out of sight, or the focus would be lost. */
function withFocused(range: Range, scroller: HTMLElement | null): number[] {
  const indexes = defaultRangeExtractor(range);
  const { activeElement } = document;
  const row = scroller?.contains(activeElement) === true ? activeElement?.closest<HTMLElement>("tr[data-index]") : null;
  const focused = Number(row?.dataset["index"] ?? -1);
  if (focused < 0 || focused >= range.count || indexes.includes(focused)) return indexes;
  return [...indexes, focused].toSorted((one, other) => one - other);
}

/**
 * Keeps an element as high as the window has room below its top. What stands above the table changes with what is chosen in it
 * and filtered by, which gives the table other `props`; scrolling does not, and is not to pay for it.
 */
export function useRoomBelow(element: RefObject<HTMLElement | null>, props: unknown, least_px: number = HEIGHT_LEAST_PX): void {
  // oxlint-disable-next-line react/exhaustive-deps -- the props say when, not what
  useLayoutEffect(() => fit(element.current, least_px), [element, least_px, props]);
  useEffect(() => {
    const refit = () => fit(element.current, least_px);
    const observer = new ResizeObserver(refit);
    observer.observe(document.body);
    window.addEventListener("resize", refit);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", refit);
    };
  }, [element, least_px]);
}

function fit(element: HTMLElement | null, least_px: number): void {
  if (element === null) return;
  const top_px = element.getBoundingClientRect().top + window.scrollY;
  element.style.maxHeight = `${Math.max(least_px, Math.floor(window.innerHeight - top_px - BELOW_PX))}px`;
}

function ignore(): void {}
