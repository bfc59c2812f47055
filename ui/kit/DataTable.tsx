// A list as a table: sorted by its heads, opened by a click on a row, continued by scrolling on. It stands in a frame that
// scrolls by itself under a head that stays; of a long list only the rows in sight are in the page. By keyboard the arrows
// go from row to row, and with a selection the space bar chooses, with Shift a whole stretch.
import { Button, Checkbox } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconArrowsSort } from "@tabler/icons-react";
import { Fragment, memo, useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent, MouseEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "@kit/DataTable.module.css";
import { PrintList } from "@kit/PrintList";
import { chosenAfter } from "@kit/tableChoice";
import { useRoomBelow, useRowsInSight } from "@kit/tableWindow";

export interface Column<Row, Sort extends string = string> {
  readonly key: string;
  readonly title: string;
  /** As in CSS; columns without one share what is left. */
  readonly width?: string;
  /** What the depot sorts by for this column, where it can. */
  readonly sort?: Sort;
  readonly cell: (row: Row) => ReactNode;
}

export interface Choice<Row> {
  /** Keys of rows; one that is no longer among the rows does no harm. */
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  /** Names a row for whoever hears its checkbox. */
  readonly nameOf: (row: Row) => string;
}

interface DataTableProps<Row, Sort extends string> {
  /** Names the table for screen readers. */
  label: string;
  /** Best kept from one rendering to the next: rows are drawn anew when it changes. */
  columns: readonly Column<Row, Sort>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Where a click beside the links and buttons of a row leads; keyboards go by the link that the row must have. */
  onOpen?: (row: Row) => void;
  /** The row that is open beside the table. While one is, the arrows open the row they go to. */
  current?: string | undefined;
  choice?: Choice<Row> | undefined;
  sort?: { readonly by: Sort; readonly isDescending: boolean };
  onSort?: (by: Sort, isDescending: boolean) => void;
  isStale?: boolean;
  loadMore?: (() => void) | undefined;
  isLoadingMore?: boolean;
  minWidth?: number;
  /** How high it may be however little room the window has below it. */
  heightLeast_px?: number;
  /** What the rows are a list of; another list is read from its beginning. */
  listKey?: string;
  /** Whether the list is what its page is about, so that printing the page prints the list. */
  isPage?: boolean;
  /** Loads every row that `loadMore` would. */
  loadAll?: (() => Promise<void>) | undefined;
}

/** How close to the end of what is loaded the next page is asked for. */
const LOAD_AHEAD_PX = 1_200;
/** How many rows each of these keys goes. */
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

export function DataTable<Row, Sort extends string = string>(props: DataTableProps<Row, Sort>) {
  const { label, columns, rows, rowKey, onOpen, current, choice, loadMore, isStale = false, minWidth = 640, heightLeast_px, listKey, isPage = false, loadAll } = props;
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useRoomBelow(scroller, props, heightLeast_px);
  const [isPrinting, setPrinting] = useState(false);
  const { inSight, measure, bringIntoSight } = useRowsInSight(scroller, rows.length, isPrinting);
  const { hand, focusWaiting } = useHand(props, scroller, bringIntoSight);
  useEffect(focusWaiting);
  useEffect(() => hand.onRows(rows.length), [hand, rows.length]);
  useEffect(() => hand.onList(listKey), [hand, listKey]);
  const currentIndex = current === undefined ? -1 : rows.findIndex((row) => rowKey(row) === current);
  useEffect(() => {
    if (currentIndex >= 0) hand.show(currentIndex);
  }, [hand, currentIndex]);
  return (
    <div ref={frame} className={classes["frame"]} data-print-list={isPage || undefined}>
      <div ref={scroller} className={classes["scroller"]} onScroll={hand.loadIfNear}>
        <table
          className={classes["table"]}
          aria-label={label}
          aria-rowcount={loadMore === undefined ? rows.length + 1 : -1}
          data-stale={isStale || undefined}
          style={{ minWidth }}
        >
          {isPrinting && (
            <caption className={classes["caption"]}>
              {label} · <Count rows={rows.length} isAll={loadMore === undefined} />
            </caption>
          )}
          <thead>
            <tr aria-rowindex={1}>
              {choice !== undefined && <ChooseAll {...props} choice={choice} />}
              {columns.map((column) => (
                <Head key={column.key} column={column} {...props} />
              ))}
            </tr>
          </thead>
          {/* They come up from the rows, whose links and boxes are what is interactive. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
          <tbody onKeyDown={hand.onKeyDown} onClick={hand.onClick}>
            {inSight.map(({ index, gapBefore_px }) => {
              const row = rows[index];
              if (row === undefined) return null;
              const key = rowKey(row);
              return (
                <Fragment key={key}>
                  {gapBefore_px > 0 && <Gap height={gapBefore_px} />}
                  <BodyRow
                    row={row}
                    index={index}
                    columns={columns as readonly Column<unknown>[]}
                    opens={onOpen !== undefined}
                    isCurrent={index === currentIndex}
                    isChosen={choice?.chosen.has(key)}
                    name={choice?.nameOf(row)}
                    choose={hand.choose}
                    measure={measure}
                  />
                </Fragment>
              );
            })}
            <Gap height={inSight.gapAfter_px} />
          </tbody>
        </table>
      </div>
      <Foot {...props}>
        {isPage && <PrintList list={frame} loadAll={loadMore === undefined ? undefined : loadAll} onPrinting={setPrinting} />}
      </Foot>
    </div>
  );
}

/** Stands for rows that are not in the page. */
function Gap({ height }: { height: number }) {
  return height === 0 ? null : <tr aria-hidden style={{ height }} />;
}

interface BodyRowProps {
  row: unknown;
  index: number;
  columns: readonly Column<unknown>[];
  opens: boolean;
  isCurrent: boolean;
  /** Undefined where nothing can be chosen. */
  isChosen: boolean | undefined;
  name: string | undefined;
  choose: (index: number, isOn: boolean, isStretch: boolean) => void;
  measure: (element: HTMLElement | null) => void;
}

/** Drawn anew only when something of its own changed: a table of thousands scrolls and is refreshed under people's eyes. */
const BodyRow = memo(function BodyRow({ row, index, columns, opens, isCurrent, isChosen, name, choose, measure }: BodyRowProps) {
  const { t } = useTranslation("kit");
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      className={classes["row"]}
      tabIndex={-1}
      data-opens={opens || undefined}
      data-chosen={isChosen === true || undefined}
      aria-current={isCurrent || undefined}
    >
      {isChosen !== undefined && (
        <td className={classes["choose"]}>
          <Checkbox
            size="xs"
            aria-label={t("table.choose", { name })}
            checked={isChosen}
            onChange={(event) => choose(index, event.currentTarget.checked, (event.nativeEvent as PointerEvent).shiftKey)}
          />
        </td>
      )}
      {columns.map(({ key, cell }) => (
        <td key={key}>{cell(row)}</td>
      ))}
    </tr>
  );
});

function ChooseAll<Row, Sort extends string>({ rows, rowKey, choice: { chosen, onChange } }: DataTableProps<Row, Sort> & { choice: Choice<Row> }) {
  const { t } = useTranslation("kit");
  const count = rows.filter((row) => chosen.has(rowKey(row))).length;
  return (
    <th className={classes["choose"]}>
      <Checkbox
        size="xs"
        aria-label={t("table.chooseAll", { count: rows.length })}
        title={t("table.chooseAll", { count: rows.length })}
        checked={count > 0 && count === rows.length}
        indeterminate={count > 0 && count < rows.length}
        // As with one row: a part chosen becomes all of them, all of them none.
        onChange={() => onChange(new Set(count === rows.length ? [] : rows.map(rowKey)))}
      />
    </th>
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

/** Scrolling on loads more by itself; the button is for whoever does not scroll. */
function Foot<Row, Sort extends string>({
  rows,
  loadMore,
  isLoadingMore = false,
  children,
}: DataTableProps<Row, Sort> & { children: ReactNode }) {
  const { t } = useTranslation("kit");
  return (
    <div className={classes["foot"]}>
      <span>
        <Count rows={rows.length} isAll={loadMore === undefined} />
      </span>
      {children}
      {loadMore !== undefined && (
        <Button size="xs" variant="default" onClick={loadMore} loading={isLoadingMore}>
          {t("table.more")}
        </Button>
      )}
    </div>
  );
}

function Count({ rows, isAll }: { rows: number; isAll: boolean }) {
  const { t } = useTranslation("kit");
  return t(isAll ? "table.all" : "table.some", { count: rows });
}

/** What hands do to the table. It stays the same while the rows change, so that a change draws only the rows it is about. */
function useHand<Row, Sort extends string>(
  props: DataTableProps<Row, Sort>,
  scroller: React.RefObject<HTMLDivElement | null>,
  bringIntoSight: (index: number) => void,
) {
  const latest = useRef({ ...props, bringIntoSight });
  useEffect(() => {
    latest.current = { ...props, bringIntoSight };
  });
  /** The row that was chosen last, from which Shift reaches. */
  const anchor = useRef<string>(undefined);
  /** A row that is to have the focus as soon as it is in the page, and which of its controls. */
  const waiting = useRef<{ index: number; control: number }>(undefined);
  const list = useRef(props.listKey);
  return useMemo(() => {
    const rowAt = (index: number) => scroller.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`) ?? null;
    const focusWaiting = () => {
      const row = waiting.current === undefined ? null : rowAt(waiting.current.index);
      if (row === null || waiting.current === undefined) return;
      (controlsOf(row)[waiting.current.control] ?? row).focus({ preventScroll: true });
      waiting.current = undefined;
    };
    const show = (index: number) => {
      latest.current.bringIntoSight(index);
      rowAt(index)?.scrollIntoView?.({ block: "nearest" });
    };
    const choose = (index: number, isOn: boolean, isStretch: boolean) => {
      const { rows, rowKey, choice } = latest.current;
      const keys = rows.map(rowKey);
      if (choice === undefined) return;
      choice.onChange(chosenAfter(choice.chosen, keys, { index, isOn, from: isStretch ? anchor.current : undefined }));
      anchor.current = keys[index];
    };
    const open = (index: number) => {
      const row = latest.current.rows[index];
      if (row !== undefined) latest.current.onOpen?.(row);
    };
    const go = (from: number, to: number, row: HTMLElement, isStretch: boolean) => {
      waiting.current = { index: to, control: controlsOf(row).indexOf(document.activeElement as HTMLElement) };
      show(to);
      focusWaiting();
      if (isStretch && latest.current.choice !== undefined) {
        anchor.current ??= latest.current.rows.map(latest.current.rowKey)[from];
        choose(to, true, true);
      }
      if (latest.current.current !== undefined) open(to);
    };
    const loadIfNear = () => {
      const { loadMore, isLoadingMore = false } = latest.current;
      const frame = scroller.current;
      // A frame without height is not on show.
      if (frame === null || frame.clientHeight === 0 || loadMore === undefined || isLoadingMore) return;
      if (frame.scrollHeight - frame.scrollTop - frame.clientHeight < LOAD_AHEAD_PX) loadMore();
    };
    const hand = {
      show,
      choose,
      loadIfNear,
      /** Not for each rendering: a page that failed to come would be asked for without end. */
      onRows: (count: number) => {
        // The rows that are in sight are drawn a moment after the frame they stand in.
        if (count > 0) requestAnimationFrame(loadIfNear);
      },
      onList: (key: string | undefined) => {
        if (key !== list.current) scroller.current?.scrollTo?.({ top: 0 });
        list.current = key;
      },
      onClick: (event: MouseEvent) => {
        const row = rowOf(event.target);
        if (row !== null && latest.current.onOpen !== undefined) openUnlessControl(event, () => open(indexOf(row)));
      },
      onKeyDown: (event: KeyboardEvent) => {
        const row = rowOf(event.target);
        if (row === null || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
        const opened = latest.current.rows.findIndex((one) => latest.current.rowKey(one) === latest.current.current);
        // From the row that is open, where another way led to it.
        const index = opened === -1 ? indexOf(row) : opened;
        const step = STEPS[event.key];
        const isRowItself = event.target === row;
        if (step !== undefined) go(index, Math.max(0, Math.min(index + step, latest.current.rows.length - 1)), row, event.shiftKey);
        else if (isRowItself && event.key === "Enter") open(index);
        else if (isRowItself && event.key === " " && latest.current.choice !== undefined) {
          choose(index, row.dataset["chosen"] === undefined, event.shiftKey);
        } else return;
        event.preventDefault();
      },
    };
    return { hand, focusWaiting };
  }, [scroller]);
}

/** Null for what is not in a row's own part of the page, such as the menu that one of its buttons opens. */
function rowOf(target: EventTarget): HTMLElement | null {
  return (target as Element).closest<HTMLElement>("tr[data-index]");
}

function indexOf(row: HTMLElement): number {
  return Number(row.dataset["index"]);
}

function controlsOf(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("a[href], button, input")];
}

function isTyping(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
}

/** A click on a link or button of the row is meant for it; one that ends a selection of text is meant for nothing. */
function openUnlessControl(event: MouseEvent, open: () => void): void {
  const isControl = (event.target as Element).closest(`a, button, input, label, [role=menuitem], .${classes["choose"]}`) !== null;
  if (!isControl && (getSelection()?.isCollapsed ?? true)) open();
}

