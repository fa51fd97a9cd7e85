import t from "tap";
import { planned } from "./recipes.js";

const base = `name = "fit"\ncommand = ["x"]\n`;

t.test(
  "floats that JSON would write as something else keep their spelling; integers and the rest need none",
  async (t) => {
    const run = await planned(
      t.testdir(),
      `${base}[args]\na = 1.0\nb = 1\nc = 1e-4\nd = 0.5\ne = [1, 2.0]\n"f.g" = 1e5\nh = 0x10\ni = 1_000\nj = 1_000.0\nk = "1.0"
[params]\ninf = inf\nnan = -nan\nninf = -inf\nt.u = 3e-4\nday = 2026-11-20\nat = 2026-11-20 07:32:00Z\nclock = [07:32:00]\nzero = -0.0\n`,
    );
    t.strictSame(run.numbers, {
      "args.a": "1.0",
      "args.c": "1e-4",
      "args.e.1": "2.0",
      'args."f.g"': "1e5",
      "args.j": "1000.0",
      "params.inf": "inf",
      "params.nan": "-nan",
      "params.ninf": "-inf",
      "params.t.u": "3e-4",
      "params.zero": "-0.0",
    });
    t.strictSame(run.args, { a: 1, b: 1, c: 1e-4, d: 0.5, e: [1, 2], "f.g": 1e5, h: 16, i: 1000, j: 1000, k: "1.0" });
    t.strictSame(JSON.parse(JSON.stringify(run.params)), {
      inf: "inf",
      nan: "-nan",
      ninf: "-inf",
      t: { u: 3e-4 },
      day: "2026-11-20",
      at: "2026-11-20 07:32:00Z",
      clock: ["07:32:00"],
      zero: 0,
    });
  },
);

t.test("the spelling is that of the layer whose value it is", async (t) => {
  const dir = t.testdir({ "b.toml": "args.a = 1.0\nargs.b = 1.0\nargs.c = 1.0\nargs.l = [1.0, 2.0]" });
  const run = await planned(dir, `extends = "b.toml"\n${base}args.b = 1\nargs.l = [3]\n`, [
    "args.c=1.00",
    "args.d=2.0",
  ]);
  t.strictSame(run.numbers, { "args.a": "1.0", "args.c": "1.00", "args.d": "2.0" });
  t.equal((await planned(t.testdir(), `${base}args.a = 1\n`)).numbers, undefined);
});
