import fc from "fast-check";
import t from "tap";
import * as v from "valibot";
import {
  argument,
  duration,
  location,
  name,
  program,
  refused,
  size,
  variable,
  word,
} from "../../../lib/config/values.js";

const says = (schema: v.GenericSchema, value: unknown) => v.safeParse(schema, value).issues?.[0].message;
const gives = (schema: v.GenericSchema, value: unknown) => v.parse(schema, value);

t.test("words are one line, arguments do not look like options", async (t) => {
  t.equal(gives(word, "ä b"), "ä b");
  for (const bad of ["a\nb", "a\0", "\u007f", "\u0085"])
    t.match(says(word, bad), /control character/, JSON.stringify(bad));
  t.ok(says(word, ""));
  t.equal(says(argument, "-x"), "begins with a dash");
});

t.test("a location is absolute, relative, or below one's home", async (t) => {
  for (const good of [
    "/shared/lab",
    "runs",
    "../x",
    "~",
    "~/lab",
    "$HOME",
    "$HOME/lab",
    `\${HOME}/lab`,
    "/a b/%j/ü",
    "/path/tools",
  ]) {
    t.equal(gives(location, good), good);
  }
  t.equal(says(location, "/path/to/runs"), "is the placeholder '/path/to/runs': write the real path");
  t.match(says(location, "/path/to"), /placeholder/);
  t.match(says(location, "~bob/lab"), /another user's home/);
  for (const bad of ["$SCRATCH/lab", "/scratch/$USER", "$HOMES/x", `/a/\${HOME}`])
    t.match(says(location, bad), /has a variable in it/, bad);
  t.equal(says(program, "--help"), "begins with a dash");
});

t.test("durations become seconds, sizes bytes", async (t) => {
  t.strictSame(
    ["10m", "1h30m", "08:00:00", 90, 0, "1.5h"].map((text) => gives(duration, text)),
    [600, 5400, 28800, 90, 0, 5400],
  );
  for (const bad of ["ten", "", "-5", -5, Number.POSITIVE_INFINITY])
    t.match(says(duration, bad), /cannot be the duration/, String(bad));
  t.strictSame(
    ["64GB", "1.5 MiB", 2048].map((text) => gives(size, text)),
    [64 * 2 ** 30, 1.5 * 2 ** 20, 2048],
  );
  for (const bad of ["64 apples", -1, 1.5]) t.match(says(size, bad), /cannot be the size/, String(bad));
  t.ok(says(duration, true));
});

t.test("names", async (t) => {
  t.equal(gives(name, "eval_result-2.x"), "eval_result-2.x");
  for (const bad of ["../etc", "a/b", "", ".hidden", "a b"]) t.match(says(name, bad), /cannot be a name/, bad);
  t.equal(gives(variable, "OMP_NUM_THREADS"), "OMP_NUM_THREADS");
  for (const bad of ["A-B", "1A", "A=B", ""]) t.match(says(variable, bad), /cannot be the name of/, bad);
});

t.test("what is refused is refused whatever it holds", async () => {
  fc.assert(
    fc.property(fc.anything(), (value) => says(refused("is not supported yet"), value) === "is not supported yet"),
  );
});
