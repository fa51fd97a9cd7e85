import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t, { type Test } from "tap";
import { longestLine, readRecords, recordWriter, textWriter } from "../../../lib/command/stream.js";
import { isUnwritable } from "../../../lib/command/unwritable.js";
import { all } from "./fixtures.js";

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants;

/** Both ends of a pipe; `reading` and `writing` are flags on top of the usual. */
function pipe(t: Test, { reading = 0, writing = 0 } = {}): { out: number; into: number; close(): void } {
  const file = path.join(t.testdir(), "fifo");
  spawnSync("mkfifo", [file]);
  const both = fs.openSync(file, "r+");
  const out = fs.openSync(file, O_RDONLY | reading);
  const into = fs.openSync(file, O_WRONLY | writing);
  fs.closeSync(both);
  let open = true;
  const close = () => {
    if (open) fs.closeSync(into);
    open = false;
  };
  t.teardown(() => {
    close();
    fs.closeSync(out);
  });
  return { out, into, close };
}

/** What is read of these bytes, written in these pieces, and the lines that are none. */
async function read(t: Test, pieces: (string | Uint8Array)[]) {
  const { out, into, close } = pipe(t);
  const bad: [number, string][] = [];
  const records = all(readRecords(out, (line, why) => bad.push([line, why])));
  for (const piece of pieces) {
    await new Promise<void>((resolve, reject) =>
      fs.write(into, typeof piece === "string" ? Buffer.from(piece) : piece, (error) =>
        error ? reject(error) : resolve(),
      ),
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  close();
  return { records: await records, bad };
}

t.test("lines become records", async (t) => {
  const { records, bad } = await read(t, ['{"a":1}\n{"b":', '2}\r\n\n   \n{"c":3}']);
  t.strictSame(records, [{ a: 1 }, { b: 2 }, { c: 3 }], "also CRLF, empty lines, and no line feed at the end");
  t.strictSame(bad, []);
});

t.test("characters that are split between two reads", async (t) => {
  const bytes = Buffer.from('{"s":"é漢😀"}\n');
  const { records } = await read(
    t,
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
  );
  t.strictSame(records, [{ s: "é漢😀" }]);
});

t.test("what is no record is named by its line and skipped", async (t) => {
  const { records, bad } = await read(t, ['null\n7\n"text"\n[1]\n\n{"a":1}\n{"half":\nfalse\n{"b":2}\n{']);
  t.strictSame(records, [{ a: 1 }, { b: 2 }]);
  const json = "it is JSON, but no record";
  t.strictSame(bad, [
    [1, json],
    [2, json],
    [3, json],
    [4, json],
    [7, "it is not JSON"],
    [8, json],
    [10, "it is not JSON"],
  ]);
});

t.test("a line that is too long is skipped, whatever follows", async (t) => {
  const long = `{"s":"${"x".repeat(10_000_000)}"}`;
  const { records, bad } = await read(t, ['{"a":1}\n', long, '\n{"b":2}\n{', '\n{"c":3}\n']);
  t.strictSame(records, [{ a: 1 }, { b: 2 }, { c: 3 }]);
  t.strictSame(bad, [
    [2, "it is longer than 8 MiB"],
    [4, "it is not JSON"],
  ]);
  const last = await read(t, ['{"a":1}\n', long]);
  t.strictSame(last.records, [{ a: 1 }]);
  t.strictSame(last.bad, [[2, "it is longer than 8 MiB"]], "and said once where it is the last one");
});

t.test("a line that is long, but not too long", async (t) => {
  const s = "x".repeat(longestLine - 100);
  const { records, bad } = await read(t, [`{"s":"${s}"}\n{"b":2}\n`]);
  t.strictSame([records.length, bad.length], [2, 0]);
  t.ok(records[0]?.["s"] === s);
});

t.test("a record does not wait for the next one", async (t) => {
  const { out, into } = pipe(t);
  const records = readRecords(out, () => {});
  for (const n of [1, 2, 3]) {
    fs.writeSync(into, `{"n":${n}}\n{"unfinished":`);
    t.strictSame((await records.next()).value, { n });
    fs.writeSync(into, "1}\n");
    t.strictSame((await records.next()).value, { unfinished: 1 });
  }
});

t.test("a descriptor that somebody made non-blocking", async (t) => {
  const { out, into, close } = pipe(t, { reading: O_NONBLOCK });
  const records = readRecords(out, () => {});
  const first = records.next();
  await new Promise((resolve) => setTimeout(resolve, 30));
  fs.writeSync(into, '{"a":1}\n');
  t.strictSame((await first).value, { a: 1 });
  close();
  t.equal((await records.next()).done, true);
});

t.test("a signal ends the wait for input", async (t) => {
  for (const reading of [0, O_NONBLOCK]) {
    const controller = new AbortController();
    const { out, into } = pipe(t, { reading });
    const bad: unknown[] = [];
    const records = readRecords(out, (line) => bad.push(line), controller.signal);
    fs.writeSync(into, '{"a":1}\n{"half":');
    t.strictSame((await records.next()).value, { a: 1 });
    const next = records.next();
    setTimeout(() => controller.abort(), 20);
    t.equal((await next).done, true);
    t.strictSame(bad, [], "and half a line is no error then");
    fs.writeSync(into, "1}\n");
  }
});

t.test("a signal that came before", async (t) => {
  const { out } = pipe(t);
  t.strictSame(await all(readRecords(out, () => {}, AbortSignal.abort())), []);
});

t.test("standard input that cannot be read", async (t) => {
  const directory = fs.openSync(t.testdir(), "r");
  t.teardown(() => fs.closeSync(directory));
  await t.rejects(all(readRecords(directory, () => {})), {
    name: "Fault",
    message: "cannot read standard input: is a directory",
  });
});

t.test("any records, in any pieces, come through in order", async (t) => {
  const record = fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue(), { maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), async (records, size) => {
      const bytes = Buffer.from(records.map((item) => `${JSON.stringify(item)}\n`).join(""));
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const { records: seen, bad } = await read(t, pieces.slice(0, 60).concat(bytes.subarray(60 * size)));
      return bad.length === 0 && JSON.stringify(seen) === JSON.stringify(records);
    }),
    { numRuns: 25 },
  );
});

