// What a pass remembers from the last one, in the user's cache directory: derived, and lost without harm.
import path from "node:path";
import { fs } from "./disk.js";
import type { Registry } from "./open.js";
import { makeDirectory } from "./write.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where what is remembered about a registry is, by its id. */
export function cachePath(registry: Pick<Registry, "id">, env: Environment, home: string): string {
  const given = env["XDG_CACHE_HOME"] ?? "";
  const base = path.isAbsolute(given) ? given : path.join(home, ".cache");
  return path.join(base, "lab", registry.id);
}

/** The same directory, made where it is missing. */
export function cacheDirectory(registry: Pick<Registry, "id">, env: Environment, home: string): string {
  const directory = cachePath(registry, env, home);
  try {
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    makeDirectory(directory, 0o700);
  } catch {
    // Without a cache everything is only slower.
  }
  return directory;
}

/** What the file remembers, if it is of this version of the form; anything else is nothing. */
export function recall<T>(file: string, form: string): T | undefined {
  try {
    const { form: of, value } = JSON.parse(fs.readFileSync(file, "utf8")) as { form: string; value: T };
    return of === form ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers; a full disk or a read-only home is no reason to fail. */
export function remember(file: string, form: string, value: unknown): void {
  const temp = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(temp, JSON.stringify({ form, value }), { mode: 0o600 });
    fs.renameSync(temp, file);
  } catch {
    try {
      fs.rmSync(temp, { force: true });
    } catch {
      // Then it stays: a cache is anybody's to remove.
    }
  }
}
