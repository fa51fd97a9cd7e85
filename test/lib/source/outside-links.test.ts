import t from "tap";
import { outsideLinks } from "../../../lib/source/outside-links.js";

t.test("links that lead out of the tree", (t) => {
  const link = (path: string, target: string) => ({
    path,
    target,
    mode: "120000" as const,
    sha: undefined,
    bytes: 0,
    tracked: true,
    watched: true,
  });
  const inside = [link("a", "b"), link("d/e", "../a"), link("x", "..x"), link("d/f", "../d/../a"), link("e", "")];
  const outside = [link("o", "/etc"), link("p", ".."), link("d/q", "../../a"), link("r", "a/../../b")];
  t.same(
    outsideLinks([...inside, ...outside]).map(({ path }) => path),
    ["o", "p", "d/q", "r"],
  );
  t.end();
});