t.test("records are written as lines, in few writes", async (t) => {
  const file = path.join(t.testdir(), "out");
  const fd = fs.openSync(file, "w");
  const writer = await recordWriter(fd);
  for (let n = 0; n < 1000; n += 1) await writer.write({ n, text: "é\n" });
  await writer.end();
  fs.closeSync(fd);
  const lines = fs.readFileSync(file, "utf8").split("\n");
  t.equal(lines.length, 1001);
  t.equal(lines[7], '{"n":7,"text":"é\\n"}');
});

t.test("with `now` a record has left before anything else happens", async (t) => {
  const { out, into } = pipe(t, { reading: O_NONBLOCK });
  const writer = await recordWriter(into);
  const buffer = Buffer.alloc(100);
  for (const n of [1, 2, 3]) {
    await writer.write({ n }, true);
    t.equal(buffer.toString("utf8", 0, fs.readSync(out, buffer)), `{"n":${n}}\n`);
  }
});

t.test("a reader that is slow, on a pipe that does not block", async (t) => {
  const { out, into, close } = pipe(t, { reading: O_NONBLOCK, writing: O_NONBLOCK });
  const writer = textWriter(into);
  const line = `${"x".repeat(999)}\n`;
  let seen = 0;
  const buffer = Buffer.alloc(16_384);
  const timer = setInterval(() => {
    try {
      seen += fs.readSync(out, buffer);
    } catch (error) {
      t.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
    }
  }, 1);
  t.teardown(() => clearInterval(timer));
  for (let n = 0; n < 400; n += 1) {
    writer.write(line);
    await writer.ready();
  }
  await writer.end();
  close();
  clearInterval(timer);
  for (let length = 1; length > 0; seen += length) length = fs.readSync(out, buffer);
  t.equal(seen, 400_000);
});

t.test("what cannot be written is told apart from every other error, and stays", async (t) => {
  const full = fs.openSync("/dev/full", "w");
  t.teardown(() => fs.closeSync(full));
  for (const now of [true, false]) {
    const writer = await recordWriter(full);
    const attempt = async () => {
      await writer.write({ a: 1 }, now);
      await writer.end();
    };
    const error = await attempt().catch((error: unknown) => error);
    t.ok(isUnwritable(error));
    t.match(error, { errno: "ENOSPC" });
    t.throws(() => writer.write({ b: 2 }), { name: "Unwritable" });
  }
  t.notOk(isUnwritable(Object.assign(new Error("x"), { code: "EPIPE", syscall: "write" })));
});
