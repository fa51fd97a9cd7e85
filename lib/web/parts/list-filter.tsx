// The filters that lists have in common: by name, and whose; both in the address.
import { useRef } from "preact/hooks";
import { useKeys } from "../shell/keys.js";
import { usePlace, useQuery } from "../shell/router.js";
import { Segments } from "./segments.js";

/** What the address asks of a list, as its endpoint takes it: a name without stars is found anywhere in names. */
export function useListQuery(): Record<string, string> {
  const { query } = usePlace();
  const name = query.get("name")?.trim();
  const user = query.get("user");
  return {
    ...(name ? { name: /[*?]/.test(name) ? name : `*${name}*` } : {}),
    ...(user ? { user } : {}),
  };
}

export function NameFilter({ what, param = "name" }: { what: string; param?: string }) {
  const [value, set] = useQuery(param);
  const input = useRef<HTMLInputElement>(null);
  useKeys([{ keys: "/", does: `filter ${what}`, run: () => input.current?.focus() }]);
  return (
    <input
      ref={input}
      type="search"
      value={value}
      placeholder={`Filter ${what}`}
      aria-label={`Filter ${what}`}
      onInput={(event) => set(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
    />
  );
}

export function WhoseFilter() {
  const [user, set] = useQuery("user");
  return (
    <Segments
      label="Whose"
      choices={[
        ["", "Everybody's"],
        ["me", "Mine"],
      ]}
      chosen={user}
      onChoose={set}
    />
  );
}
