import t from "tap";
import { admit, cookieFor, newToken } from "../../../lib/serve/guard.js";

const token = newToken();
const request = (more: object = {}, headers: object = {}) => ({
  method: "GET",
  url: "/",
  headers: { host: "localhost:8000", ...headers },
  ...more,
});

t.test("a token is new each time and fits a URL", async (t) => {
  t.match(token, /^[\w-]{32}$/);
  t.not(newToken(), token);
});

t.test("who may ask", async (t) => {
  const both = [newToken(), token].map((one) => cookieFor(one).split(";")[0]).join("; ");
  const cases: [string, object, object, string][] = [
    ["nobody without a token", {}, {}, "no_token"],
    ["the first visit", { url: `/?token=${token}` }, {}, "enter"],
    ["the first visit of one who guesses", { url: "/?token=a" }, {}, "no_token"],
    ["a wrong token counts, whatever the cookie says", { url: "/?token=a" }, { cookie: cookieFor(token) }, "no_token"],
    ["a browser that has been here", {}, { cookie: `other=1; ${cookieFor(token).split(";")[0]}` }, "pass"],
    ["one who has been at another server, too", {}, { cookie: both }, "pass"],
    ["the cookie of another server", {}, { cookie: cookieFor(newToken()).split(";")[0] }, "no_token"],
    ["a program", {}, { authorization: `Bearer ${token}` }, "pass"],
    ["a program with half a token", {}, { authorization: `Bearer ${token.slice(0, 16)}` }, "no_token"],
    ["by number", {}, { host: "127.0.0.1", authorization: `Bearer ${token}` }, "pass"],
    ["by the other number, forwarded", {}, { host: "[::1]:9000", authorization: `Bearer ${token}` }, "pass"],
    ["a name that points here", {}, { host: "evil.example:8000", authorization: `Bearer ${token}` }, "no_host"],
    [
      "a name that begins like ours",
      {},
      { host: "localhost.evil.example", authorization: `Bearer ${token}` },
      "no_host",
    ],
    ["no name", {}, { host: undefined, authorization: `Bearer ${token}` }, "no_host"],
    ["a look at the head", { method: "HEAD" }, { authorization: `Bearer ${token}` }, "pass"],
    ["a change", { method: "POST" }, { authorization: `Bearer ${token}` }, "no_method"],
  ];
  for (const [name, more, headers, verdict] of cases) t.equal(admit(request(more, headers), token), verdict, name);
});

t.test("scripts and other sites cannot use the cookie", async (t) => {
  t.match(cookieFor(token), /HttpOnly.*SameSite=Strict/);
});
