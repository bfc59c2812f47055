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
      const name = await transport.save(query, format);
      notifications.show({ color: "green", autoClose: 8_000, message: t("export.done", { name }) });
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
          <Button size="compact-sm" variant="default" leftSection={<IconDownload size={15} aria-hidden />} loading={isBusy}>
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
