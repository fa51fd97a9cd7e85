// What a machine must have to run the guest; test/nfs/install puts it there.
import fs from "node:fs";

const programs = ["/usr/bin/linux.uml", "/usr/sbin/rpc.nfsd", "/sbin/mount.nfs4", "/sbin/modprobe", "/sbin/ip"];

/** What is missing, and how one comes by it; undefined where all is there. */
export function missingForNfs(): string | undefined {
  const missing = programs.filter((program) => !fs.existsSync(program));
  return missing.length === 0 ? undefined : `${missing.join(", ")} missing (as root on Debian: test/nfs/install)`;
}
