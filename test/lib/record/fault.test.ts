import fs from "node:fs";
import t from "tap";
import { errnoOf, fault, faults, isFault, recordError, systemFault } from "../../../lib/record/fault.js";

t.test("a fault has the exit status of its code", async (t) => {
  const error = fault("noinput", "cannot open 'x': no such file", { hint: "look", cause: 7 });
  t.ok(error instanceof Error && isFault(error));
  t.match(error, { code: "noinput", exit: 66, message: "cannot open 'x': no such file", hint: "look", cause: 7 });
  t.notOk("cause" in fault("refused", "no"), "no cause where none was given");
  for (const value of [new Error("x"), undefined, "refused", { code: "refused" }]) t.notOk(isFault(value));
});

t.test("the exit codes are those of sysexits, each used once", async (t) => {
  const exits = Object.values(faults).map(({ exit }) => exit);
  t.equal(new Set(exits).size, exits.length);
  t.same(
    exits.sort((a, b) => a - b),
    [1, 64, 65, 66, 69, 70, 73, 74, 75, 77, 78],
  );
});

t.test("what travels in a record has no hint where there is none", async (t) => {
  t.strictSame(recordError(fault("refused", "no")), { code: "refused", message: "no" });
  t.strictSame(recordError(fault("refused", "no", { hint: "h" })), { code: "refused", message: "no", hint: "h" });
});

t.test("errors of the system become faults that say what was being done", async (t) => {
  const found = thrown(() => fs.readFileSync("/nonexistent/file"));
  t.match(systemFault(found, "read '/nonexistent/file'", "mount it"), {
    code: "noinput",
    message: "cannot read '/nonexistent/file': no such file or directory",
    hint: "mount it",
    cause: found,
  });
  for (const [errno, code] of [
    ["ENOSPC", "ioerr"],
    ["EDQUOT", "ioerr"],
    ["EACCES", "noperm"],
    ["EPERM", "noperm"],
    ["EROFS", "cantcreat"],
    ["ELOOP", "dataerr"],
    ["ESTALE", "unavailable"],
    ["EMFILE", "tempfail"],
    ["EWHATEVER", "ioerr"],
  ] as const)
    t.match(systemFault(Object.assign(new Error("x"), { code: errno, syscall: "open" }), "do it"), { code });
});

t.test("what is no error of the system stays what it is", async (t) => {
  const other = thrown(() => fs.readFileSync(7.5 as never));
  for (const value of [other, fault("software", "x"), new TypeError("x"), undefined, "ENOENT", { code: "ENOENT" }])
    t.equal(systemFault(value, "do it"), value);
  t.equal(errnoOf(other), undefined, "a wrong argument is a bug, not an errno");
  t.equal(errnoOf(Object.assign(new Error("x"), { code: "ENOENT" })), "ENOENT");
  t.equal(errnoOf(Object.assign(new Error("x"), { code: 2 })), undefined);
});

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

t.test("what Node knows by its number only has its name", async (t) => {
  for (const [errno, word] of [
    [-116, "ESTALE"],
    [-122, "EDQUOT"],
  ] as const) {
    const code = `Unknown system error ${errno}`;
    t.equal(errnoOf(Object.assign(new Error(`${code}: ${code}, read`), { code, errno, syscall: "read" })), word);
  }
});
