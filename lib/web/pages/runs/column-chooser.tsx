// Which columns, in which order; sets of them may be kept in this browser.
import { useState } from "preact/hooks";
import { Button } from "../../parts/button.js";
import { Drawer } from "../../parts/dialog.js";
import { counted } from "../../parts/format.js";
import { Icon } from "../../parts/icon.js";
import { recall, remember } from "../../shell/remembered.js";
import type { Field } from "./completing.js";
import { look } from "./looking.js";
import { firstColumns } from "./usual-columns.js";

interface Shape {
  open: boolean;
  close(): void;
  chosen: readonly string[];
  /** Those that are shown where none are chosen. */
  usual: readonly string[];
  fields: readonly Field[];
}

const choose = (columns: readonly string[] | undefined) => look({ cols: columns?.join(",") }, false);
const others = ["planned_at", "started_at", "ended_at", "elapsed_s", "user", "id", "message", "tags", "mode"];

export function ColumnChooser({ open, close, chosen, usual, fields }: Shape) {
  const [words, setWords] = useState("");
  const toggle = (key: string) => choose(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
  const movable = chosen.filter((key) => !firstColumns.includes(key));
  const known = [...new Set([...usual, ...others])];
  const more = [
    ...known.map((path) => ({ path, about: "" })),
    ...fields
      .filter(({ path }) => !known.includes(path))
      .map(({ path, count }) => ({ path, about: counted(count, "run") })),
    ...fields
      .filter(({ kind }) => kind === "metric")
      .map(({ path }) => ({ path: `line:${path.slice(8)}`, about: "its course" })),
  ].filter(({ path }) => !chosen.includes(path) && path.toLowerCase().includes(words.trim().toLowerCase()));
  return (
    <Drawer open={open} title="Columns" close={close}>
      <Sets chosen={chosen} usual={usual} />
      <h3>Shown, after name and state</h3>
      <ol class="chosen-columns">
        {movable.map((key, i) => (
          <Chosen key={key} name={key} at={i} chosen={movable} remove={() => toggle(key)} />
        ))}
      </ol>
      <h3>More</h3>
      <input
        type="search"
        aria-label="Find a column"
        placeholder="Find a param, an arg, a metric"
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      <ul class="more-columns">
        {more.slice(0, 200).map(({ path, about }) => (
          <li key={path}>
            <button type="button" onClick={() => toggle(path)}>
              <span class="hidden">Show</span>
              <code>{path.startsWith("line:") ? `${path.slice(5)} ╱` : path}</code>
              <span class="soft">{about}</span>
            </button>
          </li>
        ))}
        {more.length === 0 && <li class="soft">No run has a field like that.</li>}
      </ul>
    </Drawer>
  );
}

function Chosen({ name, at, chosen, remove }: { name: string; at: number; chosen: readonly string[]; remove(): void }) {
  const move = (to: number) => {
    const rest = chosen.filter((one) => one !== name);
    rest.splice(Math.max(0, Math.min(rest.length, to)), 0, name);
    choose(rest);
  };
  return (
    <li
      draggable
      onDragStart={(event) => event.dataTransfer?.setData("text/plain", name)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const dropped = event.dataTransfer?.getData("text/plain") ?? "";
        if (!chosen.includes(dropped)) return;
        const rest = chosen.filter((one) => one !== dropped);
        rest.splice(at, 0, dropped);
        choose(rest);
      }}
    >
      <code>{name.startsWith("line:") ? `${name.slice(5)} ╱` : name}</code>
      <button
        type="button"
        class="icon-button"
        disabled={at === 0}
        onClick={() => move(at - 1)}
        aria-label={`Move ${name} up`}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        class="icon-button"
        disabled={at === chosen.length - 1}
        onClick={() => move(at + 1)}
        aria-label={`Move ${name} down`}
      >
        <Icon name="down" />
      </button>
      <button
        type="button"
        class="icon-button"
        disabled={chosen.length === 1}
        onClick={remove}
        aria-label={`Hide ${name}`}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

function Sets({ chosen, usual }: { chosen: readonly string[]; usual: readonly string[] }) {
  const [sets, setSets] = useState(kept);
  const [name, setName] = useState("");
  const keep = (next: Record<string, string[]>) => {
    remember("columns", Object.keys(next).length > 0 ? JSON.stringify(next) : undefined);
    setSets(next);
  };
  return (
    <div class="column-sets">
      <button
        type="button"
        class="chip"
        aria-pressed={chosen.join() === usual.join()}
        onClick={() => choose(undefined)}
      >
        usual
      </button>
      {Object.entries(sets).map(([title, columns]) => (
        <span key={title} class="chip">
          <button type="button" onClick={() => choose(columns)}>
            {title}
          </button>
          <button
            type="button"
            aria-label={`Forget the set ${title}`}
            onClick={() => keep(Object.fromEntries(Object.entries(sets).filter(([one]) => one !== title)))}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) keep({ ...sets, [name.trim()]: [...chosen] });
          setName("");
        }}
      >
        <input
          type="text"
          aria-label="Keep these columns as"
          placeholder="keep these as …"
          maxLength={40}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <Button
          disabled={!name.trim()}
          onClick={(event) => (event.currentTarget as HTMLButtonElement).form?.requestSubmit()}
        >
          Keep
        </Button>
      </form>
    </div>
  );
}

function kept(): Record<string, string[]> {
  try {
    const value: unknown = JSON.parse(recall("columns") ?? "{}");
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(
      entries.filter(([, columns]) => Array.isArray(columns) && columns.every((one) => typeof one === "string")),
    );
  } catch {
    return {};
  }
}
