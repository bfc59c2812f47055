// Shares and changes of a report's figures, in the forms in which the page, its charts and its tables show them.
import type { ReportFigures } from "@bindings/ReportFigures";
import { formatNumber, formatPercent } from "@kit/conventions";

/** Nothing is shown where a share of nothing would be. */
export const NONE = "–";

export function shareOf(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

export function onTimeShare({ onTime, delivered }: ReportFigures): number | undefined {
  return shareOf(onTime, delivered);
}

export function checkpointShare({ checkpointsOnTime, checkpoints }: ReportFigures): number | undefined {
  return shareOf(checkpointsOnTime, checkpoints);
}

export function formatShare(share: number | undefined): string {
  return share === undefined ? NONE : formatPercent(share);
}

/** A figure as it is and as it was; shares are compared in points of a percent. */
export interface Comparison {
  readonly now: number | undefined;
  readonly before: number | undefined;
  readonly isShare?: boolean;
}

/** By how much it changed, with its sign; undefined where there is nothing to compare. */
export function changeOf({ now, before, isShare = false }: Comparison): { readonly text: string; readonly sign: -1 | 0 | 1 } | undefined {
  if (now === undefined || before === undefined) return undefined;
  const change = isShare ? Math.round((now - before) * 1000) / 10 : now - before;
  const sign = Math.sign(change) as -1 | 0 | 1;
  return { text: signed(change), sign };
}

export function signed(value: number): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${formatNumber(Math.abs(value))}`;
}
