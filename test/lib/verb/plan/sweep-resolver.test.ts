// The resolver of a sweep: what it may write, and what ends it.
import t from "tap";
import { resolvedPoints } from "../../../../lib/verb/plan/sweep-resolver.js";

const asked = (...command: string[]) => ({ command, cwd: "/", env: { PATH: "/usr/bin:/bin" } });

t.test("a resolver that never stops is stopped, and said to be what it is", async (t) => {
  await t.rejects(resolvedPoints([], asked("yes", '{"point": {"params.x": 1}}')), {
    message: "the sweep's resolver 'yes' wrote more than the 20000 points of one sweep",
  });
  await t.rejects(resolvedPoints([], asked("cat", "/dev/zero")), {
    message: "the sweep's resolver 'cat' wrote more than 256 MiB",
  });
});

t.test("numbers stay written as the resolver writes them", async (t) => {
  const points = await resolvedPoints([], asked("echo", '{"point": {"params.x": 1.0}, "name": "a"}'));
  t.match(points, [{ name: "a", assignments: [{ path: ["params", "x"], value: 1, spelled: "1.0" }] }]);
});

t.test("a name is a line of text", async (t) => {
  for (const name of ["", "a\\nb", "\\u001b[31mred"])
    await t.rejects(resolvedPoints([], asked("printf", "%s\n", `{"point": {"params.x": 1}, "name": "${name}"}`)), {
      message: /^line 1 of what the sweep's resolver wrote has a name that is none: /,
    });
});
