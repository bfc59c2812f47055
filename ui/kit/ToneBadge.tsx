// An icon and a word on a tone: what all badges are made of. Colour is never the only sign.
import type { Icon } from "@tabler/icons-react";
import type { ToneName } from "@kit/tones";
import classes from "@kit/ToneBadge.module.css";

interface ToneBadgeProps {
  tone: ToneName;
  icon: Icon;
  children: string;
}

export function ToneBadge({ tone, icon: Mark, children }: ToneBadgeProps) {
  return (
    <span className={classes["badge"]} data-tone={tone}>
      <Mark size={14} stroke={2} aria-hidden />
      {children}
    </span>
  );
}
