// SQLite, whichever there is: Node's own where it has one that needs no warning, else the same compiled to WebAssembly.
import { builtinModules } from "node:module";

export type SqlValue = number | string | Uint8Array | null;

export interface Sqlite {
  /** Statements that give nothing. */
  exec(sql: string): void;
  run(sql: string, values: SqlValue[]): void;
  all(sql: string, values?: SqlValue[]): Record<string, SqlValue>[];
  close(): void;
}

/** Opens a file that is a database, or will be. Throws what SQLite throws. */
export async function openSqlite(file: string): Promise<Sqlite> {
  return builtinModules.includes("node:sqlite") ? openNative(file) : openWasm(file);
}

interface Statement {
  run(...values: never[]): unknown;
  all(...values: never[]): unknown[];
}

async function openNative(file: string): Promise<Sqlite> {
  const name = "node:sqlite";
  const { DatabaseSync } = (await import(name)) as {
    DatabaseSync: new (file: string) => { exec(sql: string): void; prepare(sql: string): Statement; close(): void };
  };
  const database = new DatabaseSync(file);
  const prepared = memo((sql) => database.prepare(sql));
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, values) => void prepared(sql).run(...(values as never[])),
    all: (sql, values = []) => prepared(sql).all(...(values as never[])) as Record<string, SqlValue>[],
    close: () => database.close(),
  };
}

async function openWasm(file: string): Promise<Sqlite> {
  const found = await import("node-sqlite3-wasm");
  // What is CommonJS has its names inside of `default` where Node itself imports it.
  const { Database } = found.Database ? found : (found as unknown as { default: typeof found }).default;
  const database = new Database(file);
  const all: { finalize(): void }[] = [];
  const prepared = memo((sql) => {
    const statement = database.prepare(sql);
    all.push(statement);
    return statement;
  });
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, values) => void prepared(sql).run(values),
    all: (sql, values = []) => prepared(sql).all(values) as Record<string, SqlValue>[],
    close: () => {
      // What it has outside of the heap of JavaScript nobody else gives back.
      for (const statement of all) statement.finalize();
      database.close();
    },
  };
}

/** Statements are few, and each is prepared once. */
function memo<T>(make: (sql: string) => T): (sql: string) => T {
  const made = new Map<string, T>();
  return (sql) => {
    const found = made.get(sql) ?? make(sql);
    made.set(sql, found);
    return found;
  };
}
