import t from "tap";
import type { JobView } from "../../../../lib/record/facts.js";
import { explainSlurm } from "../../../../lib/scheduler/slurm/reasons.js";

const pending = (reason?: string): JobView => ({
  job: "1",
  phase: "pending",
  word: "PENDING",
  ...(reason === undefined ? {} : { reason }),
});

/** Every reason of Slurm 22.05.8 and 26.11 (job_state_reason.c). */
const known = `
AccountNotAllowed AccountingPolicy AssocGrpBB AssocGrpBBMinutes AssocGrpBBRunMinutes AssocGrpBilling
AssocGrpBillingMinutes AssocGrpBillingRunMinutes AssocGrpCPUMinutesLimit AssocGrpCPURunMinutesLimit AssocGrpCpuLimit
AssocGrpEnergy AssocGrpEnergyMinutes AssocGrpEnergyRunMinutes AssocGrpGRES AssocGrpGRESMinutes AssocGrpGRESRunMinutes
AssocGrpJobsLimit AssocGrpLicense AssocGrpLicenseMinutes AssocGrpLicenseRunMinutes AssocGrpMemLimit
AssocGrpMemMinutes AssocGrpMemRunMinutes AssocGrpNodeLimit AssocGrpNodeMinutes AssocGrpNodeRunMinutes
AssocGrpSubmitJobsLimit AssocGrpUnknown AssocGrpUnknownMinutes AssocGrpUnknownRunMinutes AssocGrpWallLimit
AssocMaxBBMinutesPerJob AssocMaxBBPerJob AssocMaxBBPerNode AssocMaxBillingMinutesPerJob AssocMaxBillingPerJob
AssocMaxBillingPerNode AssocMaxCpuMinutesPerJobLimit AssocMaxCpuPerJobLimit AssocMaxCpuPerNode
AssocMaxEnergyMinutesPerJob AssocMaxEnergyPerJob AssocMaxEnergyPerNode AssocMaxGRESMinutesPerJob AssocMaxGRESPerJob
AssocMaxGRESPerNode AssocMaxJobsLimit AssocMaxLicenseMinutesPerJob AssocMaxLicensePerJob AssocMaxMemMinutesPerJob
AssocMaxMemPerJob AssocMaxMemPerNode AssocMaxNodeMinutesPerJob AssocMaxNodePerJobLimit AssocMaxSubmitJobLimit
AssocMaxUnknownMinutesPerJob AssocMaxUnknownPerJob AssocMaxUnknownPerNode AssocMaxWallDurationPerJobLimit
AssociationJobLimit AssociationResourceLimit AssociationTimeLimit BadConstraints BeginTime BlockFreeAction
BlockMaxError BurstBufferOperation BurstBufferResources BurstBufferStageIn Cleaning Constraints DeadLine Dependency
DependencyNeverSatisfied FedJobLock FrontEndDown InactiveLimit InvalidAccount InvalidQOS JobArrayTaskLimit
JobHeldAdmin JobHeldUser JobHoldMaxRequeue JobLaunchFailure Licenses MaxBBPerAccount MaxBBRunMinsPerAccount
MaxBBRunMinsPerUser MaxBillingPerAccount MaxBillingRunMinsPerAccount MaxBillingRunMinsPerUser MaxCpuPerAccount
MaxCpuRunMinsPerAccount MaxCpuRunMinsPerUser MaxEnergyPerAccount MaxEnergyRunMinsPerAccount MaxEnergyRunMinsPerUser
MaxGRESPerAccount MaxGRESRunMinsPerAccount MaxGRESRunMinsPerUser MaxJobsPerAccount MaxLicensePerAccount
MaxLicenseRunMinsPerAccount MaxLicenseRunMinsPerUser MaxMemPerLimit MaxMemoryPerAccount MaxMemoryRunMinsPerAccount
MaxMemoryRunMinsPerUser MaxNodePerAccount MaxNodeRunMinsPerAccount MaxNodeRunMinsPerUser MaxPoweredUpNodes
MaxSubmitJobsPerAccount MaxUnknownPerAccount MaxUnknownRunMinsPerAccount MaxUnknownRunMinsPerUser MpiPortsBusy
NodeDown NonZeroExitCode None NvidiaImexChannels OutOfMemory PartitionConfig PartitionDown PartitionInactive
PartitionNodeLimit PartitionTimeLimit PowerNotAvail PowerReserved Priority Prolog QOSGrpBB QOSGrpBBMinutes
QOSGrpBBRunMinutes QOSGrpBilling QOSGrpBillingMinutes QOSGrpBillingRunMinutes QOSGrpCPUMinutesLimit
QOSGrpCPURunMinutesLimit QOSGrpCpuLimit QOSGrpEnergy QOSGrpEnergyMinutes QOSGrpEnergyRunMinutes QOSGrpGRES
QOSGrpGRESMinutes QOSGrpGRESRunMinutes QOSGrpJobsLimit QOSGrpLicense QOSGrpLicenseMinutes QOSGrpLicenseRunMinutes
QOSGrpMemLimit QOSGrpMemoryMinutes QOSGrpMemoryRunMinutes QOSGrpNodeLimit QOSGrpNodeMinutes QOSGrpNodeRunMinutes
QOSGrpSubmitJobsLimit QOSGrpUnknown QOSGrpUnknownMinutes QOSGrpUnknownRunMinutes QOSGrpWallLimit QOSJobLimit
QOSMaxBBPerJob QOSMaxBBPerNode QOSMaxBBPerUser QOSMaxBillingMinutesPerJob QOSMaxBillingPerJob QOSMaxBillingPerNode
QOSMaxBillingPerUser QOSMaxCpuMinutesPerJobLimit QOSMaxCpuPerJobLimit QOSMaxCpuPerNode QOSMaxCpuPerUserLimit
QOSMaxEnergyMinutesPerJob QOSMaxEnergyPerJob QOSMaxEnergyPerNode QOSMaxEnergyPerUser QOSMaxGRESMinutesPerJob
QOSMaxGRESPerJob QOSMaxGRESPerNode QOSMaxGRESPerUser QOSMaxJobsPerUserLimit QOSMaxLicenseMinutesPerJob
QOSMaxLicensePerJob QOSMaxLicensePerUser QOSMaxMemoryMinutesPerJob QOSMaxMemoryPerJob QOSMaxMemoryPerNode
QOSMaxMemoryPerUser QOSMaxNodeMinutesPerJob QOSMaxNodePerJobLimit QOSMaxNodePerUserLimit QOSMaxSubmitJobPerUserLimit
QOSMaxUnknownMinutesPerJob QOSMaxUnknownPerJob QOSMaxUnknownPerNode QOSMaxUnknownPerUser
QOSMaxWallDurationPerJobLimit QOSMinBB QOSMinBilling QOSMinCpuNotSatisfied QOSMinEnergy QOSMinGRES QOSMinLicense
QOSMinMemory QOSMinNode QOSMinUnknown QOSNotAllowed QOSResourceLimit QOSTimeLimit QOSUsageThreshold RaisedSignal
ReqNodeNotAvail Reservation ReservationDeleted ReservationInvalid Resources SchedDefer SystemFailure TimeLimit
`
  .trim()
  .split(/\s+/);

