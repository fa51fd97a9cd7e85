// One row of a table, and its head.
import type { ComponentChildren } from "preact";
import { go } from "../shell/router.js";
import { Icon } from "./icon.js";

export interface Column<R> {
  key: string;
  title: ComponentChildren;
  cell(row: R, index: number): ComponentChildren;
  /** Pixels at least; usually 110. */
  width?: number;
  /** Its share of what is left. */
  grow?: number;
  /** Numbers are at the right. */
  end?: boolean;
  /** What `sort` calls it; without it the head is no button. */
  sort?: string;
  /** More on it, in the head's title. */
  hint?: string;
  /** It stays in sight while the others move aside: of the first columns alone. */
  pinned?: boolean;
}

const usual_px = 110;
const select_px = 46;

/** The columns of the grid, and how wide it is at least. */
export function widthOf<R>(columns: readonly Column<R>[], selectable: boolean): { columns: string; px: number } {
  const first = selectable ? [`${select_px}px`] : [];
  const rest = columns.map(({ width = usual_px, grow }) => (grow ? `minmax(${width}px, ${grow}fr)` : `${width}px`));
  if (columns.every(({ grow }) => !grow)) rest.push("1fr");
  const px = columns.reduce((sum, { width = usual_px }) => sum + width, selectable ? select_px : 0);
  return { columns: [...first, ...rest].join(" "), px };
}

interface HeadsShape<R> {
  columns: readonly Column<R>[];
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  hidden: boolean;
  selectable: boolean;
}

export function Heads<R>({ columns, sort = "", onSort, hidden, selectable }: HeadsShape<R>) {
  const [first = ""] = sort.split(",");
  return (
    // biome-ignore lint/a11y/useSemanticElements: the rows are no table elements either
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <div class={`table-head ${hidden ? "hidden" : ""}`} role="row">
      {selectable && (
        <Head title={<span class="hidden">chosen</span>} kind={columns[0]?.pinned ? "pinned-choice" : ""} />
      )}
      {columns.map(({ key, title, end, sort: by, hint, pinned }) => {
        const kind = kindOf(end, pinned);
        if (!by || !onSort) return <Head key={key} title={title} kind={kind} hint={hint} />;
        const up = first === by;
        const down = first === `-${by}`;
        return (
          <Head key={key} kind={kind} hint={hint} sorted={up ? "ascending" : down ? "descending" : "none"}>
            <button type="button" onClick={() => onSort(down ? by : `-${by}`)} tabIndex={hidden ? -1 : 0}>
              {title}
              {(up || down) && <Icon name={up ? "up" : "down"} />}
            </button>
          </Head>
        );
      })}
    </div>
  );
}

function kindOf(end: boolean | undefined, pinned: boolean | undefined): string {
  return `${end ? "end" : ""} ${pinned ? "pinned" : ""}`.trim();
}

function Head({
  title,
  kind,
  hint,
  sorted,
  children,
}: {
  title?: ComponentChildren;
  kind: string;
  hint?: string | undefined;
  sorted?: "ascending" | "descending" | "none" | undefined;
  children?: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: the rows are no table elements either
    // biome-ignore lint/a11y/useFocusableInteractive: its button is
    <div role="columnheader" class={kind} aria-sort={sorted} title={hint}>
      {children ?? title}
    </div>
  );
}

interface RowShape<R> {
  id: string;
  index: number;
  row: R | undefined;
  top: number;
  height: number;
  columns: readonly Column<R>[];
  current: boolean;
  selected: boolean | undefined;
  href: string | undefined;
  kind: string | undefined;
  card: ((row: R) => ComponentChildren) | undefined;
  onPoint(): void;
  onSelect: ((row: R, index: number, through: boolean) => void) | undefined;
}

export function Row<R>({
  id,
  index,
  row,
  top,
  height,
  columns,
  current,
  selected,
  href,
  kind,
  card,
  onPoint,
  onSelect,
}: RowShape<R>) {
  const clicked = (event: MouseEvent) => {
    onPoint();
    if (!href || event.defaultPrevented || (event.target as Element).closest("a, button, input, label")) return;
    if (getSelection()?.toString()) return;
    if (event.metaKey || event.ctrlKey) open(href, "_blank");
    else go(href);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot leave rows out
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names the row
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter opens the row that the grid names
    <div
      id={id}
      class={`table-row ${current ? "current" : ""} ${href ? "opens" : ""} ${kind ?? ""}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={onSelect ? selected === true : undefined}
      aria-busy={row === undefined ? true : undefined}
      style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
      onClick={clicked}
    >
      {onSelect && (
        <Cell kind={columns[0]?.pinned ? "choice pinned-choice" : "choice"}>
          {row !== undefined && (
            <label class="check">
              <input
                type="checkbox"
                checked={selected === true}
                tabIndex={-1}
                aria-label={`Choose row ${index + 1}`}
                onClick={(event) => onSelect(row, index, event.shiftKey)}
              />
            </label>
          )}
        </Cell>
      )}
      {row !== undefined && card ? (
        <Cell kind="card">{card(row)}</Cell>
      ) : (
        columns.map(({ key, cell, end, pinned }) => (
          <Cell key={key} kind={kindOf(end, pinned)}>
            {row === undefined ? <span class="coming" /> : cell(row, index)}
          </Cell>
        ))
      )}
    </div>
  );
}

function Cell({ kind = "", children }: { kind?: string; children?: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: the rows are no table elements either
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <div role="gridcell" class={kind}>
      {children}
    </div>
  );
}
