import t from "tap";
import { readSettings } from "../../../../lib/scheduler/slurm/settings.js";

t.test("scontrol show config, as Slurm writes it", async (t) => {
  const settings = readSettings(
    [
      "Configuration data as of 2026-11-21T07:00:00",
      "AccountingStorageType   = accounting_storage/slurmdbd",
      "MinJobAge               = 300 sec",
      "PrivateData             = none",
      "DependencyParameters    = (null)",
      "SchedulerParameters     = bf_continue,default=1",
      "",
      "Slurmctld(primary) at host is UP",
      "",
    ].join("\n"),
  );
  t.equal(settings.get("MinJobAge"), "300 sec");
  t.equal(settings.get("SchedulerParameters"), "bf_continue,default=1");
  t.equal(settings.size, 5);
});
