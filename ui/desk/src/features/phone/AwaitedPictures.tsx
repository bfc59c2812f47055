// The signatures and photos that were announced and are not at the depot: of which delivery, since when, and from whom.
import type { AwaitedFile } from "@bindings/AwaitedFile";
import { Box, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { journey } from "@kit/Journey";
import { LinkAnchor } from "@kit/links";
import { Moment } from "@kit/Moment";
import { Panel } from "@kit/Panel";

export function AwaitedPictures({ files }: { files: readonly AwaitedFile[] }) {
  const { t } = useTranslation("phone");
  return (
    <Box mt="md">
      <Panel title={t("awaited.title")}>
        <Text size="sm" c="dimmed" mb="xs">
          {t("awaited.hint")}
        </Text>
        <Table.ScrollContainer minWidth={640}>
          <Table verticalSpacing="sm" aria-label={t("awaited.title")}>
            <Table.Thead>
              <Table.Tr>
                {(["delivery", "what", "from", "since"] as const).map((column) => (
                  <Table.Th key={column}>{t(`awaited.column.${column}`)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {files.map((file) => (
                <Table.Tr key={file.deliveryId + file.hash}>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>
                    <LinkAnchor to="/deliveries/$deliveryId" params={{ deliveryId: file.deliveryId }} inherit fw={600}>
                      {journey(file.routeOrigin, file.routeDestination)}
                    </LinkAnchor>
                  </Table.Td>
                  <Table.Td>{t(file.signature ? "awaited.signature" : "awaited.photo")}</Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{file.from ?? file.driverName ?? t("unknownDriver")}</Table.Td>
                  <Table.Td>
                    <Moment at={file.since} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Panel>
    </Box>
  );
}
