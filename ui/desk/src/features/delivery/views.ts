// Lists of deliveries that somebody saved under a name, and which columns they see. Both are kept by the browser, or by the
// window: they are how one person looks at the depot, not part of its record.
import { useLocalStorage } from "@mantine/hooks";
import { compareTexts } from "@kit/conventions";
import { isRecord } from "@kit/problem";
import { COLUMN_KEYS } from "./columns";
import type { ColumnKey } from "./columns";
import { readDeliverySearch } from "./search";
import type { DeliverySearch } from "./search";

export interface SavedView {
  readonly name: string;
  readonly search: DeliverySearch;
  readonly columns: readonly ColumnKey[];
}

/** What a table shows before anybody chose; the route stays, for its link leads to the delivery. */
export const DEFAULT_COLUMNS: readonly ColumnKey[] = ["status", "route", "crew", "progress", "changed"];
export const NAME_MOST = 60;
const VIEWS_MOST = 50;

export function useColumnChoice(): [readonly ColumnKey[], (columns: readonly ColumnKey[]) => void] {
  const [columns, set] = useLocalStorage<readonly ColumnKey[]>({
    key: "depot.deliveries.columns",
    defaultValue: DEFAULT_COLUMNS,
    getInitialValueInEffect: false,
    deserialize: (text) => readColumns(parsed(text)) ?? DEFAULT_COLUMNS,
  });
  return [columns, set];
}

export interface SavedViews {
  readonly views: readonly SavedView[];
  /** Under a name that another view has, it takes that one's place. */
  readonly save: (view: SavedView) => void;
  readonly remove: (name: string) => void;
}

export function useSavedViews(): SavedViews {
  const [views, set] = useLocalStorage<readonly SavedView[]>({
    key: "depot.deliveries.views",
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: (text) => readViews(parsed(text)),
  });
  const without = (name: string) => views.filter((view) => view.name !== name);
  return {
    views,
    save: (view) => set([...without(view.name), view].toSorted(byName).slice(0, VIEWS_MOST)),
    remove: (name) => set(without(name)),
  };
}

function byName(one: SavedView, other: SavedView): number {
  return compareTexts(one.name, other.name);
}

/** With suspicion: another version may have written it, or a person. */
export function readViews(value: unknown): readonly SavedView[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, VIEWS_MOST).flatMap((view: unknown) => {
    if (!isRecord(view) || typeof view["name"] !== "string" || view["name"].trim() === "") return [];
    const { create: _create, panel: _panel, ...search } = readDeliverySearch(isRecord(view["search"]) ? view["search"] : {});
    return [{ name: view["name"].slice(0, NAME_MOST), search, columns: readColumns(view["columns"]) ?? DEFAULT_COLUMNS }];
  });
}

function readColumns(value: unknown): readonly ColumnKey[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const known = COLUMN_KEYS.filter((key) => key === "route" || value.includes(key));
  return known.length > 1 ? known : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
}
