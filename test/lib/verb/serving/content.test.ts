// Logs, files and metrics of runs as the server gives them: parts, ranges, previews, and what it must not give.
import { EventEmitter } from "node:events";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import t from "tap";
import { violations } from "../../../../lib/record/schema.js";
import { runDirectory } from "../../../../lib/registry/layout.js";
import { api } from "../../../../lib/serve/api/all.js";
import type { Endpoint } from "../../../../lib/serve/api/api.js";
import { routeFor } from "../../../../lib/serve/route.js";
import { startServer } from "../../../../lib/serve/server.js";
import { routesOf } from "../../../../lib/verb/serving/routes.js";
import { labRegistry } from "../../../support/lab-registry.js";
import { fakeContext } from "../fake-context.js";

const context = fakeContext(t);
const { given: registry } = context;
const lab = labRegistry(registry);
const dir = runDirectory(registry.base, registry.user, lab.train);
const attempt = path.join(dir, ".lab/attempt-1");
const lines = Array.from({ length: 3000 }, (_, i) => `step ${i} ${i === 2500 ? "\u001b[31mNaN\u001b[0m €" : "fine"}`);
fs.writeFileSync(path.join(attempt, "job.log"), `${lines.join("\n")}\n`);
const put = (name: string, text: string | Buffer) => {
  fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
  fs.writeFileSync(path.join(dir, name), text);
};
put("results/table.csv", 'name,loss\n"a ""b"", c",0.5\r\nd,1\n');
put("results/x.json", '{"a": 1}');
put("results/page.html", "<script>alert(1)</script>");
put("results/draw.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
put("results/dot.png", Buffer.from("89504e470d0a1a0a", "hex"));
put("results/weights", Buffer.from([0, 1, 2, 3]));
put("results/README", "no ending\n");
put("results/größe 'x'.txt", "0123456789");
put(".env", "HF_TOKEN=abc");
put(".lab/submit-1/script.sh", "lab_recipe_env=('DB_PASSWORD=two words' A=1)\n");
fs.symlinkSync("/etc/passwd", path.join(dir, "results/out"));
const index = Object.assign(new EventEmitter(), { close() {} });
const routes = routesOf({ context, registry, index } as never);
const reported: unknown[] = [];
const token = "t".repeat(32);
const options = { token, routes, assets: {}, report: (error: unknown) => void reported.push(error) };
const server = await startServer(options as never, 0);
t.teardown(() => server.close());

const ask = (where: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${server.port}/api/v1${where}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });

/** The answer in JSON, held against its declaration. */
async function json(where: string): Promise<Record<string, never> & { status: number }> {
  const response = await ask(where);
  const answer = (await response.json()) as Record<string, never>;
  const { route } = routeFor(routes, `/api/v1${new URL(where, "http://x").pathname}`) ?? {};
  const declared = api.find(({ path: pattern }) => pattern === route?.path) as Endpoint;
  const wrong = response.ok && declared.answer ? violations(declared.answer, answer) : [];
  if (wrong.length > 0) throw new Error(`${where}: ${wrong.join("; ")}`);
  return { ...answer, status: response.status } as never;
}
const run = `/runs/${lab.train}`;
const encoded = (name: string) => encodeURIComponent(name);

t.test("logs are listed, and read from any place", async (t) => {
  const { logs, ended } = await json(`${run}/logs`);
  t.equal(ended, true);
  t.match(logs, [{ name: "attempt-1/job.log", bytes: fs.statSync(path.join(attempt, "job.log")).size, live: false }]);
  const tail = await json(`${run}/log?tail=2`);
  t.match(tail, { text: "step 2998 fine\nstep 2999 fine\n", ended: true, name: "attempt-1/job.log" });
  const before = await json(`${run}/log?before=${tail["from"]}&lines=1`);
  t.match(before, { text: "step 2997 fine\n", to: tail["from"], ended: false });
  const whole: string[] = [];
  for (let [from, over] = [0, false]; !over; ) {
    const part = await json(`${run}/log?from=${from}&lines=700`);
    whole.push(part["text"] ?? "");
    [from, over] = [part["to"] ?? 0, part["ended"] ?? true];
  }
  t.equal(whole.join(""), `${lines.join("\n")}\n`);
  t.match(await json(`${run}/log?name=${encoded("../run.json")}`), { status: 404 });
  t.match(await json(`${run}/log?from=1&tail=2`), { status: 400 });
});

