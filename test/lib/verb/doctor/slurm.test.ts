import t from "tap";
import { slurmFindings } from "../../../../lib/verb/doctor/slurm.js";

const usual = {
  SLURM_VERSION: "23.11.1",
  ClusterName: "big",
  AccountingStorageType: "accounting_storage/slurmdbd",
  PrivateData: "none",
  MinJobAge: "300 sec",
  MaxArraySize: "1001",
  PreemptMode: "OFF",
  JobRequeue: "1",
};
const found = (change: Record<string, string> = {}) =>
  new Map(slurmFindings(new Map(Object.entries({ ...usual, ...change }))).map((finding) => [finding.name, finding]));

t.test("a usual cluster has nothing to say against it", async (t) => {
  for (const finding of found().values()) t.equal(finding.ok, true, finding.name);
  t.match(found().get("slurm"), { message: "23.11.1, cluster big" });
});

t.test("what each setting means for runs", async (t) => {
  const cases: [string, Record<string, string>, object][] = [
    ["accounting", { AccountingStorageType: "accounting_storage/none" }, { ok: false, severity: "warning" }],
    ["accounting", { AccountingStorageType: "(null)" }, { ok: false }],
    ["PrivateData", { PrivateData: "accounts,jobs,usage" }, { ok: false, message: /^jobs,usage: other users' jobs/ }],
    ["PrivateData", { PrivateData: "accounts" }, { ok: true }],
    ["MinJobAge", { MinJobAge: "2 sec" }, { ok: false, message: /^2 s/ }],
    ["MaxArraySize", { MaxArraySize: "100" }, { ok: false, message: /^100/ }],
    ["MaxArraySize", { MaxArraySize: "10001" }, { ok: true, message: "10001: array indices go up to 10000" }],
    ["PreemptMode", { PreemptMode: "REQUEUE" }, { ok: true, message: /put back/ }],
    ["PreemptMode", { PreemptMode: "REQUEUE", JobRequeue: "0" }, { message: /only jobs that ask for it/ }],
    [
      "PreemptMode",
      { PreemptMode: "GANG,SUSPEND" },
      { message: "jobs take turns; preempted jobs are stopped and go on later" },
    ],
    ["PreemptMode", { PreemptMode: "SOMETHING" }, { message: "SOMETHING" }],
    ["DependencyParameters", { DependencyParameters: "kill_invalid_depend" }, { message: /are ended/ }],
  ];
  for (const [name, change, wanted] of cases) t.match(found(change).get(name), wanted, JSON.stringify(change));
});

t.test("what a Slurm does not say is no reason to fail", async (t) => {
  t.equal(slurmFindings(new Map()).length, 7);
});
