// A table of any length, for reading, sorting and choosing; by keyboard throughout. On a narrow screen its rows are cards.
import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import { useKeys } from "../shell/keys.js";
import { go } from "../shell/router.js";
import { useNarrow } from "./narrow.js";
import { useFocusKept, useReturn } from "./table-return.js";
import { type Column, Heads, Row, widthOf } from "./table-row.js";
import { useTableWindow } from "./table-window.js";

export type { Column } from "./table-row.js";

export interface TableShape<R> {
  /** What it is a table of, for those who hear it. */
  label: string;
  columns: readonly Column<R>[];
  /** All rows, or `total` and `rowAt` where they come as they are scrolled to (undefined: on its way). */
  rows?: readonly R[];
  total?: number;
  rowAt?: (index: number) => R | undefined;
  onRange?: (from: number, to: number) => void;
  idOf: (row: R) => string;
  hrefOf?: (row: R) => string | undefined;
  /** `-planned_at,name`: as the address has it. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  selected?: ReadonlySet<string>;
  /** `through`: with the shift key, all from the last one chosen to this one. */
  onSelect?: (row: R, index: number, through: boolean) => void;
  /** What a row is on a narrow screen: two lines. */
  card?: (row: R) => ComponentChildren;
  /** The table of its page: it takes the height that is left, and its keys need no focus. */
  main?: boolean;
  /** Rows that are not runs of the mill. */
  classOf?: (row: R) => string | undefined;
}

const head_px = 32;

export function Table<R>(shape: TableShape<R>) {
  const { label, columns, rows, idOf, hrefOf, selected, onSelect, main = false } = shape;
  const total = shape.total ?? rows?.length ?? 0;
  const rowAt = shape.rowAt ?? ((index: number) => rows?.[index]);
  const narrow = useNarrow() && shape.card !== undefined;
  const row_px = narrow ? 60 : 32;
  const id = useId();
  const { from, to, height, topOf, reveal, box } = useTableWindow(total, row_px, narrow ? 0 : head_px);
  const [cursor, setCursor] = useReturn(box, main);
  useFocusKept(box);
  // Told when the range changes, not when its listener does.
  useEffect(() => shape.onRange?.(from, to), [from, to]);
  const move = (to: number) => {
    if (total === 0) return;
    const next = Math.max(0, Math.min(total - 1, to));
    setCursor(next);
    reveal(next);
  };
  const open = () => {
    const row = rowAt(cursor);
    const href = row && hrefOf?.(row);
    if (href) go(href);
  };
  const choose = (through: boolean) => {
    const row = rowAt(cursor);
    if (row) onSelect?.(row, cursor, through);
  };
  useKeys(
    main
      ? [
          { keys: "j", does: "next row", run: () => move(cursor + 1) },
          { keys: "k", does: "row before", run: () => move(cursor - 1) },
          ...(hrefOf ? [{ keys: "Enter", does: "open the row", run: pressed(open) }] : []),
          ...(onSelect
            ? [
                { keys: "x", does: "choose the row", run: () => choose(false) },
                { keys: "X", does: "choose all from the last chosen to the row", run: () => choose(true) },
              ]
            : []),
        ]
      : [],
  );
  const page = Math.max(1, Math.floor((to - from) / 2));
  const local: Record<string, (event: KeyboardEvent) => void> = {
    ArrowDown: () => move(cursor + 1),
    ArrowUp: () => move(cursor - 1),
    PageDown: () => move(cursor + page),
    PageUp: () => move(cursor - page),
    Home: () => move(0),
    End: () => move(total - 1),
    Enter: open,
    ...(onSelect ? { " ": ({ shiftKey }) => choose(shiftKey) } : {}),
  };
  const keyed = (event: KeyboardEvent) => {
    const act = event.target === event.currentTarget && !event.metaKey && !event.ctrlKey ? local[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act(event);
  };
  const shown: number[] = [];
  for (let i = from; i < to; i++) shown.push(i);
  const width = widthOf(columns, onSelect !== undefined);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot leave rows out that are not in sight
    <div
      ref={box}
      class={`table ${main ? "main" : ""} ${narrow ? "cards" : ""}`}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + (onSelect ? 1 : 0)}
      aria-multiselectable={onSelect ? true : undefined}
      aria-activedescendant={cursor >= from && cursor < to ? `${id}-${cursor}` : undefined}
      tabIndex={0}
      style={{ "--columns": width.columns, "--width": `${width.px}px`, "--head": `${head_px}px` }}
      onKeyDown={keyed}
    >
      <Heads {...shape} hidden={narrow} selectable={onSelect !== undefined} />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div class="table-body" role="rowgroup" style={{ height: `${height}px` }}>
        {shown.map((index) => {
          const row = rowAt(index);
          return (
            <Row
              key={row ? idOf(row) : index}
              id={`${id}-${index}`}
              index={index}
              row={row}
              top={topOf(index)}
              height={row_px}
              columns={columns}
              current={index === cursor}
              selected={row && selected?.has(idOf(row))}
              href={row && hrefOf?.(row)}
              kind={row && shape.classOf?.(row)}
              card={narrow ? shape.card : undefined}
              onPoint={() => setCursor(index)}
              onSelect={onSelect}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Enter on a button or a link is theirs. */
function pressed(act: () => void) {
  return (event: KeyboardEvent) => {
    const { target } = event;
    if (target instanceof HTMLElement && target.closest("a, button, summary")) target.click();
    else act();
  };
}
