// One of many things, found by a few letters of its name. The depot does the searching, so a long list costs nothing.
import { Group, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "@kit/SearchSelect.module.css";
import { Truncated } from "@kit/Truncated";

/** How many matches are shown; who wants another one types on. */
export const CHOICES_MOST = 30;
const TYPING_PAUSE_MS = 150;

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly badge?: ReactNode;
  /** A second line, to tell things of one name apart. */
  readonly note?: string;
  readonly disabled?: boolean;
}

export interface PickProps {
  label: string;
  value: string | null;
  onChange: (value: string | null) => void;
  placeholder?: string;
  required?: boolean;
  error?: string | undefined;
  /** For a filter's row, where the placeholder says enough. */
  hideLabel?: boolean;
  /** Where a dialog that opens starts. */
  isFirst?: boolean;
}

interface SearchSelectProps extends PickProps {
  choices: readonly Choice[] | undefined;
  /** The chosen thing, where it is not among the choices. */
  chosen: Choice | undefined;
  onSearch: (text: string | null) => void;
}

export function SearchSelect(props: SearchSelectProps) {
  const { label, value, onChange, choices, chosen, onSearch, hideLabel = false, required = false, isFirst = false, ...rest } = props;
  const { t } = useTranslation("kit");
  const [search, setSearch] = useState("");
  const listed = choices ?? [];
  const known = chosen === undefined || listed.some((choice) => choice.value === chosen.value) ? listed : [chosen, ...listed];
  const byValue = new Map(known.map((choice) => [choice.value, choice]));
  return (
    <Select
      {...(hideLabel ? { "aria-label": label } : { label })}
      {...rest}
      data={known.map(({ value: id, label: name, disabled = false }) => ({ value: id, label: name, disabled }))}
      value={value}
      onChange={onChange}
      searchable
      // A dialog that starts here should show its fields, not a list over them.
      openOnFocus={false}
      data-autofocus={isFirst || undefined}
      searchValue={search}
      onSearchChange={(text) => {
        setSearch(text);
        // The label of the chosen one stands in the field too, but nobody typed it.
        const isTyped = text.trim() !== "" && ![...byValue.values()].some((choice) => choice.label === text);
        onSearch(isTyped ? text.trim() : null);
      }}
      filter={({ options }) => options}
      renderOption={({ option }) => <Option choice={byValue.get(option.value)} />}
      nothingFoundMessage={choices === undefined ? t("loading") : t("pick.nothing")}
      required={required}
      clearable={!required}
      clearButtonProps={{ "aria-label": t("pick.clear", { label }) }}
      withScrollArea={false}
      classNames={{ options: classes["options"] ?? "", option: classes["option"] ?? "" }}
      comboboxProps={{ withinPortal: true }}
    />
  );
}

function Option({ choice }: { choice: Choice | undefined }) {
  if (choice === undefined) return null;
  return (
    <Group justify="space-between" wrap="nowrap" w="100%" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Truncated>{choice.label}</Truncated>
        {choice.note !== undefined && (
          <Truncated fz="xs" c="dimmed">
            {choice.note}
          </Truncated>
        )}
      </div>
      {choice.badge}
    </Group>
  );
}

/** What is searched for, a moment after the last letter. */
export function useSearchText(): readonly [string | null, (text: string | null) => void] {
  const [text, setText] = useState<string | null>(null);
  const [settled] = useDebouncedValue(text, TYPING_PAUSE_MS);
  return [settled, setText];
}
