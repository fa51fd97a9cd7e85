// The page: a list of runs that keeps itself fresh, and beside it the run that was chosen. Its address holds both.
import { runPanel } from "./panel.js";
import { ask, elapsed, type Run, since } from "./records.js";

const find = <T extends Element>(selector: string): T => {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
};
const form = find<HTMLFormElement>("#filters");
const rows = find<HTMLTableSectionElement>("#runs");
const panel = find<HTMLElement>("#run");
const empty = find<HTMLElement>("#empty");
const more = find<HTMLButtonElement>("#more");
const fresh = find<HTMLElement>("#fresh");

/** Seconds between two looks while somebody looks; a look that takes long is not overtaken by the next. */
const pause_s = 5;
const page = 100;
const most = 1000;
let limit = page;
let asking = 0;

interface Answer {
  user: string;
  runs: Run[];
  next?: string;
  problems?: { id?: string; message: string }[];
}

/** What the form says: the words of the address. */
function query(): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [key, value] of new FormData(form))
    if (typeof value === "string" && value !== "") fields.append(key, value);
  return fields;
}

async function load(): Promise<void> {
  const mine = ++asking;
  const fields = query();
  const pattern = fields.get("name");
  if (pattern !== null && !/[*?]/.test(pattern)) fields.set("name", `*${pattern}*`);
  fields.set("limit", String(limit));
  try {
    const { user, runs, next, problems = [] } = await ask<Answer>(`/api/v1/runs?${fields}`);
    if (mine !== asking) return;
    draw(runs, next !== undefined && limit < most);
    const [first, ...others] = problems;
    const trouble = first && `${first.message}${others.length > 0 ? `, and ${others.length} more` : ""}`;
    told(trouble ?? `${user} · as of ${new Date().toLocaleTimeString()}`, trouble !== undefined);
  } catch (error) {
    if (mine === asking) told(String(error instanceof Error ? error.message : error), true);
  }
}

function told(words: string, stale = false): void {
  fresh.textContent = words;
  fresh.classList.toggle("stale", stale);
}

function draw(runs: Run[], older: boolean): void {
  const focused = (document.activeElement as HTMLElement | null)?.dataset["run"];
  rows.replaceChildren(...runs.map(row));
  if (focused) rows.querySelector<HTMLElement>(`a[data-run="${focused}"]`)?.focus();
  more.hidden = !older;
  empty.hidden = runs.length > 0;
  rows.parentElement?.toggleAttribute("hidden", runs.length === 0);
  if (runs.length === 0) {
    const code = document.createElement("code");
    code.textContent = "lab run RECIPE";
    empty.replaceChildren(...(query().size > 0 ? ["No run is like that."] : ["No runs yet. The first one: ", code]));
  }
}

function row(run: Run): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.setAttribute("aria-selected", String(chosen() === run.id));
  const link = document.createElement("a");
  link.href = addressOf(run.id);
  link.textContent = run.name;
  link.dataset["run"] = run.id;
  const handle = document.createElement("span");
  handle.className = "handle";
  handle.textContent = run.id.slice(-6);
  const state = document.createElement("span");
  state.className = `state ${run.state}`;
  state.textContent = run.mode && run.mode !== run.state ? `${run.state} (${run.mode})` : run.state;
  line.append(cell("", link, handle), cell("", state), cell("wide", run.message ?? ""));
  line.append(cell("number", elapsed(run.elapsed_s)), cell("number", since(run.planned_at)), cell("who", run.user));
  line.title = run.message ?? "";
  line.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    choose(run.id);
  });
  return line;
}

function cell(kind: string, ...content: (Node | string)[]): HTMLTableCellElement {
  const made = document.createElement("td");
  made.className = kind;
  made.append(...content);
  return made;
}

function chosen(): string | undefined {
  return new URLSearchParams(location.search).get("run") ?? undefined;
}

function addressOf(run: string | undefined): string {
  const fields = query();
  if (run !== undefined) fields.set("run", run);
  return fields.size > 0 ? `/?${fields}` : "/";
}

function choose(run: string | undefined): void {
  history.pushState(null, "", addressOf(run));
  void show(true);
}

async function show(focus: boolean): Promise<void> {
  const id = chosen();
  for (const line of rows.rows) {
    const of = line.querySelector<HTMLElement>("a")?.dataset["run"];
    line.setAttribute("aria-selected", String(of === id));
  }
  document.body.classList.toggle("showing", id !== undefined);
  panel.hidden = id === undefined;
  if (id === undefined) return;
  const { nodes, final } = await runPanel(id, () => choose(undefined));
  if (chosen() !== id) return;
  const { scrollTop } = panel;
  panel.dataset["run"] = id;
  panel.dataset["final"] = String(final);
  panel.replaceChildren(...nodes);
  panel.scrollTop = focus ? 0 : scrollTop;
  if (focus) panel.focus({ preventScroll: true });
}

/** The filters as the address says them. */
function restore(): void {
  const fields = new URLSearchParams(location.search);
  for (const input of form.querySelectorAll("input")) {
    if (input.type === "search") input.value = fields.get(input.name) ?? "";
    else if (input.type === "radio") input.checked = input.value === (fields.get(input.name) ?? "");
    else input.checked = fields.get(input.name) === input.value;
  }
}

function changed(): void {
  limit = page;
  history.replaceState(null, "", addressOf(chosen()));
  void load();
}

form.addEventListener("input", changed);
form.addEventListener("submit", (event) => event.preventDefault());
more.addEventListener("click", () => {
  limit = Math.min(most, limit + page);
  void load();
});
addEventListener("popstate", () => {
  restore();
  void load();
  void show(false);
});
addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement && event.target.type === "search";
  if (event.key === "Escape" && chosen()) choose(undefined);
  else if (event.key === "/" && !typing) {
    event.preventDefault();
    form.querySelector<HTMLInputElement>("input[type=search]")?.focus();
  } else if (!typing && (event.key === "j" || event.key === "k")) {
    const links = [...rows.querySelectorAll<HTMLAnchorElement>("a[data-run]")];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))]?.focus();
  }
});

/** Looks as long as somebody does. What has ended is shown as it is: its text may be being read, or copied. */
async function look(): Promise<void> {
  if (document.visibilityState === "visible") await Promise.all([load(), isShownForGood() ? undefined : show(false)]);
  setTimeout(look, pause_s * 1000);
}

function isShownForGood(): boolean {
  return panel.dataset["run"] === chosen() && panel.dataset["final"] === "true";
}

document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && load()));
restore();
void show(false).then(look);
