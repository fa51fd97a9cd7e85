// A thing of lineage in its box: what it is, how it is, and how much more there is on either side.
import type { LineageNode } from "../../../serve/api/lineage.js";
import { CountsBar } from "../../parts/counts-bar.js";
import { figure } from "../../parts/format.js";
import { Icon } from "../../parts/icon.js";
import { StateMark } from "../../parts/state-mark.js";
import { type Pile, statesOf } from "./alike.js";

const icons: Record<LineageNode["type"], string> = {
  run: "runs",
  artifact: "artifacts",
  external: "export",
  source: "notebook",
  collected: "copy",
};

export const sizeOfNode = () => ({ width: 186, height: 46 });

/** The page that tells more of a thing; what has none is looked at by its lineage. */
export function hrefOfNode({ type, id }: Pick<LineageNode, "type" | "id">): string {
  if (type === "run") return `/runs/${id}`;
  return type === "artifact" ? `/artifacts/${id}` : `/lineage/${id}`;
}

const words = { external: "from outside", source: "source", collected: "collected", artifact: "artifact", run: "run" };

interface Shape {
  node: LineageNode;
  reach: 0 | -1;
  folded: boolean;
  onMore(way: "up" | "down"): void;
  onFold(): void;
}

export function LineagePlace({ node, reach, folded, onMore, onFold }: Shape) {
  const { type, name, id, ref, state, user, asked, more = {}, aliases = [], path } = node;
  return (
    <div class={`place ${type === "run" ? "" : "thing"} ${asked ? "asked" : ""}`}>
      <a
        class="place-main"
        href={hrefOfNode(node)}
        tabIndex={reach}
        title={[path ?? aliases.join(", "), user && `of ${user}`].filter(Boolean).join(", ")}
        draggable={false}
      >
        <Icon name={icons[type]} />
        <span class="place-words">
          <b class="cut">
            <span class="hidden">{words[type]} </span>
            {name ?? id}
          </b>
          <small class="cut">
            {state && <StateMark state={state} />}
            {aliases[0] ? <span class="cut">{aliases[0]}</span> : <span class="cut">{under(node)}</span>}
          </small>
        </span>
      </a>
      {more.up !== undefined && <More way="up" count={more.up} reach={reach} onMore={onMore} name={name ?? id} />}
      {folded ? (
        <button
          type="button"
          class="place-more down"
          tabIndex={reach}
          onClick={onFold}
          aria-label={`Unfold ${name ?? ref}`}
        >
          …
        </button>
      ) : (
        more.down !== undefined && <More way="down" count={more.down} reach={reach} onMore={onMore} name={name ?? id} />
      )}
    </div>
  );
}

/** Several that are alike; it opens to all of them. */
export function LineagePile({ pile, reach, onOpen }: { pile: Pile; reach: 0 | -1; onOpen(): void }) {
  const { type, name, members } = pile;
  return (
    <div class={`place pile ${type === "run" ? "" : "thing"}`}>
      <button
        type="button"
        class="place-main"
        tabIndex={reach}
        title={`${figure(members.length)} that are alike: opens them`}
        onClick={onOpen}
      >
        <Icon name={icons[type]} />
        <span class="place-words">
          <b class="cut">
            {figure(members.length)} × <span class="hidden">{words[type]} </span>
            {name}
          </b>
          {type === "run" ? <CountsBar counts={statesOf(pile)} /> : <small>open them</small>}
        </span>
      </button>
    </div>
  );
}

function under({ type, ref, id }: LineageNode): string {
  return ref ?? (type === "artifact" || type === "run" ? id.slice(-6) : words[type]);
}

function More({
  way,
  count,
  reach,
  name,
  onMore,
}: {
  way: "up" | "down";
  count: number;
  reach: 0 | -1;
  name: string;
  onMore: Shape["onMore"];
}) {
  const says = `${count} more ${way === "up" ? "that made" : "made of"} ${name}`;
  return (
    <button
      type="button"
      class={`place-more ${way}`}
      tabIndex={reach}
      onClick={() => onMore(way)}
      aria-label={`Show ${says}`}
      title={says}
    >
      +{count > 999 ? "999…" : count}
    </button>
  );
}
