// The rows of an index whole; and what is kept of it from one server to the next: a file that is private and can be thrown away
// at any time.
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import v8 from "node:v8";
import { systemFault } from "../../record/fault.js";
import type { Column } from "./column.js";
import { openSqlite, type Sqlite, type SqlValue } from "./sqlite.js";

/** Raised where the tables, or what is in them, change their form. */
const version = 2;

/** The line of a pack, or what the run's own files say. */
export type Kind = "packed" | "live";

export interface Store {
  /** Where it is a file. */
  database?: Sqlite;
  /** A text, or its bytes, of which it makes its own copy. */
  put(row: number, kind: Kind, text: string | Uint8Array): void;
  remove(row: number): void;
  text(row: number): { kind: Kind; text: string } | undefined;
  begin(): void;
  commit(): void;
  close(): void;
}

const tables = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, live INTEGER, data BLOB);
  CREATE TABLE IF NOT EXISTS columns (n INTEGER PRIMARY KEY, data BLOB);
`;

/**
 * One in a file that only its owner can read, of this registry; what is there but cannot be read, is of another registry or of
 * another version is thrown away. Undefined where another server has it open. Throws faults where there can be no such file.
 */
export async function fileStore(file: string, registry: string): Promise<Store | undefined> {
  const lock = await alone(makePrivate(file));
  if (!lock) return undefined;
  const store = await opened(file, registry);
  const close = () => {
    store.close();
    lock.close();
  };
  return { ...store, close };
}

async function opened(file: string, registry: string): Promise<Store> {
  for (let attempt = 1; ; attempt += 1) {
    makePrivate(file);
    // What SQLite in WebAssembly locks with stays where it was killed; that nobody else is here is known.
    fs.rmSync(`${file}.lock`, { recursive: true, force: true });
    let database: Sqlite | undefined;
    try {
      database = await openSqlite(file);
      database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;");
      database.exec(tables);
      const meta = new Map(database.all("SELECT name, value FROM meta").map(({ name, value }) => [name, value]));
      if (meta.size === 0) {
        database.run("INSERT INTO meta VALUES ('version', ?), ('registry', ?)", [version, registry]);
        return storeOf(database);
      }
      if (meta.get("version") === version && meta.get("registry") === registry) return storeOf(database);
      database.close();
    } catch (error) {
      closeQuietly(database);
      if (attempt > 1) throw systemFault(error, `use '${file}' as a cache`);
    }
    fs.rmSync(file, { force: true });
  }
}

/** Holds a name that ends with the process, however that ends; undefined where another one has it. */
function alone(name: string): Promise<net.Server | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once("error", () => resolve(undefined));
    server.listen(`\0labkit-cache-${name}`, () => resolve(server.unref()));
  });
}

function closeQuietly(database: Sqlite | undefined): void {
  try {
    database?.close();
  } catch {
    // It is broken, as was known.
  }
}

/** Says which file it is. Throws faults for what is a link, another's, or no file. */
function makePrivate(file: string): string {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const { O_CREAT, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    const fd = fs.openSync(file, O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o600);
    try {
      const stat = fs.fstatSync(fd);
      if (!stat.isFile()) throw new Error("it is no file");
      fs.fchmodSync(fd, 0o600);
      return `${stat.dev}-${stat.ino}`;
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    throw systemFault(error, `make the cache '${file}'`);
  }
}

function storeOf(database: Sqlite): Store {
  let open = false;
  const end = () => {
    if (open) database.exec("COMMIT");
    open = false;
  };
  return {
    database,
    // As bytes, which take less time to hand over than texts.
    put: (row, kind, text) => {
      const data = typeof text === "string" ? Buffer.from(text) : text;
      database.run("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", [row, kind === "live" ? 1 : 0, data]);
    },
    remove: (row) => database.run("DELETE FROM rows WHERE n = ?", [row]),
    text: (row) => {
      const [found] = database.all("SELECT live, data FROM rows WHERE n = ?", [row]);
      if (!found) return undefined;
      const text = Buffer.from(found["data"] as Uint8Array).toString();
      return { kind: found["live"] === 1 ? "live" : "packed", text };
    },
    begin: () => {
      if (!open) database.exec("BEGIN");
      open = true;
    },
    commit: end,
    close: () => {
      end();
      database.close();
    },
  };
}

/** Keeps a piece of what is in memory. */
export function keep(store: Store, name: string, value: unknown): void {
  store.database?.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, v8.serialize(value)]);
}

export function kept(store: Store, name: string): unknown {
  const [found] = store.database?.all("SELECT value FROM meta WHERE name = ?", [name]) ?? [];
  return deserialized(found?.["value"]);
}

export async function keepColumns(store: Store, columns: Iterable<Column>): Promise<void> {
  const { database } = store;
  if (!database) return;
  database.exec("DELETE FROM columns");
  let n = 0;
  for (const { path: names, values, pages, count, loose } of columns) {
    const data = v8.serialize({ path: names, values, pages, count, ...(loose ? { loose } : {}) });
    database.run("INSERT INTO columns VALUES (?, ?)", [n, data]);
    n += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** One column as it was kept; undefined where there is none of this number. */
export function keptColumn(store: Store, n: number): Column | undefined {
  const [found] = store.database?.all("SELECT data FROM columns WHERE n = ?", [n]) ?? [];
  const column = deserialized(found?.["data"]) as Omit<Column, "version"> | undefined;
  return column && { ...column, version: 0 };
}

function deserialized(value: SqlValue | undefined): unknown {
  return value instanceof Uint8Array ? v8.deserialize(value) : undefined;
}
