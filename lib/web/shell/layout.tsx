// The frame around every page: where one can go, whether what is seen is fresh, and the keys that work everywhere.
import { useEffect, useState } from "preact/hooks";
import { Drawer } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { KeyHelp } from "../parts/key-help.js";
import { useKeys } from "./keys.js";
import { type Liveliness, liveliness, useChanges } from "./live.js";
import { Outlet, prefetch } from "./outlet.js";
import { PaletteDoor, palette } from "./palette-door.js";
import { go, usePlace } from "./router.js";
import { type Entry, entries } from "./routes.js";
import { useStore } from "./store.js";
import { nextTheme, ThemeButton } from "./theme.js";
import { Toasts } from "./toasts.js";

export function Layout() {
  const [help, setHelp] = useState(false);
  const [more, setMore] = useState(false);
  const { path } = usePlace();
  useEffect(() => setMore(false), [path]);
  useChanges(() => {}, "nothing");
  useKeys([
    { keys: "mod+k", does: "find anything", run: () => palette.set(true) },
    { keys: "?", does: "show the keys", run: () => setHelp(true) },
    ...entries.map(({ href, title, key }) => ({ keys: `g ${key}`, does: `go to ${title}`, run: () => go(href) })),
    { keys: "t", does: "change the theme", run: nextTheme },
  ]);
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <nav class="side" aria-label="Pages">
        <a class="brand" href="/">
          <Icon name="brand" />
          <span class="side-word">labkit</span>
        </a>
        <button type="button" class="find" onClick={() => palette.set(true)}>
          <Icon name="find" />
          <span class="side-word">Find</span>
          <kbd>{isApple ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <ul>
          {entries.map((entry) => (
            <Item key={entry.href} entry={entry} path={path} />
          ))}
        </ul>
        <div class="side-end">
          <Fresh />
          <ThemeButton />
          <button type="button" class="icon-button" onClick={() => setHelp(true)} aria-label="Keys" title="Keys (?)">
            <Icon name="keys" />
          </button>
        </div>
      </nav>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <nav class="bottom" aria-label="Pages, in short">
        {entries
          .filter(({ href }) => /^\/(|runs|queue)$/.test(href))
          .map((entry) => (
            <Short key={entry.href} entry={entry} path={path} />
          ))}
        <button type="button" onClick={() => palette.set(true)}>
          <Icon name="find" />
          Find
        </button>
        <button type="button" onClick={() => setMore(true)} aria-expanded={more}>
          <Icon name="more" />
          More
        </button>
      </nav>
      <Drawer open={more} title="Pages" close={() => setMore(false)}>
        <ul class="all-pages">
          {entries.map((entry) => (
            <Item key={entry.href} entry={entry} path={path} />
          ))}
        </ul>
        <div class="side-end">
          <Fresh />
          <ThemeButton />
        </div>
      </Drawer>
      <PaletteDoor />
      <KeyHelp open={help} close={() => setHelp(false)} />
      <Toasts />
    </div>
  );
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

function isCurrent(href: string, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}

function Item({ entry: { href, title, icon }, path }: { entry: Entry; path: string }) {
  return (
    <li>
      <a
        href={href}
        title={title}
        aria-current={isCurrent(href, path) ? "page" : undefined}
        onPointerEnter={() => prefetch(href)}
        onFocus={() => prefetch(href)}
      >
        <Icon name={icon} />
        <span class="side-word">{title}</span>
      </a>
    </li>
  );
}

function Short({ entry: { href, title, icon }, path }: { entry: Entry; path: string }) {
  return (
    <a href={href} aria-current={isCurrent(href, path) ? "page" : undefined}>
      <Icon name={icon} />
      {title}
    </a>
  );
}

const words: Record<Liveliness, [string, string]> = {
  live: ["live", "What changes is on the screen within two seconds"],
  polling: ["every 5 s", "The server's events do not come through; it is asked every five seconds"],
  lost: ["no server", "The server does not answer; what is shown may be old. It is tried again by itself"],
  starting: ["connecting", "Connecting to the server"],
};

/** Whether what is seen is fresh. */
function Fresh() {
  const now = useStore(liveliness);
  const [word, why] = words[now];
  return (
    <span class={`fresh ${now}`} title={why}>
      <span class="side-word">{word}</span>
    </span>
  );
}
