// One run, for reading: what came of it first, then what it is.
import { ask, type Edge, elapsed, type WholeRun } from "./records.js";

const ended = new Set(["succeeded", "cached", "failed", "cancelled", "lost"]);

/** The content of the panel, and whether it will stay as it is. An error is content too: it says what is wrong. */
export async function runPanel(id: string, close: () => void): Promise<{ nodes: Node[]; final: boolean }> {
  const button = element("button", "close", "close");
  button.setAttribute("type", "button");
  button.addEventListener("click", close);
  const path = encodeURIComponent(id);
  try {
    const { run } = await ask<{ run: WholeRun }>(`/api/v1/runs/${path}`);
    const trouble: Node[] = [];
    const { edges } = await ask<{ edges: Edge[] }>(`/api/v1/lineage/${path}?depth=6`).catch((error) => {
      trouble.push(element("p", "failure", `its lineage: ${error instanceof Error ? error.message : error}`));
      return { edges: [] };
    });
    return { nodes: [button, ...sections(run, edges), ...trouble], final: ended.has(run.state) };
  } catch (error) {
    return {
      nodes: [button, element("p", "failure", error instanceof Error ? error.message : String(error))],
      final: false,
    };
  }
}

function sections(run: WholeRun, edges: Edge[]): Node[] {
  const heading = element("h2", "", run.name);
  heading.append(element("span", "handle", run.id));
  const state = element("p");
  state.append(
    element(
      "span",
      `state ${run.state}`,
      run.mode && run.mode !== run.state ? `${run.state} (${run.mode})` : run.state,
    ),
  );
  if (run.elapsed_s !== undefined) state.append(` · ran ${elapsed(run.elapsed_s)}`);
  state.append(` · ${run.user}, ${new Date(run.planned_at).toLocaleString()}`);
  const nodes: Node[] = [heading, state];
  if (run.message)
    nodes.push(
      element(
        "p",
        run.state === "failed" || run.state === "lost" ? "failure" : "",
        run.hint ? `${run.message} (${run.hint})` : run.message,
      ),
    );
  const why = run.narrative?.hypothesis ?? run.narrative?.intent ?? run.narrative?.note;
  if (why) nodes.push(element("p", "", why));
  if (run.answered_by) {
    const { id, user, name, state: its } = run.answered_by;
    const link = element("a", "", `${name} ${id}`);
    link.setAttribute("href", `/?run=${encodeURIComponent(id)}`);
    const line = element("p", "", run.state === "cached" ? "answered by " : "follows ");
    line.append(link, ` · ${its}${user === run.user ? "" : ` · ${user}`}`);
    nodes.push(line);
  }
  nodes.push(...list("metrics", Object.entries(run.metrics ?? {})));
  nodes.push(...list("params", Object.entries(run.params)));
  nodes.push(
    ...list(
      "inputs",
      Object.entries(run.inputs).map(([role, { path, artifact }]) => [role, artifact ?? path ?? ""]),
    ),
  );
  nodes.push(
    ...list(
      "outputs",
      Object.entries(run.outputs).map(([role, { path, alias }]) => [
        role,
        run.answered_by?.outputs[role] ?? path ?? alias,
      ]),
    ),
  );
  nodes.push(...lineage(run, edges));
  nodes.push(
    element("h3", "", "command"),
    element("pre", "", typeof run.command === "string" ? run.command : run.command.join(" ")),
  );
  nodes.push(...list("where", about(run)));
  return nodes;
}

function about(run: WholeRun): [string, unknown][] {
  const { commit, branch, dirty, digest } = run.source;
  const rows: [string, unknown][] = [
    ["job", typeof run.job === "object" ? run.job.id : run.job],
    ["source", [branch, commit?.slice(0, 10), dirty ? "with changes" : ""].filter(Boolean).join(" ") || digest],
    ["tags", run.tags.join(" ")],
    ["directory", run.run_dir],
    ["log", run.logs.at(-1)],
    ["key", run.key?.digest],
    ["follow it", `lab log ${(run.answered_by?.id ?? run.id).slice(-6)} -f`],
  ];
  return rows.filter(([, value]) => value !== undefined && value !== "");
}

interface Item {
  depth: number;
  type: string;
  name: string;
  state?: string | undefined;
  user?: string | undefined;
}

/** So many of one kind at one depth are named; the rest is counted. */
const shown = 6;

/** What it was made from, itself, and what was made from it: each line further in than what it came from. */
function lineage(run: WholeRun, edges: Edge[]): Node[] {
  if (edges.length === 0) return [];
  // The lineage of one that was answered is that of the run that made what it stands for.
  const root = run.answered_by?.id ?? run.id;
  const items = new Map<string, Item>([[root, { depth: 0, type: "run", name: run.name }]]);
  for (const edge of edges) {
    add(items, edge, "from", edge.depth < 0 ? edge.depth : edge.depth - 1);
    add(items, edge, "to", edge.depth < 0 ? edge.depth + 1 : edge.depth);
  }
  const sorted = [...items].sort(([, a], [, b]) => a.depth - b.depth);
  const first = sorted[0]?.[1].depth ?? 0;
  const chain = element("ul", "chain");
  const counts = new Map<string, number>();
  for (const [id, item] of sorted) {
    const group = `${item.depth} ${item.type}`;
    const count = (counts.get(group) ?? 0) + 1;
    counts.set(group, count);
    if (count <= shown || id === root) chain.append(lineageItem(id, item, root, item.depth - first));
  }
  const more = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - shown), 0);
  if (more > 0) chain.append(element("li", "more", `and ${more} more: lab lineage ${run.id.slice(-6)} --steps`));
  return [element("h3", "", "lineage"), chain];
}

function add(items: Map<string, Item>, edge: Edge, end: "from" | "to", depth: number): void {
  const id = edge[end];
  if (items.has(id)) return;
  const name = edge[`${end}_aliases`]?.[0] ?? edge[`${end}_name`] ?? edge[`${end}_ref`] ?? id;
  items.set(id, { depth, type: edge[`${end}_type`], name, state: edge[`${end}_state`], user: edge[`${end}_user`] });
}

function lineageItem(id: string, { type, name, state, user }: Item, here: string, deep: number): HTMLElement {
  const item = element("li", id === here ? "here" : "");
  item.style.setProperty("--deep", String(deep));
  item.append(element("span", `kind ${type}`, type));
  if (type === "run" && id !== here) {
    const link = element("a", "", name) as HTMLAnchorElement;
    link.href = `/?run=${encodeURIComponent(id)}`;
    item.append(link);
    if (state) item.append(" ", element("span", `state ${state}`, state));
    if (user) item.append(element("span", "handle", user));
  } else item.append(name);
  return item;
}

function list(title: string, rows: [string, unknown][]): Node[] {
  if (rows.length === 0) return [];
  const terms = element("dl");
  for (const [key, value] of rows) {
    terms.append(element("dt", "", key), element("dd", "", typeof value === "string" ? value : JSON.stringify(value)));
  }
  return [element("h3", "", title), terms];
}

function element(name: string, kind = "", content = ""): HTMLElement {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.textContent = content;
  return made;
}
