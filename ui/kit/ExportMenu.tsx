// Makes a file of what is shown: a workbook or a text table, with every row and not only those that were loaded.
import type { ExportFormat } from "@bindings/ExportFormat";
import { Button, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTransport } from "@kit/depot";
import { DepotError } from "@kit/problem";
import type { QueryName, QueryOf } from "@kit/protocol";
import { Refusal } from "@kit/Refusal";

/** Long enough to read where a file lies, and to go there. */
const SHOWN_MS = 12_000;

interface ExportMenuProps<Name extends QueryName> {
  query: QueryOf<Name>;
  /** What the file will hold. */
  hint: string;
}

export function ExportMenu<Name extends QueryName>({ query, hint }: ExportMenuProps<Name>) {
  const { t } = useTranslation("kit");
  const transport = useTransport();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<DepotError | null>(null);
  const save = async (format: ExportFormat) => {
    setIsBusy(true);
    setProblem(null);
    try {
      const { name, show } = await transport.save(query, format);
      const message = (
        <>
          {t("export.done", { name })}
          {show !== undefined && (
            <Button size="compact-sm" variant="light" display="block" mt={6} onClick={() => void show().catch((error: unknown) => setProblem(DepotError.from(error)))}>
              {t("export.show")}
            </Button>
          )}
        </>
      );
      notifications.show({ color: "green", autoClose: SHOWN_MS, message, style: { overflowWrap: "anywhere" } });
    } catch (error) {
      setProblem(DepotError.from(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} loading={isBusy}>
            {t("export.open")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void save("xlsx")}>{t("export.xlsx")}</Menu.Item>
          <Menu.Item onClick={() => void save("csv")}>{t("export.csv")}</Menu.Item>
          <Text size="xs" c="dimmed" px="sm" pb={6} maw={240}>
            {hint}
          </Text>
        </Menu.Dropdown>
      </Menu>
      <Refusal problem={problem} onDismiss={() => setProblem(null)} />
    </>
  );
}
