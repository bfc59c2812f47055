// Ctrl+K: any place by a few letters of its name.
import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PLACES } from "./navigation";

export const openPlaceSearch = spotlight.open;

/** By default Spotlight is deaf to its shortcut while an input has the focus, which at a desk is most of the time. */
const NO_TAGS: string[] = [];

export function PlaceSearch() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const actions = PLACES.map(({ path, name, icon: Mark }) => ({
    id: path,
    label: t(`place.${name}.title`),
    description: t(`place.${name}.description`),
    leftSection: <Mark size={20} stroke={1.6} aria-hidden />,
    onClick: () => void navigate({ to: path }),
  }));
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      tagsToIgnore={NO_TAGS}
      highlightQuery
      nothingFound={t("shell.searchEmpty")}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: t("shell.searchPlaces"),
        "aria-label": t("shell.searchPlaces"),
      }}
    />
  );
}
