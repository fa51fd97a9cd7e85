import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { messages } from "../../../lib/command/messages.js";
import { fault } from "../../../lib/record/fault.js";

/** What is said on stderr while `act` runs. */
function said(t: Test, json: boolean, act: (says: ReturnType<typeof messages>) => void): string {
  const file = path.join(t.testdir(), "err");
  const fd = fs.openSync(file, "w");
  const original = fs.writeSync;
  t.intercept(fs, "writeSync", {
    value: (to: number, text: string) => original(to === 2 ? fd : to, text),
    configurable: true,
  });
  act(messages("lab-test", json));
  fs.closeSync(fd);
  return fs.readFileSync(file, "utf8");
}

t.test("command, record, cause, remedy", async (t) => {
  const text = said(t, false, (says) => {
    says.error("R", fault("noinput", "cannot open 'x': no such file", { hint: "make one" }));
    says.error(undefined, fault("usage", "nothing to do"));
    says.say("all is well");
    says.flush();
  });
  t.equal(
    text,
    "lab-test: R: cannot open 'x': no such file (make one)\nlab-test: nothing to do\nlab-test: all is well\n",
  );
});

t.test("below a message the place of the mistake, as often as the message is said", async (t) => {
  const wrong = fault("usage", "unexpected 'b'", { excerpt: "a b\u001b[31m\n  ^" });
  const text = said(t, false, (says) => {
    for (let i = 0; i < 5; i += 1) says.error(undefined, wrong);
    says.flush();
  });
  t.equal(text, `${"lab-test: unexpected 'b'\n  a b\n    ^\n".repeat(3)}lab-test: and 2 more like it\n`);
  t.notMatch(
    said(t, true, (says) => says.error(undefined, wrong)),
    "excerpt",
  );
});

t.test("the same line twenty times is said three times, and how many more", async (t) => {
  const text = said(t, false, (says) => {
    for (let i = 0; i < 20; i += 1) says.error(`R${i}`, fault("noperm", "not yours"));
    says.error("S", fault("noperm", "something else"));
    for (let i = 0; i < 3; i += 1) says.error(`T${i}`, fault("noperm", "not yours"));
    says.flush();
    says.flush();
  });
  const three = (id: string) => [0, 1, 2].map((i) => `lab-test: ${id}${i}: not yours\n`).join("");
  t.equal(text, `${three("R")}lab-test: and 17 more like it\nlab-test: S: something else\n${three("T")}`);
});

t.test("no text steers the terminal, and one message is one line", async (t) => {
  const text = said(t, false, (says) => {
    says.error("R\u001b[2J", fault("dataerr", "a\u001b[31mb\nc", { hint: "\u0007d" }));
    says.say("Error: \u001b[2J\n    at x");
  });
  t.equal(text, "lab-test: R: ab; c (d)\nlab-test: Error: \n    at x\n");
});

t.test("as records", async (t) => {
  const text = said(t, true, (says) => {
    for (let i = 0; i < 5; i += 1) says.error("R", fault("noperm", "not\nyours", { hint: "ask" }));
    says.say("all is well");
    says.flush();
  });
  const problem = {
    type: "problem",
    v: 1,
    id: "R",
    command: "lab-test",
    severity: "error",
    code: "noperm",
    message: "not\nyours",
    hint: "ask",
  };
  const seen = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.strictSame(seen, [
    problem,
    problem,
    problem,
    problem,
    problem,
    { type: "line", v: 1, source: "lab-test", text: "all is well" },
  ]);
});

t.test("what ends a command gives its status", async (t) => {
  said(t, false, (says) => {
    t.equal(says.fatal(fault("tempfail", "busy")), 75);
    t.equal(says.fatal(new Error("x")), 74);
  });
});

t.test("nobody listens, and nothing happens", async (t) => {
  t.intercept(fs, "writeSync", {
    value: () => {
      throw Object.assign(new Error("EPIPE"), { code: "EPIPE" });
    },
    configurable: true,
  });
  t.doesNotThrow(() => messages("lab-test", false).say("hello"));
});
