import fc from "fast-check";
import t, { type Test } from "tap";
import { parseArguments, timeOption } from "../../../lib/command/arguments.js";
import type { Spec } from "../../../lib/command/spec.js";

const now = Date.parse("2026-11-20T12:00:00Z");
const spec = {
  name: "lab-test",
  usage: ["WORD…"],
  options: {
    all: { type: "boolean", short: "a", help: "everybody's" },
    "no-pass": { type: "boolean", help: "only look" },
    name: { type: "string", value: "NAME", help: "a name" },
    lines: { type: "string", short: "l", default: "10", help: "how many" },
    set: { type: "strings", short: "s", value: "K=V", help: "values" },
    limit: { type: "integer", value: "N", help: "at most" },
    patience: { type: "duration", default: "5m", help: "how long" },
    since: { type: "time", help: "from then on" },
    source: { type: "string", choices: ["both", "job"], default: "both", help: "which" },
  },
  input: "none",
  args: [0, Number.POSITIVE_INFINITY],
} as const satisfies Spec;

const parse = (...argv: string[]) => parseArguments(spec, argv, now);
const refused = (t: Test, argv: string[], message: RegExp | string, hint?: string) =>
  t.throws(() => parse(...argv), { code: "usage", message, ...(hint === undefined ? {} : { hint }) }, argv.join(" "));

t.test("every option in each of its spellings", async (t) => {
  const { options, args, rest } = parse("a", "--all", "--name", "x", "-l5", "-s", "k=v", "--set=k=w", "b", "--limit=3");
  t.match(options, { all: true, name: "x", lines: "5", set: ["k=v", "k=w"], limit: 3, source: "both" });
  t.equal(options["patience"], 300, "a duration is seconds");
  t.strictSame(args, ["a", "b"]);
  t.equal(rest, undefined);
  t.equal(parse("-l=5").options["lines"], "5");
  t.equal(parse("-al", "7").options["lines"], "7");
  t.equal(parse("-al7").options["all"], true);
  t.equal(parse("-a", "-a", "--all").options["all"], true, "a flag may be repeated");
  t.equal(parse("--since", "3d").options["since"], now - 3 * 86_400_000, "a time is milliseconds");
});

t.test("mri's guesses about types reach nobody", async (t) => {
  t.strictSame(parse("--all", "0012").args, ["0012"], "a word after a flag is no number");
  t.strictSame(parse("--all", "12e345").args, ["12e345"]);
  t.strictSame(parse("--all", "true", "false").args, ["true", "false"], "nor its value");
  t.equal(parse("--all", "false").options["all"], true);
  t.strictSame(parse("--name", "0012").options["name"], "0012");
  t.strictSame(parse("--name", "1e3", "--set", "0x10", "--set", "true").options["set"], ["0x10", "true"]);
});

t.test("an argument that is empty is refused: a variable that is not set is no name", async (t) => {
  refused(t, [""], /an argument is empty/);
  refused(t, ["a", "--", ""], /an argument is empty/);
});

t.test("a number with a dash is an argument, one dash alone too", async (t) => {
  t.strictSame(parse("-2", "-", "-15").args, ["-2", "-", "-15"]);
});

t.test("options whose names begin with no-", async (t) => {
  t.match(parse("--no-pass", "--no-header").options, { "no-pass": true, "no-header": true });
  t.match(parse().options, { "no-pass": false, "no-header": false });
  refused(t, ["--no-all"], "unknown option '--no-all'", "did you mean --all?");
  refused(t, ["--pass"], "unknown option '--pass'");
  refused(t, ["--no-name"], "unknown option '--no-name'", "did you mean --name?");
});

t.test("a value may begin with a dash", async (t) => {
  t.equal(parse("--name", "-x").options["name"], "-x");
  t.equal(parse("--name", "--all").options["name"], "--all");
  t.equal(parse("--name=--all").options["all"], false);
  t.equal(parse("-l", "-1").options["lines"], "-1");
  t.strictSame(parse("--set", "-", "--set=-1").options["set"], ["-", "-1"]);
});

t.test("a value that is missing or empty", async (t) => {
  for (const argv of [["--name"], ["--name="], ["--name", ""], ["-l"], ["-al"], ["--name=", "x"], ["--set", ""]])
    refused(t, argv, /needs a value/);
  refused(t, ["--name"], "--name needs a value (NAME)");
  refused(t, ["--name", "--", "x"], "--name needs a value (NAME)");
});

t.test("a flag takes no value, and what may be given once is given once", async (t) => {
  refused(t, ["--all=yes"], "--all takes no value");
  refused(t, ["--all="], "--all takes no value");
  refused(t, ["--name", "a", "--name", "b"], "--name was given more than once");
  refused(t, ["-l1", "--lines", "1"], "--lines was given more than once");
});

