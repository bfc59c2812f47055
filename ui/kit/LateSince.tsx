// How late something is by now.
import { LateBadge } from "@kit/LateBadge";
import { useNow } from "@kit/now";
import { minutesBetween } from "@kit/time";

export function LateSince({ at }: { at: string | null }) {
  const now_ms = useNow();
  return at === null ? null : <LateBadge minutes={minutesBetween(at, now_ms)} />;
}
