// How a select with its options at hand finds them: as every other search does.
import type { OptionsFilter } from "@mantine/core";
import { isFound } from "@kit/textMatch";

export const filterOptions: OptionsFilter = ({ options, search }) =>
  options.filter((option) => "group" in option || isFound(search, [option.label]));