t.test("who follows a log that is cut, or replaced by another, begins anew", async (t) => {
  const file = path.join(attempt, "job.log");
  const kept = `${file}.kept`;
  fs.renameSync(file, kept);
  t.teardown(() => fs.renameSync(kept, file));
  fs.writeFileSync(file, "one\n");
  const first = await json(`${run}/log?from=0`);
  const next = ({ to, of }: Record<string, never>) => json(`${run}/log?from=${to}&of=${of}`);
  fs.appendFileSync(file, "two\nthr");
  const grown = await next(first);
  t.match(grown, { text: "two\nthr", from: 4, to: 11 });
  t.notOk(Object.hasOwn(grown, "anew"));
  fs.truncateSync(file, 2);
  const cut = await next(grown);
  t.match(cut, { text: "on", from: 0, to: 2, anew: true });
  fs.writeFileSync(`${file}.new`, "another one, and longer\n");
  fs.renameSync(`${file}.new`, file);
  t.match(await next(cut), { text: "another one, and longer\n", from: 0, anew: true });
});

t.test("words in logs are found with their lines, and colours stay", async (t) => {
  const { hits } = await json(`${run}/log/search?q=nan`);
  t.match(hits, [{ line: 2501, text: "step 2500 \u001b[31mNaN\u001b[0m €" }]);
  const first = await json(`${run}/log/search?q=step%201&limit=2`);
  t.match(first, { hits: [{ line: 2 }, { line: 11 }] });
  const next = await json(`${run}/log/search?q=step%201&limit=1&after=${first["next"]}&line=${first["next_line"]}`);
  t.match(next, { hits: [{ line: 12 }] });
});

t.test("all hits come as lines, however many pages they are", async (t) => {
  const response = await ask(`${run}/log/search?q=step&format=ndjson`);
  const hits = (await response.text()).trim().split("\n");
  t.equal(hits.length, 3000);
  t.match(JSON.parse(hits.at(-1) ?? ""), { line: 3000, text: "step 2999 fine" });
  t.equal((await (await ask(`${run}/log/search?q=step&limit=7&format=ndjson`)).text()).trim().split("\n").length, 7);
});

t.test("bytes come in ranges", async (t) => {
  const where = `${run}/file?path=${encoded("results/größe 'x'.txt")}`;
  const whole = await ask(where);
  t.equal(await whole.text(), "0123456789");
  const tag = whole.headers.get("etag") ?? "";
  t.equal(
    whole.headers.get("content-disposition"),
    `inline; filename="gr__e _x_.txt"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%27x%27.txt`,
  );
  const cases: [Record<string, string>, number, string, string | null][] = [
    [{ range: "bytes=2-4" }, 206, "234", "bytes 2-4/10"],
    [{ range: "bytes=-3" }, 206, "789", "bytes 7-9/10"],
    [{ range: "bytes=8-" }, 206, "89", "bytes 8-9/10"],
    [{ range: "bytes=5-99" }, 206, "56789", "bytes 5-9/10"],
    [{ range: "bytes=10-" }, 416, "", "bytes */10"],
    [{ range: "bytes=-0" }, 416, "", "bytes */10"],
    [{ range: "bytes=4-2" }, 200, "0123456789", null],
    [{ range: "bytes=0-1,3-4" }, 200, "0123456789", null],
    [{ range: "lines=1-2" }, 200, "0123456789", null],
    [{ range: "bytes=2-4", "if-range": tag }, 206, "234", "bytes 2-4/10"],
    [{ range: "bytes=2-4", "if-range": '"other"' }, 200, "0123456789", null],
    [{ "if-none-match": `"x", ${tag}` }, 304, "", null],
  ];
  for (const [headers, status, text, range] of cases) {
    const response = await ask(where, headers);
    t.strictSame(
      [response.status, await response.text(), response.headers.get("content-range")],
      [status, text, range],
      JSON.stringify(headers),
    );
  }
});

t.test("what a browser could run is neither shown nor guessed at", async (t) => {
  const kinds: [string, string, RegExp][] = [
    ["results/page.html", "application/octet-stream", /^attachment/],
    ["results/draw.svg", "image/svg+xml", /^attachment/],
    ["results/weights", "application/octet-stream", /^attachment/],
    ["results/dot.png", "image/png", /^inline/],
    ["results/x.json", "text/plain; charset=utf-8", /^inline/],
  ];
  for (const [name, type, how] of kinds) {
    const { headers } = await ask(`${run}/file?path=${encoded(name)}`);
    t.equal(headers.get("content-type"), type, name);
    t.match(headers.get("content-disposition"), how, name);
    t.match(headers.get("content-security-policy"), /^sandbox; default-src 'none'/, name);
    t.equal(headers.get("x-content-type-options"), "nosniff", name);
  }
  const kept = await ask(`${run}/file?download=true&path=${encoded("results/dot.png")}`);
  t.match(kept.headers.get("content-disposition"), /^attachment/);
});