t.test("every reason of Slurm has words of its own", (t) => {
  t.ok(known.length > 200);
  for (const reason of known) {
    const { message } = explainSlurm(pending(reason));
    t.notMatch(message, /^Slurm says/, reason);
    t.notMatch(message, / {2}|undefined/, reason);
  }
  t.end();
});

t.test("the reasons that people meet tell what to do", (t) => {
  for (const reason of [
    "Resources Priority DependencyNeverSatisfied PartitionTimeLimit PartitionNodeLimit PartitionDown JobHeldUser",
    "JobHeldAdmin BadConstraints ReqNodeNotAvail InvalidAccount InvalidQOS QOSMaxJobsPerUserLimit AssocGrpCpuLimit",
    "AssocMaxSubmitJobLimit QOSMaxWallDurationPerJobLimit QOSMinGRES AssocGrpGRESMinutes MaxGRESPerAccount",
  ]
    .join(" ")
    .split(" ")) {
    t.type(explainSlurm(pending(reason)).hint, "string", reason);
  }
  t.end();
});

t.test("limits are told apart by whose they are and what they count", (t) => {
  const says = (reason: string) => explainSlurm(pending(reason)).message;
  t.match(says("QOSGrpCpuLimit"), /limit on CPUs for its QOS as a whole is reached/);
  t.match(says("AssocMaxGRESPerJob"), /more than the GPUs .* its account allows for one job/);
  t.match(says("QOSMaxMemoryPerUser"), /limit on memory for one user is reached/);
  t.match(says("MaxCpuPerAccount"), /limit on CPUs for one account is reached/);
  t.match(says("QOSMinCpuNotSatisfied"), /less than the CPUs that its QOS demands/);
  t.match(says("AssocMaxWallDurationPerJobLimit"), /more than the run time that its account allows/);
  t.match(explainSlurm(pending("AssocGrpCPUMinutesLimit")).hint, /budget/);
  t.end();
});

