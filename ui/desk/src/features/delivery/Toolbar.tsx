// What the table shows, under which name, and as which file: saved views, columns, export.
import { ActionIcon, Button, Group, Menu, Text, TextInput } from "@mantine/core";
import { IconBookmark, IconColumns3, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDraft } from "@kit/draft";
import { ExportMenu } from "@kit/ExportMenu";
import { FormModal } from "@kit/FormModal";
import { COLUMN_KEYS } from "./columns";
import type { ColumnKey } from "./columns";
import { deliveriesQuery } from "./search";
import type { DeliverySearch } from "./search";
import { DEFAULT_COLUMNS, NAME_MOST, useSavedViews } from "./views";
import type { SavedView } from "./views";

interface ToolbarProps {
  search: DeliverySearch;
  columns: readonly ColumnKey[];
  onColumns: (columns: readonly ColumnKey[]) => void;
  onView: (view: SavedView) => void;
}

export function Toolbar({ search, columns, onColumns, onView }: ToolbarProps) {
  const { t } = useTranslation("delivery");
  return (
    <Group gap="xs" justify="flex-end">
      <Views search={search} columns={columns} onView={onView} />
      <Columns columns={columns} onColumns={onColumns} />
      <ExportMenu query={deliveriesQuery(search)} hint={t("export.hint")} />
    </Group>
  );
}

function Views({ search, columns, onView }: Omit<ToolbarProps, "onColumns">) {
  const { t } = useTranslation("delivery");
  const { views, save, remove } = useSavedViews();
  const [isSaving, setIsSaving] = useState(false);
  return (
    <>
      <Menu position="bottom-start" shadow="md" width={280}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />}>
            {t("view.open")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.length === 0 && (
            <Text size="xs" c="dimmed" px="sm" py={6}>
              {t("view.none")}
            </Text>
          )}
          {views.map((view) => (
            <Group key={view.name} gap={0} wrap="nowrap">
              <Menu.Item onClick={() => onView(view)}>{view.name}</Menu.Item>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("view.remove", { name: view.name })}
                onClick={() => remove(view.name)}
              >
                <IconTrash size={15} aria-hidden />
              </ActionIcon>
            </Group>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setIsSaving(true)}>{t("view.save")}</Menu.Item>
          <Text size="xs" c="dimmed" px="sm" pb={6}>
            {t("view.kept")}
          </Text>
        </Menu.Dropdown>
      </Menu>
      {isSaving && (
        <SaveView
          names={views.map((view) => view.name)}
          onSave={(name) => save({ name, search, columns })}
          onClose={() => setIsSaving(false)}
        />
      )}
    </>
  );
}

function SaveView({ names, onSave, onClose }: { names: readonly string[]; onSave: (name: string) => void; onClose: () => void }) {
  const { t } = useTranslation("delivery");
  const draft = useDraft("deliveries.view", () => ({ fields: { name: "" } }));
  const { name } = draft.fields;
  const wanted = name.trim();
  const submit = () => {
    if (wanted === "") return;
    onSave(wanted);
    draft.drop();
    onClose();
  };
  return (
    <FormModal
      title={t("view.save")}
      draft={draft}
      isBusy={false}
      onSubmit={submit}
      onClose={onClose}
      renderButtons={() => (
        <Group justify="flex-end">
          <Button type="submit" disabled={wanted === ""}>
            {t("view.submit")}
          </Button>
        </Group>
      )}
    >
      <TextInput
        label={t("view.name")}
        description={t(names.includes(wanted) ? "view.replaces" : "view.nameHint")}
        value={name}
        onChange={(event) => draft.set({ name: event.currentTarget.value })}
        maxLength={NAME_MOST}
        required
        data-autofocus
      />
    </FormModal>
  );
}

function Columns({ columns, onColumns }: Pick<ToolbarProps, "columns" | "onColumns">) {
  const { t } = useTranslation("delivery");
  return (
    <Menu position="bottom-start" shadow="md" closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} aria-hidden />}>
          {t("columns.open")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {COLUMN_KEYS.map((key) => (
          <Menu.CheckboxItem
            key={key}
            checked={columns.includes(key)}
            // Its link leads to the delivery.
            disabled={key === "route"}
            onChange={(isOn) => onColumns(COLUMN_KEYS.filter((one) => (one === key ? isOn : columns.includes(one))))}
          >
            {t(`column.${key}`)}
          </Menu.CheckboxItem>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onColumns(DEFAULT_COLUMNS)}>{t("columns.reset")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
