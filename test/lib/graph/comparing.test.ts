import t from "tap";
import { type Compared, comparedFields } from "../../../lib/graph/comparing.js";
import type { Run } from "../../../lib/record/run.js";

const id = (n: number) => `20261121-10101${n}-aaaaa${n}`;
const side = (n: number, change: Partial<Run>, more: Partial<Compared> = {}): Compared => ({
  run: {
    id: id(n),
    name: "fit",
    user: "ann",
    recipe: {},
    source: { kind: "git", root: "/src", commit: `c${n}`, tar: `/tar/${n}` },
    workdir: ".",
    command: ["python", "fit.py"],
    args: {},
    params: { lr: 0.1, model: { depth: 2 } },
    env: {},
    pass: [],
    tags: [],
    resources: {},
    inputs: {},
    outputs: {},
    ...change,
  } as unknown as Run,
  status: { state: "succeeded" } as Compared["status"],
  facts: { attempts: [] },
  ...more,
});

t.test(
  "what somebody chose comes first, what differs before what does not, and an absent value is absent",
  async (t) => {
    const fields = comparedFields([
      side(1, { params: { lr: 0.1, model: { depth: 2 } } }, { hardware: { type: "hardware", cpu: "one" } }),
      side(2, { params: { model: { depth: 4 } } }, { hardware: { type: "hardware", cpu: "other" } }),
    ]);
    t.strictSame(
      fields.filter(({ differs }) => differs).map(({ path, group }) => [group, path]),
      [
        ["params", "params.lr"],
        ["params", "params.model.depth"],
        ["source", "source.commit"],
        ["hardware", "hardware.cpu"],
      ],
    );
    t.strictSame(fields[0]?.values, { [id(1)]: 0.1 });
    t.ok(fields.some(({ path, differs }) => path === "command" && !differs));
    t.notOk(fields.some(({ path }) => path.includes("tar") || path.endsWith("type")));
  },
);

t.test("secrets are hidden wherever they are", async (t) => {
  const text = JSON.stringify(
    comparedFields([
      side(1, { env: { API_TOKEN: "hush", URL: "https://me:hush@host/" }, args: { api_key: "hush" } }),
      side(2, { command: ["curl", "https://me:hush@host/?token=hush"], params: { password: "hush" } }),
    ]),
  );
  t.notMatch(text, /hush/);
});

t.test("an input is what it is, not where it lies", async (t) => {
  const input = (path: string, digest: string) => ({ data: { type: "external", path, recorded: { digest } } });
  const fields = comparedFields([
    side(1, { inputs: { data: { ...input("/copy/1", "d").data, staged_from: "/a" } } } as unknown as Partial<Run>),
    side(2, { inputs: { data: { ...input("/copy/2", "e").data, staged_from: "/a" } } } as unknown as Partial<Run>),
  ]);
  const inputs = fields.filter(({ group, differs }) => group === "inputs" && differs);
  t.strictSame(
    inputs.map(({ path }) => path),
    ["inputs.data.digest"],
  );
});
