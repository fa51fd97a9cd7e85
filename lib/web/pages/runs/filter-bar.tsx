// Words to look for, or an expression of lab-where(7), completed while it is typed; a mistake is marked where it is.
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../../parts/icon.js";
import type { Trouble } from "../../shell/client.js";
import { useKeys } from "../../shell/keys.js";
import {
  completions,
  type Field,
  fieldOfValue,
  isAboutField,
  isExpression,
  mistake,
  type Option,
} from "./completing.js";
import { look } from "./looking.js";
import { useLater } from "./run-windows.js";
import { useCounts } from "./use-counts.js";

interface Shape {
  where: string;
  words: string;
  fields: readonly Field[];
  trouble: Trouble | undefined;
}

const typing_ms = 250;

export function FilterBar({ where, words, fields, trouble }: Shape) {
  const given = where || words;
  const [text, setText] = useState(given);
  const [caret, setCaret] = useState(given.length);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const later = useLater(true);
  useEffect(() => {
    if (document.activeElement !== input.current) setText(given);
  }, [given]);
  useKeys([{ keys: "/", does: "filter", run: () => input.current?.focus() }]);
  const completion = useMemo(() => completions(text, caret, fields), [text, caret, fields]);
  const valued = useMemo(() => (open ? fieldOfValue(text, caret, fields) : undefined), [open, text, caret, fields]);
  const told = useCounts(valued, completion.options);
  const options = open ? told : [];
  const apply = (wanted: string) => {
    const trimmed = wanted.trim();
    look(isExpression(trimmed) ? { where: trimmed, q: undefined } : { where: undefined, q: trimmed });
  };
  const insert = ({ insert: more }: Option) => {
    const next = text.slice(0, completion.from) + more + text.slice(completion.to);
    const position = completion.from + more.length;
    setText(next);
    setAt(-1);
    setCaret(position);
    requestAnimationFrame(() => input.current?.setSelectionRange(position, position));
  };
  const typed = () => {
    const { value = "", selectionStart } = input.current ?? {};
    setText(value);
    setCaret(selectionStart ?? value.length);
    setOpen(true);
    setAt(-1);
    // Words are looked for at once; what begins an expression would only find nothing.
    const begins =
      value !== "" && (isAboutField(value, fields) || completions(value, value.length, fields).options.length > 0);
    if (!begins && !isExpression(value) && !where) later(() => apply(value), typing_ms);
  };
  const keyed = (event: KeyboardEvent) => {
    const option = options[at];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && completion.options.length > 0) {
      setOpen(true);
      setAt((at + step + completion.options.length + (at < 0 && step < 0 ? 1 : 0)) % completion.options.length);
    } else if (event.key === "Enter" && option) insert(option);
    else if (event.key === "Tab" && options.length > 0 && text !== given && !event.shiftKey)
      insert(option ?? (options[0] as Option));
    else if (event.key === "Enter") {
      apply(text);
      setOpen(false);
    } else if (event.key === "Escape") {
      if (options.length > 0) setOpen(false);
      else input.current?.blur();
    } else return;
    event.preventDefault();
  };
  // The types of input know of lists that the browser shows, and not of ours.
  const combobox: object = {
    role: "combobox",
    "aria-expanded": options.length > 0,
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    "aria-activedescendant": options[at] ? `${id}-${at}` : undefined,
  };
  const wrong = trouble?.code === "usage" && where ? mistake(where, trouble.message) : undefined;
  return (
    <div class="filter-bar">
      <div class={`filter-input ${trouble?.code === "usage" ? "wrong" : ""}`}>
        <Icon name="find" />
        <input
          ref={input}
          type="search"
          {...combobox}
          aria-label="Filter"
          aria-describedby={trouble ? `${id}-wrong` : undefined}
          aria-invalid={trouble?.code === "usage"}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="Words, or an expression: params.lr < 1e-3 and state = failed"
          value={text}
          onInput={typed}
          onKeyDown={keyed}
          onClick={() => {
            setCaret(input.current?.selectionStart ?? 0);
            setOpen(true);
          }}
          onFocus={() => setOpen(text !== "")}
          onBlur={() => {
            setOpen(false);
            if (text.trim() !== given) apply(text);
          }}
        />
        {text ? (
          <button
            type="button"
            class="icon-button"
            aria-label="Clear the filter"
            onClick={() => {
              setText("");
              apply("");
            }}
          >
            <Icon name="close" />
          </button>
        ) : (
          <kbd>/</kbd>
        )}
        <Options id={id} options={options} at={at} insert={insert} />
      </div>
      {trouble?.code === "usage" && (
        <p class="mistake" id={`${id}-wrong`} role="alert">
          {wrong && (
            <code>
              {where.slice(0, wrong.from)}
              <mark>{where.slice(wrong.from, wrong.to) || " "}</mark>
              {where.slice(wrong.to)}
            </code>
          )}
          <span>{trouble.message.replace(/^cannot read --where: /, "").replace(/ at character \d+/, "")}</span>
          {trouble.hint && <span class="soft">{trouble.hint}</span>}
        </p>
      )}
    </div>
  );
}

function Options({
  id,
  options,
  at,
  insert,
}: {
  id: string;
  options: Option[];
  at: number;
  insert(option: Option): void;
}) {
  return (
    <div class="options" role="listbox" id={`${id}-list`} aria-label="What may come next" hidden={options.length === 0}>
      {options.map((option, i) => (
        <div
          key={option.shown}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === at}
          // The input keeps the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            insert(option);
          }}
        >
          <code>{option.shown}</code>
          <span class="soft">{option.detail}</span>
        </div>
      ))}
    </div>
  );
}
