// A filter by text that asks a moment after the last letter rather than at each.
import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

const TYPING_PAUSE_MS = 250;

interface TextFilterProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  /** As wide as its place, rather than as wide as most texts. */
  isFull?: boolean;
}

export function TextFilter({ label, value, onChange, isFull = false }: TextFilterProps) {
  const { t } = useTranslation("kit");
  const [typed, setTyped] = useState(value);
  const [lastValue, setLastValue] = useState(value);
  const settle = useDebouncedCallback(onChange, TYPING_PAUSE_MS);
  // The value also changes from outside: by a link, the browser's back, or "clear filters".
  if (value !== lastValue) {
    setLastValue(value);
    if (value !== typed.trim()) setTyped(value);
  }
  const change = (text: string) => {
    setTyped(text);
    settle(text.trim());
  };
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed !== "" && <CloseButton size="sm" aria-label={t("pick.clear", { label })} onClick={() => change("")} />
      }
      w={isFull ? "100%" : 230}
      maxLength={200}
    />
  );
}