t.test("what Slurm adds to a reason is passed on", (t) => {
  t.match(
    explainSlurm(pending("ReqNodeNotAvail, UnavailableNodes:n[1-3]")).message,
    /down, drained .*UnavailableNodes:n\[1-3\]/,
  );
  t.match(explainSlurm(pending("launch failed requeued held")).message, /could not be started.*held/);
  t.match(explainSlurm(pending("launch_failed_requeued_held")).message, /could not be started.*held/);
  t.match(explainSlurm(pending("job requeued in held state")).message, /is held/);
  t.match(
    explainSlurm(pending("Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions"))
      .message,
    /are down, drained/,
  );
  t.equal(explainSlurm(pending("SomethingNew")).message, "Slurm says SomethingNew");
  t.equal(explainSlurm(pending("constructor")).message, "Slurm says constructor");
  t.match(explainSlurm(pending()).message, /only just submitted/);
  t.end();
});

t.test("states that say more than a reason", (t) => {
  t.match(explainSlurm({ ...pending("None"), word: "CONFIGURING" }).message, /being started/);
  t.match(explainSlurm({ ...pending("None"), word: "SPECIAL_EXIT" }).hint, /scontrol release/);
  t.match(explainSlurm({ ...pending("None"), word: "RESV_DEL_HOLD" }).message, /reservation is gone/);
  t.match(explainSlurm({ job: "1", phase: "running", word: "SUSPENDED" }).message, /suspended/);
  t.end();
});

t.test("ends, as explained for a failed run", (t) => {
  const ended = (view: Partial<JobView>) => explainSlurm({ job: "1", phase: "ended", verdict: "failed", ...view });
  t.match(ended({ exit_code: 3 }).message, /exit code 3/);
  t.match(ended({ exit_code: 127 }).message, /command was not found/);
  t.match(ended({ signal: 53 }).message, /directory or its output file/);
  t.match(ended({ signal: 9 }).hint, /memory limit/);
  t.match(ended({ signal: 11 }).message, /signal 11/);
  t.match(ended({ reason: "BadConstraints" }).message, /no node can ever/, "failed before it began");
  t.match(ended({ reason: "NonZeroExitCode", exit_code: 4 }).message, /exit code 4/);
  t.match(ended({ verdict: "oom" }).hint, /mem/);
  t.match(ended({ verdict: "cancelled", cancelled_by_uid: 1002 }).message, /uid 1002/);
  t.match(ended({ verdict: "timeout" }).hint, /time/);
  t.end();
});
