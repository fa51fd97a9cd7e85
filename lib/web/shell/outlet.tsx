// The page of the address: loaded when first opened, and an error within it stays within it.
import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { matched } from "../../record/path-pattern.js";
import { Heading } from "../parts/heading.js";
import { Problem } from "../parts/problem.js";
import { keep, keptHere } from "./kept.js";
import { entry, usePlace } from "./router.js";
import { type Page, type RouteOfPage, routes } from "./routes.js";

const loaded = new Map<RouteOfPage, Page>();

export function Outlet() {
  const { path } = usePlace();
  useArrival(path);
  for (const route of routes) {
    const parts = matched(route.pattern, path);
    if (parts) return <Opened key={path} route={route} parts={parts} />;
  }
  return <Nowhere path={path} />;
}

function Nowhere({ path }: { path: string }) {
  useMemo(() => title("No such page"), []);
  return (
    <>
      <Heading title="There is no such page" beside={<code>{path}</code>} />
      <p>
        The address may have been cut short. Go to the <a href="/">Overview</a> or all <a href="/runs">Runs</a>, or
        press <kbd>Ctrl K</kbd> to find what you look for.
      </p>
    </>
  );
}

const patience_ms = 3000;

/** A page that is opened is seen from its top, one that is gone back to from where it was left; the focus goes along. */
function useArrival(path: string): void {
  const isFirst = useRef(true);
  useEffect(() => {
    const main = document.getElementById("main");
    if (!main) return;
    const mine = entry.get();
    const wanted = keptHere<number>("top") ?? 0;
    if (!isFirst.current) main.focus({ preventScroll: true });
    isFirst.current = false;
    const until = performance.now() + patience_ms;
    let frame = 0;
    // What comes later makes the page as long as it was.
    const restore = () => {
      main.scrollTop = wanted;
      const isThere = Math.abs(main.scrollTop - wanted) < 2;
      if (!isThere && performance.now() < until) frame = requestAnimationFrame(restore);
    };
    restore();
    const stop = () => cancelAnimationFrame(frame);
    const scrolled = () => entry.get() === mine && keep("top", main.scrollTop, mine);
    main.addEventListener("scroll", scrolled, { passive: true });
    for (const name of ["wheel", "touchmove", "keydown"]) main.addEventListener(name, stop, { passive: true });
    return () => {
      stop();
      main.removeEventListener("scroll", scrolled);
      for (const name of ["wheel", "touchmove", "keydown"]) main.removeEventListener(name, stop);
    };
  }, [path]);
}

function Opened({ route, parts }: { route: RouteOfPage; parts: Record<string, string> }) {
  const [Shown, show] = useState<ComponentType<{ parts: Record<string, string> }> | undefined>(() => loaded.get(route));
  const [failed, fail] = useState<Error>();
  const [error, reset] = useErrorBoundary();
  // At once, not as an effect: these come after those of the page, which has more to say.
  useMemo(() => title(route.title), [route]);
  useEffect(() => {
    if (Shown) return;
    const use = ({ default: page }: { default: Page }) => {
      loaded.set(route, page);
      show(() => page);
    };
    route.load().then(use, fail);
  }, [route, Shown]);
  if (failed)
    return (
      <Problem
        error={failed}
        message="this part of the page did not load"
        hint="the server may have been restarted with another version: load the page again"
        again={() => location.reload()}
      />
    );
  if (error) return <Problem error={error as Error} message={`this page failed: ${error.message}`} again={reset} />;
  return Shown ? <Shown parts={parts} /> : <div class="loading" aria-busy="true" />;
}

/** What the browser's tab says, before the name of the program. */
export function useTitle(words: string): void {
  useLayoutEffect(() => title(words), [words]);
}

function title(words: string): void {
  document.title = `${words} · labkit`;
}

/** Loads the code of the page of an address ahead of its being opened. */
export function prefetch(path: string): void {
  const route = routes.find(({ pattern }) => matched(pattern, path));
  if (route && !loaded.has(route))
    route.load().then(
      ({ default: page }) => loaded.set(route, page),
      () => {},
    );
}
