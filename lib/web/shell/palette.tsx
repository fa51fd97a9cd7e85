// Finds anything by typing: pages now, and what the server finds.
import { useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.js";
import { palette } from "./palette-door.js";
import { go } from "./router.js";
import { entries } from "./routes.js";

export function Palette() {
  const [words, setWords] = useState("");
  const close = () => palette.set(false);
  const found = entries.filter(({ title }) => title.toLowerCase().includes(words.trim().toLowerCase()));
  return (
    <Dialog open title="Find" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (found[0]) go(found[0].href);
          close();
        }}
      >
        <input
          type="search"
          aria-label="Find"
          placeholder="A page"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </form>
      <ul class="all-pages">
        {found.map(({ href, title }) => (
          <li key={href}>
            <a href={href} onClick={close}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
