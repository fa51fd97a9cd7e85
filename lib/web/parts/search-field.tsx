// A field for words; what is typed counts a moment after the last letter.
import { useEffect, useRef, useState } from "preact/hooks";
import { useKeys } from "../shell/keys.js";
import { Icon } from "./icon.js";

const typing_ms = 250;

export function SearchField({
  value,
  change,
  label,
  placeholder,
}: {
  value: string;
  change(value: string): void;
  label: string;
  placeholder?: string;
}) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useKeys([{ keys: "/", does: "find", run: () => input.current?.focus() }]);
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  const typed = (next: string) => {
    setText(next);
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => change(next.trim()), typing_ms);
  };
  return (
    <div class="filter-input">
      <Icon name="find" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        autocomplete="off"
        value={text}
        onInput={(event) => typed(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      {text ? (
        <button type="button" class="icon-button" aria-label="Clear" onClick={() => typed("")}>
          <Icon name="close" />
        </button>
      ) : (
        <kbd>/</kbd>
      )}
    </div>
  );
}
