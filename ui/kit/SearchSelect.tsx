// One of many things, found by a few letters of its name. The depot does the searching, so a long list costs nothing.
// A text that was typed but not taken never vanishes: it is taken where one thing fits it, else the field says why not.
import { Group, Select } from "@mantine/core";
import type { SelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { usePickCheck } from "@kit/pickGate";
import classes from "@kit/SearchSelect.module.css";
import { isFound } from "@kit/textMatch";
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
  description?: string;
  disabled?: boolean;
  /** Whether the label marks it as required. */
  withAsterisk?: boolean;
  maw?: number;
  inputWrapperOrder?: NonNullable<SelectProps["inputWrapperOrder"]>;
}

interface SearchSelectProps extends PickProps {
  choices: readonly Choice[] | undefined;
  /** The chosen thing, where it is not among the choices. */
  chosen: Choice | undefined;
  onSearch: (text: string | null) => void;
  /** What fits a text by now, whatever is listed. */
  find: (text: string) => Promise<readonly Choice[]>;
}

/** Why a text was not taken. */
type Untaken = "several" | "nothing" | "disabled";

export function SearchSelect(props: SearchSelectProps) {
  const { label, value, onChange, choices, chosen, onSearch, find, hideLabel = false, required = false, isFirst = false, error, ...rest } = props;
  const { t } = useTranslation("kit");
  const [search, setSearch] = useState("");
  const [untaken, setUntaken] = useState<Untaken>();
  // The field's own changes of its text, as after a choice, come the same way as what is typed.
  const isTyping = useRef(false);
  const typed = useRef("");
  const listed = choices ?? [];
  const known = chosen === undefined || listed.some((choice) => choice.value === chosen.value) ? listed : [chosen, ...listed];
  const byValue = new Map(known.map((choice) => [choice.value, choice]));
  const write = (text: string) => {
    typed.current = "";
    setSearch(text);
    setUntaken(undefined);
    onSearch(null);
  };
  const take = (choice: Choice) => {
    write(choice.label);
    if (choice.value !== value) onChange(choice.value);
  };
  /** Takes the one thing that fits what was typed. Returns whether nothing typed is left untaken. */
  const settle = async (text: string): Promise<boolean> => {
    const found = await find(text);
    // Somebody typed on meanwhile.
    if (typed.current !== text) return typed.current === "";
    const fit = onlyFit(found, text);
    if (typeof fit === "string") setUntaken(fit);
    // At once, so that what sends the form sees it.
    else flushSync(() => take(fit));
    return typeof fit !== "string";
  };
  const send = usePickCheck(() => typed.current === "" || settle(typed.current));
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const isOnOption = Boolean(event.currentTarget.getAttribute("aria-activedescendant"));
    if (event.key !== "Enter" || typed.current === "" || isOnOption || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (send === undefined) void settle(typed.current);
    else send();
  };
  return (
    <Select
      {...(hideLabel ? { "aria-label": label } : { label })}
      {...rest}
      data={known.map(({ value: id, label: name, disabled = false }) => ({ value: id, label: name, disabled }))}
      value={value}
      onChange={(next) => {
        typed.current = "";
        setUntaken(undefined);
        onChange(next);
      }}
      onInput={() => {
        isTyping.current = true;
      }}
      onKeyDownCapture={onKey}
      onBlur={() => typed.current !== "" && void settle(typed.current)}
      error={untaken === undefined ? error : t(`pick.${untaken}`, { text: search.trim() })}
      searchable
      // A dialog that starts here should show its fields, not a list over them.
      openOnFocus={false}
      data-autofocus={isFirst || undefined}
      searchValue={search}
      onSearchChange={(text) => {
        if (!isTyping.current) {
          // Leaving the field puts back the label of what was chosen: not over a text that still waits.
          if (typed.current === "") write(text);
          return;
        }
        isTyping.current = false;
        const wanted = text.trim();
        if (wanted === "" && value !== null && !required) onChange(null);
        typed.current = wanted === byValue.get(value ?? "")?.label ? "" : wanted;
        setSearch(text);
        setUntaken(undefined);
        onSearch(typed.current === "" ? null : wanted);
      }}
      filter={({ options }) => options}
      renderOption={({ option }) => <Option choice={byValue.get(option.value)} />}
      nothingFoundMessage={choices === undefined ? t("loading") : t("pick.none")}
      required={required}
      clearable={!required}
      clearButtonProps={{ "aria-label": t("pick.clear", { label }) }}
      withScrollArea={false}
      classNames={{ options: classes["options"] ?? "", option: classes["option"] ?? "" }}
      comboboxProps={{ withinPortal: true }}
    />
  );
}

/** The one thing that a text names: by its whole label, else as the only one that was found. */
function onlyFit(found: readonly Choice[], text: string): Choice | Untaken {
  // Each holds the other: the same but for case, accents and what parts a plate.
  const named = found.filter(({ label }) => isFound(text, [label]) && isFound(label, [text]));
  const [only, ...others] = named.length > 0 ? named : found;
  if (only === undefined) return "nothing";
  if (others.length > 0) return "several";
  return only.disabled === true ? "disabled" : only;
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
