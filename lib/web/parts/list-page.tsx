// A list that is a page: filters by name and owner in its address, a table that goes on, and what it is said where it is empty.
import type { ComponentChildren } from "preact";
import type { GenericSchema, InferOutput } from "valibot";
import type { Declared } from "../shell/client.js";
import { usePages } from "../shell/use-pages.js";
import { Empty } from "./empty.js";
import { Time } from "./figures.js";
import { counted } from "./format.js";
import { Heading } from "./heading.js";
import { NameFilter, useListQuery, WhoseFilter } from "./list-filter.js";
import { MoreRows } from "./more-rows.js";
import { Problem, Problems } from "./problem.js";
import { type Column, Table } from "./table.js";

interface ListShape<E extends Declared & { answer: GenericSchema }, R> {
  path: E["path"];
  /** The list of the answer. */
  list: keyof InferOutput<E["answer"]> & string;
  title: string;
  /** One of them: `sweep`. */
  one: string;
  /** Kinds of changes that make it ask anew. */
  live: readonly string[];
  /** Before those that say whose it is, its id and when it was planned. */
  columns: readonly Column<R>[];
  card: (row: R) => ComponentChildren;
  /** Where there is none: what it is, and the command that makes one. */
  text: string;
  command: string;
}

interface Planned {
  id: string;
  user: string;
  planned_at: string;
}

const common: readonly Column<Planned>[] = [
  { key: "user", title: "User", width: 110, cell: ({ user }) => user },
  { key: "id", title: "Id", width: 80, cell: ({ id }) => <code class="soft">{id.slice(-6)}</code> },
  { key: "planned", title: "Planned", width: 90, end: true, cell: ({ planned_at }) => <Time at={planned_at} /> },
];

/** Of things that have an id, each with a page below this one's: `/sweeps/:id`. */
export function ListPage<E extends Declared & { answer: GenericSchema }, R extends Planned>(shape: ListShape<E, R>) {
  const { path, list, title, one, live, columns, card, text, command } = shape;
  const query = useListQuery();
  const { rows, total, trouble, again, loading, more, problems } = usePages<E, R>(path, query, list, live);
  const plural = title.toLowerCase();
  return (
    <>
      <Heading
        title={title}
        beside={rows && `${counted(total ?? rows.length, one)}${total === undefined && more ? " and more" : ""}`}
      />
      <div class="fill">
        <div class="picks">
          <NameFilter what={plural} />
          <WhoseFilter />
        </div>
        {trouble && <Problem error={trouble} again={again} />}
        <Problems problems={problems} />
        {!rows && loading && <div class="loading" aria-busy="true" />}
        {rows?.length === 0 && (
          <Empty
            title={Object.keys(query).length > 0 ? `No ${one} is like that` : `No ${one} yet`}
            text={text}
            command={command}
          />
        )}
        {rows && rows.length > 0 && (
          <Table
            main
            label={title}
            columns={[...columns, ...common]}
            rows={rows}
            idOf={({ id }) => id}
            hrefOf={({ id }) => `/${plural}/${id}`}
            card={card}
          />
        )}
        <MoreRows more={more} />
      </div>
    </>
  );
}
