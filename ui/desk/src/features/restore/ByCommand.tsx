// How a backup is put back where this page cannot do it: at the window of the depot, or by a command while nobody serves it.
import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDepotQuery } from "@kit/depot";

export function ByCommand({ folder }: { folder: string | undefined }) {
  const { t } = useTranslation("restore");
  const data = useDepotQuery({ query: "data" }).data;
  const backup = folder ?? data?.backups[0]?.folder;
  const command = `depotd restore ${backup === undefined ? "BACKUP" : quoted(backup)} --data-dir ${data === undefined ? "DIR" : quoted(data.folder)}`;
  return (
    <Stack>
      <Text size="sm">{t("browser")}</Text>
      <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {command}
      </Code>
      <Text size="sm" c="dimmed">
        {t("browserWhy")}
      </Text>
      <Group justify="flex-end">
        <CopyButton value={command}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? "copied" : "copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}

/** As a shell takes it, whatever is in it. */
function quoted(path: string): string {
  return /^[\w./:-]+$/u.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
