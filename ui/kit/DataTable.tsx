// A list as a table: sorted by its heads, opened by a click on a row, continued by a button at its foot.
import { Button } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconArrowsSort } from "@tabler/icons-react";
import type { MouseEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "@kit/DataTable.module.css";

export interface Column<Row, Sort extends string = string> {
  readonly key: string;
  readonly title: string;
  /** As in CSS; columns without one share what is left. */
  readonly width?: string;
  /** What the depot sorts by for this column, where it can. */
  readonly sort?: Sort;
  readonly cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row, Sort extends string> {
  /** Names the table for screen readers. */
  label: string;
  columns: readonly Column<Row, Sort>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Where a click beside the links and buttons of a row leads; keyboards go by the link that the row must have. */
  onOpen?: (row: Row) => void;
  sort?: { readonly by: Sort; readonly isDescending: boolean };
  onSort?: (by: Sort, isDescending: boolean) => void;
  isStale?: boolean;
  loadMore?: (() => void) | undefined;
  isLoadingMore?: boolean;
  minWidth?: number;
}

export function DataTable<Row, Sort extends string = string>(props: DataTableProps<Row, Sort>) {
  const { label, columns, rows, rowKey, onOpen, isStale = false, minWidth = 640 } = props;
  return (
    <div className={classes["frame"]}>
      <div className={classes["scroller"]}>
        <table
          className={classes["table"]}
          aria-label={label}
          data-stale={isStale || undefined}
          style={{ minWidth }}
        >
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} {...props} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={rowKey(row)}
                className={classes["row"]}
                data-opens={onOpen === undefined ? undefined : true}
                onClick={onOpen === undefined ? undefined : (event) => openUnlessControl(event, () => onOpen(row))}
              >
                {columns.map(({ key, cell }) => (
                  <td key={key}>{cell(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Foot {...props} />
    </div>
  );
}

function Head<Row, Sort extends string>({
  column: { title, width, sort: by },
  sort,
  onSort,
}: DataTableProps<Row, Sort> & { column: Column<Row, Sort> }) {
  if (by === undefined || onSort === undefined) return <th style={{ width }}>{title}</th>;
  const isSorted = sort?.by === by;
  const isDescending = isSorted && sort.isDescending;
  const Mark = isSorted ? (isDescending ? IconArrowDown : IconArrowUp) : IconArrowsSort;
  return (
    <th style={{ width }} aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}>
      <button type="button" className={classes["sorter"]} onClick={() => onSort(by, isSorted && !isDescending)}>
        {title}
        <Mark size={13} aria-hidden />
      </button>
    </th>
  );
}

function Foot<Row, Sort extends string>({ rows, loadMore, isLoadingMore = false }: DataTableProps<Row, Sort>) {
  const { t } = useTranslation("kit");
  return (
    <div className={classes["foot"]}>
      <span>{t(loadMore === undefined ? "table.all" : "table.some", { count: rows.length })}</span>
      {loadMore !== undefined && (
        <Button size="xs" variant="default" onClick={loadMore} loading={isLoadingMore}>
          {t("table.more")}
        </Button>
      )}
    </div>
  );
}

/** A click on a link or button of the row is meant for it; one that ends a selection of text is meant for nothing. */
function openUnlessControl(event: MouseEvent, open: () => void): void {
  const isControl = (event.target as Element).closest("a, button, input, [role=menuitem]") !== null;
  if (!isControl && (getSelection()?.isCollapsed ?? true)) open();
}
