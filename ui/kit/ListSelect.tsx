// One of a list that the page has already, found by a few letters.
import { useState } from "react";
import { SearchSelect } from "@kit/SearchSelect";
import type { PickProps } from "@kit/SearchSelect";
import { isFound } from "@kit/textMatch";

/** More would only be scrolled past. */
const SHOWN_MOST = 100;

interface ListSelectProps extends PickProps {
  data: ReadonlyArray<{ readonly value: string; readonly label: string }>;
}

export function ListSelect({ data, ...props }: ListSelectProps) {
  const [text, setText] = useState<string | null>(null);
  const fitting = (wanted: string | null) => (wanted === null ? data : data.filter(({ label }) => isFound(wanted, [label])));
  return (
    <SearchSelect
      {...props}
      choices={fitting(text).slice(0, SHOWN_MOST)}
      chosen={data.find(({ value }) => value === props.value)}
      onSearch={setText}
      find={(wanted) => Promise.resolve(fitting(wanted))}
    />
  );
}
