// What others on a login node, and pages in a browser, may try: the server keeps answering those who may ask.
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { limitConnections } from "../../../lib/serve/connections.js";
import { type RunningServer, startServer } from "../../../lib/serve/server.js";

const token = "t".repeat(32);
const reported: unknown[] = [];
const options = {
  token,
  assets: { "/": { type: "text/html; charset=utf-8", content: "<p>page" } },
  routes: [{ path: "/api/v1/things/:thing", answer: async ({ parts }: { parts: object }) => ({ parts }) }],
  report: (error: unknown) => void reported.push(error),
};
const server: RunningServer = await startServer(options, 0);
t.teardown(() => server.close());
const auth = `Authorization: Bearer ${token}\r\n`;

/** What comes back for some bytes, until the other side ends or nothing more comes after a whole answer. */
function raw(bytes: string, port = server.port): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (piece) => {
      text += piece;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
    socket.setTimeout(1500, () => socket.end());
  });
}

const statuses = (text: string) => Array.from(text.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));
const ask = (where = "/", headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${server.port}${where}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    redirect: "manual",
  });

t.test("requests that a proxy and a server could read in two ways are none", async (t) => {
  const host = "Host: localhost\r\n";
  const second = `GET /api/v1/things/second HTTP/1.1\r\n${host}${auth}\r\n`;
  const cases: [string, string, number][] = [
    ["a body with a length", `GET / HTTP/1.1\r\n${host}${auth}Content-Length: ${second.length}\r\n\r\n${second}`, 400],
    ["a body in chunks", `GET / HTTP/1.1\r\n${host}${auth}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`, 400],
    [
      "both",
      `GET / HTTP/1.1\r\n${host}${auth}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`,
      400,
    ],
    ["two lengths", `GET / HTTP/1.1\r\n${host}${auth}Content-Length: 0\r\nContent-Length: 9\r\n\r\n${second}`, 400],
    ["an odd coding", `GET / HTTP/1.1\r\n${host}${auth}Transfer-Encoding: xchunked\r\n\r\n${second}`, 400],
    ["two hosts", `GET / HTTP/1.1\r\n${host}Host: evil.example\r\n${auth}\r\n${second}`, 400],
    ["no host", `GET / HTTP/1.1\r\n${auth}\r\n${second}`, 400],
    ["an address of elsewhere", `GET http://evil.example/ HTTP/1.1\r\n${host}${auth}\r\n${second}`, 400],
    ["two slashes", `GET //evil.example/%2e%2e?token=${token} HTTP/1.1\r\n${host}\r\n${second}`, 400],
    ["a backslash", `GET /\\evil.example/?token=${token} HTTP/1.1\r\n${host}\r\n${second}`, 400],
    ["a header with a space", `GET / HTTP/1.1\r\n${host}Content-Length : 5\r\n${auth}\r\n${second}`, 400],
    ["lines without CR", `GET / HTTP/1.1\n${host}Transfer-Encoding: chunked\n\n${second}`, 400],
    ["another method", `POST / HTTP/1.1\r\n${host}${auth}Content-Length: 0\r\n\r\n${second}`, 405],
    ["a tunnel", `CONNECT evil.example:443 HTTP/1.1\r\n${host}${auth}\r\n${second}`, 0],
    ["no HTTP", `\0\x01\x02\r\n\r\n${second}`, 400],
    ["headers without end", `GET / HTTP/1.1\r\n${host}${"X-A: bbbbbbbb\r\n".repeat(1900)}\r\n`, 431],
    ["a query without end", `GET /?${"a=b&".repeat(8000)} HTTP/1.1\r\n${host}\r\n`, 431],
  ];
  const answers = await Promise.all(cases.map(([, bytes]) => raw(bytes)));
  for (const [i, [name, , status]] of cases.entries()) {
    const got = statuses(answers[i] ?? "");
    t.ok(got.every((one) => one >= 400) && got.length <= 1 && (got[0] ?? 0) === status, `${name}: ${got}`);
  }
  t.equal((await ask()).status, 200);
});

t.test("who asks a thousand things at once, and takes no answer, is let go", async (t) => {
  const text = await raw(`GET /api/v1/things/x HTTP/1.1\r\nHost: localhost\r\n${auth}\r\n`.repeat(1000));
  t.ok(statuses(text).length <= 2, `${statuses(text).length} answers`);
  t.equal((await ask()).status, 200);
});

