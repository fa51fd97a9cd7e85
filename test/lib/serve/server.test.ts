import net from "node:net";
import t from "tap";
import { fault } from "../../../lib/record/fault.js";
import { matched } from "../../../lib/record/path-pattern.js";
import { routeFor } from "../../../lib/serve/route.js";
import { type RunningServer, startServer } from "../../../lib/serve/server.js";

const token = "t".repeat(32);
const reported: unknown[] = [];

async function serving(t: { teardown(call: () => unknown): void }, port = 0): Promise<RunningServer> {
  const server = await startServer(
    {
      token,
      assets: {
        "/": { type: "text/html; charset=utf-8", content: "<p>page" },
        "/chunk/a-1.js": { type: "text/javascript; charset=utf-8", content: "1" },
      },
      routes: [
        {
          path: "/api/v1/things/:thing",
          answer: async ({ parts, query }) => ({ thing: parts["thing"], all: query.getAll("q") }),
        },
        { path: "/healthz", open: true, answer: async () => ({ ok: true }) },
        {
          path: "/api/v1/text",
          answer: async ({ response }) => {
            response.end("by itself");
            return undefined;
          },
        },
        {
          path: "/api/v1/missing",
          answer: async () => {
            throw fault("noinput", "no such thing", { hint: "look elsewhere" });
          },
        },
        {
          path: "/api/v1/broken",
          answer: async () => {
            throw new TypeError("a secret of the inside");
          },
        },
      ],
      report: (error) => reported.push(error),
    },
    { port },
  );
  t.teardown(() => server.close());
  return server;
}

const ask = (port: number, path: string, init: RequestInit = {}) =>
  fetch(`http://localhost:${port}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: "manual",
    ...init,
  });

t.test("pages and answers", async (t) => {
  const { port } = await serving(t);
  const page = await ask(port, "/");
  t.match([page.status, page.headers.get("content-type"), await page.text()], [200, /html/, "<p>page"]);
  const thing = await ask(port, "/api/v1/things/a%20b?q=1&q=2");
  t.strictSame(await thing.json(), { thing: "a b", all: ["1", "2"] });
  const head = await ask(port, "/", { method: "HEAD", headers: { authorization: `Bearer ${token}` } });
  t.strictSame([head.status, head.headers.get("content-length"), await head.text()], [200, "7", ""]);
});

t.test("errors are said in the same form", async (t) => {
  const { port } = await serving(t);
  const missing = await ask(port, "/api/v1/missing");
  t.equal(missing.status, 404);
  t.strictSame(await missing.json(), { error: { code: "noinput", message: "no such thing", hint: "look elsewhere" } });
  const broken = await ask(port, "/api/v1/broken");
  t.equal(broken.status, 500);
  t.notMatch(await broken.text(), /secret/, "what is inside stays inside");
  t.match(reported, [{ message: "a secret of the inside" }]);
  t.equal((await ask(port, "/api/v1/else")).status, 404);
  t.equal((await ask(port, "/api/v1/things/%ff")).status, 404);
});

t.test("the token becomes a cookie and leaves the address", async (t) => {
  const { port } = await serving(t);
  const entered = await ask(port, `/?run=x&token=${token}`, { headers: {} });
  t.equal(entered.status, 303);
  t.equal(entered.headers.get("location"), "/?run=x");
  const cookie = entered.headers.get("set-cookie") ?? "";
  t.equal((await ask(port, "/?run=x", { headers: { cookie: cookie.split(";")[0] ?? "" } })).status, 200);
  t.equal((await ask(port, "/", { headers: {} })).status, 401);
  const post = await ask(port, "/", { method: "POST" });
  t.strictSame([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
});

t.test("every answer is guarded", async (t) => {
  const { port } = await serving(t);
  for (const path of ["/", "/api/v1/missing", "/nothing"]) {
    const { headers } = await ask(port, path);
    t.match(headers.get("content-security-policy"), /default-src 'none'.*frame-ancestors 'none'/);
    t.notMatch(headers.get("content-security-policy"), /unsafe/);
    t.equal(headers.get("x-content-type-options"), "nosniff");
    t.equal(headers.get("referrer-policy"), "no-referrer");
    t.equal(headers.get("cache-control"), "no-store");
  }
});

t.test("what is no HTTP does not stop it", async (t) => {
  const { port } = await serving(t);
  for (const bytes of [
    "\0\x01\x02\r\n\r\n",
    `GET /${"a".repeat(70_000)} HTTP/1.1\r\n\r\n`,
    "GET // HTTP/1.1\r\nHost: localhost\r\n\r\n",
  ]) {
    await new Promise<void>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
      socket.on("data", () => socket.destroy());
      socket.on("error", () => socket.destroy());
      socket.on("close", () => resolve());
    });
  }
  t.equal((await ask(port, "/")).status, 200);
});

t.test("a port that is taken", async (t) => {
  const { port } = await serving(t);
  await t.rejects(serving(t, port), { code: "unavailable", hint: /--port 0/ });
});

t.test("a path of the page is the page, one of a file that is not there is nothing", async (t) => {
  const { port } = await serving(t);
  for (const path of ["/runs", "/runs/20261121-120000-abcdef", "/artifacts/model.v1?tab=files", "/constructor"])
    t.equal(await (await ask(port, path)).text(), "<p>page", path);
  for (const path of ["/chunk/b-2.js", "/favicon.ico", "/api", "/api/v1"]) t.equal((await ask(port, path)).status, 404);
  const chunk = await ask(port, "/chunk/a-1.js");
  t.match(chunk.headers.get("cache-control"), /immutable/);
});

t.test("what is open needs no token, but the host's name", async (t) => {
  const { port } = await serving(t);
  t.strictSame(await (await ask(port, "/healthz", { headers: {} })).json(), { ok: true });
  t.equal((await ask(port, "/api/v1/text", { headers: {} })).status, 401);
  t.equal(await (await ask(port, "/api/v1/text")).text(), "by itself");
});

t.test("answers are compressed for whoever takes that, and not sent twice", async (t) => {
  const { port } = await serving(t);
  const long = `/api/v1/things/${"a".repeat(3000)}`;
  for (const encoding of ["br", "gzip"]) {
    const headers = { authorization: `Bearer ${token}`, "accept-encoding": `${encoding}, x;q=0` };
    const answer = await ask(port, long, { headers });
    t.equal(answer.headers.get("content-encoding"), encoding);
    t.match(await answer.json(), { thing: /^a{3000}$/ });
    const etag = answer.headers.get("etag") ?? "";
    t.equal((await ask(port, long, { headers: { ...headers, "if-none-match": etag } })).status, 304);
  }
  const plain = await ask(port, long, { headers: { authorization: `Bearer ${token}`, "accept-encoding": "br;q=0" } });
  t.equal(plain.headers.get("content-encoding"), null);
});

t.test("of two routes the one that says more", async (t) => {
  const routes = ["/runs/:run", "/runs/groups"].map((path) => ({ path, answer: async () => ({}) }));
  t.match(routeFor(routes, "/runs/groups"), { route: { path: "/runs/groups" }, parts: {} });
  t.match(routeFor(routes, "/runs/x"), { route: { path: "/runs/:run" }, parts: { run: "x" } });
});

t.test("paths and their parts", async (t) => {
  t.strictSame(matched("/a/:b", "/a/c"), { b: "c" });
  t.equal(matched("/a/:b", "/a"), undefined);
  t.equal(matched("/a/:b", "/a/c/d"), undefined);
  t.strictSame(matched("/a/:b", "/a/..%2f"), { b: "../" });
});
