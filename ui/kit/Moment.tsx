// An instant in few words, with all of it in a hint.
import { useTranslation } from "react-i18next";
import { hint } from "@kit/hint";
import { useNow } from "@kit/now";
import { formatDistance, formatFull, formatMoment, formatSpan } from "@kit/time";

export function Moment({ at, distance = false }: { at: string; /** "3 min ago" rather than "14:05". */ distance?: boolean }) {
  const now_ms = useNow();
  const { i18n } = useTranslation();
  return (
    <time dateTime={at} {...hint(() => formatFull(at))}>
      {distance ? formatDistance(at, now_ms, i18n.language) : formatMoment(at, now_ms)}
    </time>
  );
}

export function Span({ start, end }: { start: string; end: string }) {
  const now_ms = useNow();
  return (
    <span className="tabular" {...hint(() => (start === end ? formatFull(start) : `${formatFull(start)} – ${formatFull(end)}`))}>
      {formatSpan(start, end, now_ms)}
    </span>
  );
}