t.test("previews", async (t) => {
  const of = (name: string) => json(`${run}/preview?path=${encoded(name)}`);
  t.match(await of("results/table.csv"), {
    kind: "csv",
    rows: [
      ["name", "loss"],
      ['a "b", c', "0.5"],
      ["d", "1"],
    ],
  });
  t.match(await of("results/x.json"), { kind: "json", text: '{"a": 1}' });
  t.match(await of("results/page.html"), { kind: "text" });
  t.match(await of("results/dot.png"), { kind: "image", bytes: 8 });
  t.match(await of("results/weights"), { kind: "binary" });
  t.match(await of("results/README"), { kind: "text", text: "no ending\n" });
});

t.test("links, secrets and ways out are not given", async (t) => {
  const { files } = await json(`${run}/files?dir=results`);
  t.match(
    (files as unknown as Record<string, string>[]).find(({ name }) => name === "out"),
    { kind: "link", link_to: "/etc/passwd" },
  );
  const top = await json(`${run}/files`);
  t.match(
    (top["files"] as unknown as Record<string, string>[] | undefined)?.find(({ name }) => name === ".env"),
    { problem: /secret/ },
  );
  const refused: [string, number][] = [
    ["results/out", 403],
    [".env", 403],
    ["../../../REGISTRY.json", 400],
    ["%2e%2e/x", 404],
    ["results\\out", 404],
    ["results/x.json\0.png", 400],
    ["/etc/passwd", 400],
    ["results", 422],
    ["none", 404],
  ];
  for (const what of ["file", "preview"])
    for (const [name, status] of refused)
      t.equal((await ask(`${run}/${what}?path=${encoded(name)}`)).status, status, `${what} ${JSON.stringify(name)}`);
  t.equal((await ask(`${run}/files?dir=${encoded("results/out")}`)).status, 404);
  t.equal((await ask(`/runs/${encoded("../../x")}/files`)).status, 400);
  const script = await ask(`${run}/file?path=${encoded(".lab/submit-1/script.sh")}`);
  t.equal(await script.text(), "lab_recipe_env=('DB_PASSWORD=…' A=1)\n");
  t.match(await json(`${run}/preview?path=${encoded(".lab/submit-1/script.sh")}`), { masked: true, text: /…/ });
});

t.test("what a run made elsewhere is listed, shown and sent like its own files", async (t) => {
  const made = `/artifacts/${lab.rollout}`;
  const { artifact } = await json(made);
  const place = (artifact as { path: string } | undefined)?.path ?? "";
  fs.writeFileSync(Buffer.concat([Buffer.from(`${place}/odd-`), Buffer.from([0xff, 0xfe])]), "x");
  fs.symlinkSync("/etc/passwd", path.join(place, "out"));
  const top = await json(`${made}/files`);
  t.equal(top["place"], place);
  t.match(top["files"], [
    { name: "task_00", kind: "directory" },
    { name: "task_01", kind: "directory" },
    { name: "odd-\ufffd\ufffd", problem: "its name is no UTF-8" },
    { name: "out", link_to: "/etc/passwd" },
  ]);
  t.match(await json(`${made}/files?dir=task_00`), { files: [{ name: "steps" }, { name: "trajectory.jsonl" }] });
  t.match(await json(`${made}/preview?path=task_00/trajectory.jsonl`), { text: /"step_num":0/ });
  const ranged = await ask(`${made}/file?path=task_00/trajectory.jsonl`, { range: "bytes=2-9" });
  t.strictSame([ranged.status, await ranged.text()], [206, "step_num"]);
  for (const [file, status] of [
    ["out", 403],
    ["../x", 400],
    ["none", 404],
    ["task_00", 422],
  ])
    t.equal((await ask(`${made}/file?path=${encoded(String(file))}`)).status, status, String(file));
  // One that is a file itself is that file alone.
  fs.renameSync(place, `${place}.d`);
  t.teardown(() => fs.renameSync(`${place}.d`, place));
  fs.writeFileSync(place, "alone\n");
  const name = path.basename(place);
  t.match(await json(`${made}/files`), { files: [{ name, kind: "file", bytes: 6 }] });
  t.match(await json(`${made}/preview?path=${encoded(name)}`), { text: "alone\n" });
  t.equal((await ask(`${made}/file?path=${encoded(`${name}.d/out`)}`)).status, 404);
  fs.rmSync(place);
});

