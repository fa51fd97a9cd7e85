import t from "tap";
import { said } from "./recipes.js";

const base = `name = "fit"\ncommand = ["true"]\n`;

t.test("what one part of a recipe means for another", async (t) => {
  for (const [text, message] of [
    [`args.a = "x\\u0000y"`, /^3:10 args.a has a NUL in it/],
    [`params.l = ["\\u0000"]`, /params.l.0 has a NUL in it/],
    [`env.A = "1"\nenv.pass = ["A"]`, /^4:13 A is both in env and in env.pass/],
    [`params.d = ".."\nworkdir = "a/{params.d}"`, /^4:11 workdir = "a\/.." leads out of the source/],
    [`[outputs.a]\ntype = "m"\nalias = "../../etc"`, /^5:9 the alias '..\/..\/etc' cannot be a name/],
    [`params.p = "/etc"\n[outputs.a]\ntype = "m"\nalias = "{params.p}"`, /the alias '\/etc' cannot be a name/],
    [
      `[outputs.a]\ntype = "m"\nalias = "x"\n[outputs.b]\ntype = "n"\nalias = "x"`,
      /^8:9 the outputs 'a' and 'b' would be written to one directory/,
    ],
    [
      `[outputs.a-b]\ntype = "m"\n[outputs.a_b]\ntype = "m"`,
      /^5:10 outputs.a_b and outputs.a-b would have one variable, A_B/,
    ],
    [`[inputs.a]\ntype = "external"\npath = "$SCRATCH/x"`, /^5:8 inputs.a.path begins with a variable/],
    [`params.e = ""\n[inputs.a]\ntype = "external"\npath = "{params.e}"`, /inputs.a.path is empty/],
  ] as const) {
    const found = await said(t.testdir(), base + text);
    t.equal(found.length, 1, `${text}: ${found.join(" / ")}`);
    t.match(found[0], message);
  }
});

t.test("shell lines", async (t) => {
  for (const [command, rest, message] of [
    ["cat <<EOF\\n{run.id}\\nEOF", "", /^2:11 command has tokens, and a here-document/],
    ["echo 'x", "", /^2:11 command has a quote that is not closed/],
    ["python a.py # all", "args.a = 1", /^2:11 command ends in a comment/],
  ] as const) {
    t.match(await said(t.testdir(), `name = "a"\ncommand = "${command}"\n${rest}`), [message]);
  }
  t.strictSame(await said(t.testdir(), `name = "a"\ncommand = "python a.py # all"\nargs.off = false`), []);
});

t.test("a place has one problem", async (t) => {
  const found = await said(
    t.testdir(),
    `name = "a"\ncommand = ["x"]\nworkdir = "../{nope.x}"\n[outputs.a]\ntype = "m"\nalias = ""\n`,
  );
  t.strictSame(
    found.map((line) => line.replace(/(is empty|leads).*/, "$1")),
    [`3:11 workdir = "../{nope.x}" leads`, "6:9 outputs.a.alias is empty"],
  );
});