t.test("what a wrapper hands on may be a slip of one of its own options", async (t) => {
  const spec = { name: "lab-plan", usage: [""], options: {}, input: "none", args: [0, 1] } as const;
  for (const [word, hint] of [
    ["--wiat", "did you mean lab-run --wait?"],
    ["-w", "did you mean lab-run -w?"],
    ["--jsno", "did you mean --json?"],
  ] as const)
    t.throws(() => parseArguments(spec, [word], 0), { code: "usage", message: `unknown option '${word}'`, hint });
});

t.test("unknown options, with what was meant", async (t) => {
  refused(t, ["--nmae", "x"], "unknown option '--nmae'", "did you mean --name?");
  refused(t, ["--nmae=x"], "unknown option '--nmae'", "did you mean --name?");
  refused(t, ["-name", "x"], "unknown option '-name'", "did you mean --name?");
  refused(t, ["-Z5"], "unknown option '-Z'", "lab-test --help lists the options");
  refused(t, ["-A"], "unknown option '-A'", "did you mean -a?");
  refused(t, ["-aé"], "unknown option '-é'");
  refused(t, ["--zzzzzzzz"], "unknown option '--zzzzzzzz'", "lab-test --help lists the options");
  for (const word of ["__proto__", "constructor", "toString", "hasOwnProperty", "_"])
    refused(t, [`--${word}`, "x"], `unknown option '--${word}'`);
  refused(t, ["---all"], "unknown option '---all'");
});

t.test("what follows -- is cut off before anything is read", async (t) => {
  t.strictSame(parse("a", "--", "--all", "-x", "--", "b").args, ["a", "--all", "-x", "--", "b"]);
  t.equal(parse("--", "--all").options["all"], false);
  const rest = parseArguments({ ...spec, rest: true }, ["--all", "--", "python", "--epochs", "3", "--", "0012"], now);
  t.strictSame(rest.rest, ["python", "--epochs", "3", "--", "0012"]);
  t.strictSame(rest.args, []);
  t.strictSame(parseArguments({ ...spec, rest: true }, ["--"], now).rest, []);
});

t.test("values that are not what they should be", async (t) => {
  for (const text of ["ten", "-1", "+1", "1.5", "1e3", "0x10", " 1", ""]) refused(t, ["--limit", text], /--limit/);
  t.equal(parse("--limit", "0012").options["limit"], 12);
  refused(t, ["--patience", "soon"], "--patience: cannot read the duration 'soon'");
  refused(t, ["--since", "soon"], "--since: cannot read the time 'soon'");
  refused(t, ["--since", "2026-13-45"], "--since: cannot read the time '2026-13-45'");
  refused(t, ["--source", "jbo"], "--source cannot be 'jbo'", "did you mean job?");
  refused(t, ["--source", "x"], "--source cannot be 'x'", "one of both, job");
});

t.test("how many arguments", async (t) => {
  const count = (args: [number, number] | undefined, input: Spec["input"], ...argv: string[]) => {
    const { args: _, ...open } = spec;
    return () => parseArguments({ ...open, input, ...(args ? { args } : {}) }, argv, now).args.length;
  };
  t.throws(count([1, 1], "none"), { code: "usage", message: "lab-test needs an argument" });
  t.throws(count([2, 3], "none", "a"), { code: "usage", message: "lab-test needs 2 arguments" });
  t.throws(count([1, 1], "none", "a", "-3"), { code: "usage", message: "unexpected argument '-3'" });
  t.throws(count(undefined, "records", "a"), { code: "usage", message: "unexpected argument 'a'" });
  t.equal(count(undefined, "runs", "a", "b")(), 2);
});

t.test("records, a table or only ids", async (t) => {
  for (const argv of [
    ["--json", "--table"],
    ["--json", "-q"],
    ["--json", "--columns", "a"],
    ["-q", "--table"],
  ])
    refused(t, argv, /exclude each other/);
  t.match(parse("--table", "--columns", "a").options, { table: true, columns: "a" });
});

t.test("a moment", async (t) => {
  t.equal(timeOption("as-of", "2026-11-20T12:00:00Z", 0), now);
  t.throws(() => timeOption("as-of", "then", now), { code: "usage", message: "--as-of: cannot read the time 'then'" });
});

t.test("arguments come through as they were typed, whatever they are", async (t) => {
  const word = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\u0000"));
  fc.assert(
    fc.property(fc.array(word), fc.array(word), word, (values, after, name) => {
      const argv = ["--all", ...values.flatMap((value) => ["--set", value]), `--name=${name}`, "--", ...after];
      const { options, args } = parse(...argv);
      t.strictSame(options["set"], values);
      t.strictSame(args, after);
      return options["name"] === name;
    }),
  );
});
