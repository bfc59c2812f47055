// What stands where an answer will: a shimmer until it is there, the problem where none came.
import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@kit/ProblemAlert";
import type { DepotError } from "@kit/problem";

interface LoadedProps<Answer> {
  of: { readonly data: Answer | undefined; readonly error: DepotError | null; readonly refetch: () => unknown };
  /** How many lines the shimmer has. */
  lines?: number;
  children: (answer: Answer) => ReactNode;
}

export function Loaded<Answer>({ of: { data, error, refetch }, lines = 4, children }: LoadedProps<Answer>) {
  // An older answer is worth more than the news that a newer one did not come; the header tells of a lost connection.
  if (data !== undefined) return children(data);
  if (error !== null) return <ProblemAlert problem={error} onRetry={() => void refetch()} />;
  return <Shimmer lines={lines} />;
}

export function Shimmer({ lines }: { lines: number }) {
  const { t } = useTranslation("kit");
  return (
    <Stack gap="sm" aria-busy="true" py="xs">
      <VisuallyHidden role="status">{t("loading")}</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={34} radius="sm" />
      ))}
    </Stack>
  );
}
