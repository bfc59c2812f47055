// A text that may be longer than its place: cut off there, whole in a tooltip.
import { Text, Tooltip } from "@mantine/core";
import type { TextProps } from "@mantine/core";
import { useState } from "react";

export function Truncated({ children, ...props }: TextProps & { children: string }) {
  const [isCut, setIsCut] = useState(false);
  return (
    <Tooltip label={children} disabled={!isCut} multiline maw={420}>
      <Text
        component="span"
        display="block"
        truncate
        inherit
        {...props}
        onMouseEnter={({ currentTarget: { scrollWidth, clientWidth } }) => setIsCut(scrollWidth > clientWidth)}
      >
        {children}
      </Text>
    </Tooltip>
  );
}
