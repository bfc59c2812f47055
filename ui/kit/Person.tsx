// What is said of people, wherever it is shown: quieter where they were erased.
import { Text } from "@mantine/core";
import type { TextProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isErased, personWord } from "@kit/erased";
import { useNamesake } from "@kit/namesakes";
import { Truncated } from "@kit/Truncated";

const QUIET = { c: "dimmed", fs: "italic", fw: 400 } as const satisfies TextProps;

/** Within a text. */
export function Person({ of: text }: { of: string }) {
  const { t } = useTranslation("kit");
  if (!isErased(text)) return text;
  return (
    <Text span inherit {...QUIET}>
      {t("erased")}
    </Text>
  );
}

/** On a line of its own, which may be too short for it. */
export function PersonLine({ of: text, ...look }: TextProps & { of: string }) {
  const { t } = useTranslation("kit");
  return (
    <Truncated {...look} {...(isErased(text) && QUIET)}>
      {personWord(t, text)}
    </Truncated>
  );
}

/** A driver on a line of its own, with a mark where another driver has the same name. */
export function DriverLine({ id, of: text, ...look }: TextProps & { id: string | null; of: string }) {
  const mark = useNamesake(id);
  const { t } = useTranslation("kit");
  if (mark === undefined || isErased(text)) return <PersonLine {...look} of={text} />;
  return <Truncated {...look}>{t("namesake", { name: text, mark })}</Truncated>;
}
