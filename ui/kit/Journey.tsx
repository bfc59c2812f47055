// A journey in a row: the destination, which is what rows differ by. The origin is read to screen readers and stands in the tooltip.
import { Text, VisuallyHidden } from "@mantine/core";
import type { TextProps } from "@mantine/core";
import { hint } from "@kit/hint";

const ARROW = " → ";

export function journey(origin: string, destination: string): string {
  return `${origin}${ARROW}${destination}`;
}

/** `of` is what `journey` returns, or any other name, which is shown as it is. */
export function Journey({ of: name, ...look }: TextProps & { of: string }) {
  const at = name.indexOf(ARROW);
  const [before, shown] = at < 0 ? [undefined, name] : [name.slice(0, at), name.slice(at + ARROW.length)];
  return (
    <Text component="span" display="block" pos="relative" truncate inherit {...look} {...hint<HTMLSpanElement>(() => name)}>
      {before !== undefined && <VisuallyHidden component="span">{before + ARROW.trimEnd()}</VisuallyHidden>} {shown}
    </Text>
  );
}