t.test("pages elsewhere get nothing, and nothing leads elsewhere", async (t) => {
  const cases: [Record<string, string>, number][] = [
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }, 403],
    [{ "sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, 403],
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }, 403],
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, 200],
    [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, 200],
  ];
  // fetch() sets these words itself.
  for (const [headers, status] of cases) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${auth}${lines.join("")}\r\n`);
    t.strictSame(statuses(text), [status], JSON.stringify(headers));
  }
  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.1@evil.example",
    "[::2]",
  ])
    t.match(statuses(await raw(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${auth}\r\n`)), [421], host);
  const entered = await ask(`/runs?token=${token}`, {});
  t.strictSame([entered.status, entered.headers.get("location")], [303, "/runs"]);
});

t.test("paths that lead out are paths of nothing", async (t) => {
  for (const where of [
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%252e%252e/etc/passwd",
    "/..%5c..%5cetc",
    "/api/v1/things/a%00b",
  ]) {
    const [status] = statuses(
      await raw(`GET ${where} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${auth}\r\n`),
    );
    const text = await raw(`GET ${where} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${auth}\r\n`);
    t.ok(status === 200 || status === 404, where);
    t.notMatch(text, /root:/, where);
  }
});

t.test("thousands of idle and of slow connections do not shut out who may ask", async (t) => {
  const sockets: net.Socket[] = [];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  let refused = 0;
  const open = (i: number) =>
    new Promise<void>((resolve) => {
      const socket = net.connect(server.port, "127.0.0.1", () => {
        if (i % 2 === 1) socket.write("GET / HTTP/1.1\r\nHost: loc");
        resolve();
      });
      socket.on("error", () => {
        refused += 1;
        resolve();
      });
      sockets.push(socket);
    });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const asked = () =>
    new Promise<number>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      http
        .get({ port: server.port, host: "127.0.0.1", path: "/", headers, agent }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode ?? 0));
        })
        .on("error", reject);
    });
  t.equal(await asked(), 200);
  let worst = 0;
  // As many as the limits of this process let it have: both ends are in it.
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(Array.from({ length: 500 }, (_, i) => open(i)));
    const before = performance.now();
    t.equal(await asked(), 200, "on the connection that was there");
    t.equal((await ask("/", { connection: "close" })).status, 200, "and on a new one");
    worst = Math.max(worst, performance.now() - before);
  }
  t.comment(`${sockets.length} connections, ${refused} refused; the slowest two answers took ${Math.round(worst)} ms`);
  t.equal(reported.length, 0);
});

t.test("of those let in the one that was idle for longest goes, and nobody who is being answered", async (t) => {
  const idle: string[] = [];
  const plain = http.createServer();
  const connections = limitConnections(plain, 2);
  const fake = (name: string) => ({ destroy: () => void idle.push(name), on: () => {} }) as unknown as net.Socket;
  const [a, b, c, d] = ["a", "b", "c", "d"].map(fake) as [net.Socket, net.Socket, net.Socket, net.Socket];
  connections.admitted(a);
  connections.admitted(b)();
  connections.admitted(c);
  t.strictSame(idle, ["b"], "a is being answered");
  connections.admitted(d);
  t.strictSame(idle, ["b", "d"], "all others are");
});

t.test("a socket is its owner's alone, from the first moment, and left ones are replaced", async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "s"));
  t.teardown(() => fs.rmSync(dir, { recursive: true }));
  fs.writeFileSync(path.join(dir, "file"), "x");
  const socket = path.join(dir, "s");
  const first = await startServer({ ...options, token: undefined }, { socket });
  t.equal(fs.statSync(socket).mode & 0o777, 0o600);
  const get = (host: string) =>
    new Promise<number>((resolve, reject) => {
      http
        .get({ socketPath: socket, path: "/", headers: { host } }, (answer) => resolve(answer.resume().statusCode ?? 0))
        .on("error", reject);
    });
  t.equal(await get("localhost:8000"), 200, "without a token");
  t.equal(
    await get("evil.example"),
    421,
    "but not under another name: ssh brings it to a port of a machine with a browser",
  );
  await t.rejects(startServer(options, { socket }), { code: "unavailable" });
  await t.rejects(startServer(options, { socket: path.join(dir, "file") }), { code: "cantcreat" });
  await t.rejects(startServer(options, { socket: path.join(dir, "x".repeat(100)) }), { code: "usage" });
  await first.close();
  t.strictSame(fs.readdirSync(dir), ["file"]);
  const left = net.createServer();
  await new Promise<void>((resolve) => left.listen(path.join(dir, "l"), resolve));
  fs.linkSync(path.join(dir, "l"), socket);
  await new Promise((resolve) => left.close(resolve));
  const second = await startServer({ ...options, token: undefined }, { socket });
  t.equal(await get("localhost"), 200);
  await second.close();
});
