// One key or two, drawn as keys.
import { Group, Kbd } from "@mantine/core";
import { keysOf } from "./actions";

export function Keys({ of }: { of: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      {keysOf(of).map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </Group>
  );
}
