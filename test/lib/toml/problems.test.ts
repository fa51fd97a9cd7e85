import t from "tap";
import { fault } from "../../../lib/record/fault.js";
import { problemSchema } from "../../../lib/record/records.js";
import { violations } from "../../../lib/record/schema.js";
import { parseToml } from "../../../lib/toml/document.js";
import { faultProblem, located, problem, problemFault } from "../../../lib/toml/problems.js";

t.test("breaches become records in the order of the file", async (t) => {
  const file = parseToml("a = 1\nb = 2", "x.toml");
  const found = await located(
    [
      { path: ["b"], part: "value", message: "second" },
      { path: ["a"], part: "key", message: "first", hint: "do" },
    ],
    file,
  );
  t.strictSame(found, [
    { type: "problem", v: 1, path: "x.toml", line: 1, column: 1, message: "first", hint: "do", severity: "error" },
    { type: "problem", v: 1, path: "x.toml", line: 2, column: 5, message: "second", severity: "error" },
  ]);
  t.strictSame(
    found.flatMap((record) => violations(problemSchema, record)),
    [],
  );
  t.match(problemFault(found, "config"), {
    code: "config",
    message: "x.toml:1:1: first (and 1 more: lab validate shows them)",
    hint: "do",
  });
  t.match(problemFault([problem({ message: "m" })], "usage"), { code: "usage", message: "m" });
  const slip = problem({ message: "unknown key 'commnad' (did you mean 'command'?)" });
  t.match(problemFault([problem({ message: "command is missing" }), slip], "dataerr").message, /^unknown key/);
});

t.test("a fault with a place becomes a problem there", async (t) => {
  t.strictSame(faultProblem(fault("dataerr", "/a b/x.toml:3:14: no: 5:6: x", { hint: "h" })), {
    type: "problem",
    v: 1,
    path: "/a b/x.toml",
    line: 3,
    column: 14,
    message: "no: 5:6: x",
    hint: "h",
    severity: "error",
  });
  t.strictSame(faultProblem(fault("usage", "--set a: no")), {
    type: "problem",
    v: 1,
    message: "--set a: no",
    severity: "error",
  });
});
