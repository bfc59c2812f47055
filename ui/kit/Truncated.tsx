// A text that may be longer than its place: cut off there, whole in a hint.
import { Text } from "@mantine/core";
import type { TextProps } from "@mantine/core";
import { hint } from "@kit/hint";

export function Truncated({ children, ...props }: TextProps & { children: string }) {
  return (
    <Text
      component="span"
      display="block"
      truncate
      inherit
      {...props}
      {...hint<HTMLSpanElement>(({ scrollWidth, clientWidth }) => (scrollWidth > clientWidth ? children : ""))}
    >
      {children}
    </Text>
  );
}