t.test("a terabyte that is not there is served like any other file", async (t) => {
  const name = path.join(dir, "results/huge.txt");
  fs.writeFileSync(name, "begin");
  fs.truncateSync(name, 2 ** 40);
  const before = process.memoryUsage().rss;
  const response = await ask(`${run}/file?path=results/huge.txt`, { range: `bytes=${2 ** 40 - 4}-` });
  t.strictSame([response.status, (await response.arrayBuffer()).byteLength], [206, 4]);
  t.match(await json(`${run}/preview?path=results/huge.txt`), { kind: "binary", bytes: 2 ** 40 });
  t.ok(process.memoryUsage().rss - before < 100e6);
});

t.test("a file that becomes shorter while it is sent ends the connection, not the server", async (t) => {
  const name = path.join(dir, "results/shrinks.txt");
  fs.writeFileSync(name, Buffer.alloc(64 << 20, "x"));
  const headers = { authorization: `Bearer ${token}` };
  const got = await new Promise<{ bytes: number; complete: boolean }>((resolve) => {
    const where = { port: server.port, path: `/api/v1${run}/file?path=results/shrinks.txt`, headers };
    http.get(where, (response) => {
      let bytes = 0;
      response.once("data", () => fs.truncateSync(name, 1000));
      response.on("data", (piece: Buffer) => {
        bytes += piece.length;
      });
      response.on("error", () => {});
      response.on("close", () => resolve({ bytes, complete: response.complete }));
    });
  });
  t.ok(got.bytes < 64 << 20 && !got.complete, `${got.bytes} bytes`);
  t.equal((await ask(`${run}/logs`)).status, 200);
});

t.test("metrics in few points, by step and by time, and those of several runs", async (t) => {
  const at = (i: number) => new Date(Date.UTC(2026, 10, 20) + i * 1000).toISOString();
  const text = Array.from(
    { length: 5000 },
    (_, i) => `{"name": "many", "value": ${i === 777 ? -9 : i}, "step": ${i}, "at": "${at(i)}"}\n`,
  );
  fs.writeFileSync(path.join(attempt, "metrics-n1-1.ndjson"), text.join(""));
  const { series, names } = await json(`${run}/metrics?name=many&points=100`);
  t.ok((names as string[] | undefined)?.includes("many"));
  const [one] = (series ?? []) as { points: number[][]; count: number; min: number; min_x: number; last: number }[];
  t.match(one, { count: 5000, min: -9, min_x: 777, max: 4999, last: 4999, last_step: 4999 });
  t.ok((one?.points.length ?? 0) <= 100);
  t.equal(Math.min(...(one?.points.map(([, , min = 0]) => min) ?? [])), -9);
  const relative = await json(`${run}/metrics?name=many&points=100&x=relative`);
  t.strictSame(
    (relative["series"]?.[0] as { points: number[][] } | undefined)?.points.at(-1)?.slice(0, 2),
    [4999, 4999],
  );
  const both = await json(`/metrics-of?run=${lab.train}&run=zzzzzz&name=many&points=10`);
  t.match(both, { series: [{ run: lab.train, name: "many" }], problems: [{ id: "zzzzzz", code: "noinput" }] });
});

t.test("changes come as events, from the last id on, and for those who ask", async (t) => {
  const first = await json("/changes");
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const stream = async (id?: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(id === undefined ? {} : { "last-event-id": id }) };
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/events`, { headers, signal: abort.signal });
    t.match(response.headers.get("content-type"), /^text\/event-stream/);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    return async (wanted: RegExp) => {
      while (!wanted.test(text)) text += (await reader?.read())?.value ?? "(end)";
      return text;
    };
  };
  const heard = await stream();
  await heard(/id: /);
  index.emit("change", { runs: [lab.train], kinds: ["run"] });
  const text = await heard(/event: change\n.*\n\n/);
  t.match(JSON.parse(/data: (.*)/.exec(text)?.[1] ?? ""), { runs: [lab.train], kinds: ["run"] });
  t.match(await json(`/changes?after=${first["id"]}`), { runs: [lab.train], kinds: ["run"] });
  t.match(await (await stream(first["id"]))(/event: change\n.*\n\n/), lab.train, "what was missed comes first");
  const unknown = await (await stream("xxxxxxxx.3"))(/event: change\n.*\n\n/);
  t.notMatch(unknown, /"runs"/, "of an id of another server it is not known what was missed");
});

t.test("and nothing of all that was a bug", async (t) => {
  t.strictSame(reported, []);
});
