import t from "tap";
import { reasonView } from "../../../../lib/verb/show/reason-view.js";

const style = { header: true, colour: false, width: undefined, now: 0 };

t.test("a reason for eyes", async (t) => {
  const reason = {
    run: "R",
    name: "train",
    state: "failed",
    mode: "oom",
    message: "out of\u001b[2J memory",
    log: ["Killed"],
    detail: ["since its last success"],
    try: ["ask for more"],
  };
  t.equal(
    reasonView(reason, style),
    `train  R
  failed (oom): out of memory

  the log's last words
  │ Killed

  since its last success

  what to try
  → ask for more

`,
  );
  t.equal(
    reasonView({ run: "R", state: "lost", mode: "lost", message: "m" }, { ...style, colour: true }),
    "\u001b[2mR\u001b[0m\n  \u001b[31mlost\u001b[0m: m\n\n",
  );
});

t.test("what changed since the last success is told, and how much more there is", async (t) => {
  const seen = (changed: object[]) =>
    reasonView({ run: "R", state: "failed", message: "m", since: { run: "S", changed } }, style)
      .split("\n")
      .slice(3, -2);
  const many = Array.from({ length: 9 }, (_, i) => ({
    path: `params.p${i}`,
    from: "1",
    ...(i === 1 ? {} : { to: "2" }),
  }));
  t.same(seen([]), ["  nothing that is recorded changed since its last success (S)"]);
  t.match(seen(many), {
    0: "  since its last success (S) these changed:",
    1: "  params.p0: 1 → 2",
    2: "  params.p1: 1 → not set",
    8: "  params.p7: 1 → 2",
    9: "  and 1 more",
  });
  t.same(seen([{ path: "source" }]).at(-1), "  the source: files that are not committed changed");
});

t.test("on a narrow terminal; what was said is not said again; a command stays whole", async (t) => {
  const reason = {
    run: "R",
    state: "failed",
    mode: "code_error",
    message: "cannot start it: there is no such thing",
    log: [
      "Error: a line of the log stays as it is, however long",
      "lab: cannot start it: there is no such thing",
      "lab: R: attempt 1: command, exit code 3",
    ],
    try: ["ask for more of it, and see: lab run --set resources.mem='\"200MB\"' train.toml"],
  };
  t.equal(
    reasonView(reason, { ...style, width: 40 }),
    `R
  failed (code_error): cannot start it:
  there is no such thing

  the log's last words
  │ Error: a line of the log stays as it is, however long

  what to try
  → ask for more of it, and see:
    lab run --set resources.mem='"200MB"' train.toml

`,
  );
});
