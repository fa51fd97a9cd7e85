// A real sshd on loopback with a key, an ssh that knows it as `there`, and a wire between them that a test may cut.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { until } from "./sandbox.js";

export interface Sshd {
  /** To be first on PATH. */
  bin: string;
  /** Bytes that came from the other side since it was last set, after how many it is cut, after how many of one connection that holds still. */
  wire: { bytes: number; cutAfter: number; stallAfter: number; connections: number };
  /** More lines for ~/.ssh/config under `Host there`. */
  configure(...lines: string[]): void;
  stop(): Promise<void>;
}

/** Starts one; as root its users are those of the machine, else the caller alone. */
export async function sshd(): Promise<Sshd> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lab-sshd-"));
  for (const key of ["host", "user"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path.join(dir, key)]);
  if (process.getuid?.() === 0) fs.mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const port = await freePort();
  const rules = {
    ListenAddress: "127.0.0.1",
    Port: port,
    HostKey: path.join(dir, "host"),
    AuthorizedKeysFile: path.join(dir, "user.pub"),
    PidFile: "none",
    StrictModes: "no",
    PermitRootLogin: "yes",
    PasswordAuthentication: "no",
    UsePAM: "no",
  };
  const text = Object.entries(rules).map(([key, value]) => `${key} ${value}\n`);
  fs.writeFileSync(path.join(dir, "sshd_config"), text.join(""));
  const words = ["-D", "-e", "-f", path.join(dir, "sshd_config")];
  const program = execFileSync("sh", ["-c", "command -v sshd"], { encoding: "utf8" }).trim();
  const daemon = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  daemon.stderr.setEncoding("utf8").on("data", (more: string) => {
    said += more;
  });
  await until("sshd listens", () => /Server listening/.test(said) || failed(daemon, said));
  const wire = { bytes: 0, cutAfter: Number.POSITIVE_INFINITY, stallAfter: Number.POSITIVE_INFINITY, connections: 0 };
  const proxy = await wireTo(port, wire);
  const bin = path.join(dir, "bin");
  const config = path.join(dir, "ssh_config");
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`, { mode: 0o755 });
  const configure = (...lines: string[]) => {
    const usual = [
      `HostName 127.0.0.1`,
      `Port ${(proxy.address() as net.AddressInfo).port}`,
      `IdentityFile ${path.join(dir, "user")}`,
      "IdentitiesOnly yes",
      `UserKnownHostsFile ${path.join(dir, "known_hosts")}`,
      "StrictHostKeyChecking accept-new",
      "BatchMode yes",
    ];
    fs.writeFileSync(config, `Host there\n${[...usual, ...lines].map((line) => `  ${line}\n`).join("")}`);
  };
  configure();
  const stop = async () => {
    proxy.close();
    daemon.kill();
    await new Promise((resolve) => (daemon.exitCode === null ? daemon.once("exit", resolve) : resolve(undefined)));
    fs.rmSync(dir, { recursive: true, force: true });
  };
  return { bin, wire, configure, stop };
}

function failed(daemon: ChildProcess, said: string): never | false {
  if (daemon.exitCode !== null) throw new Error(`sshd: ${said}`);
  return false;
}

async function freePort(): Promise<number> {
  const server = await listening(net.createServer());
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(server: net.Server): Promise<net.Server> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Hands on what is said, and what is answered as far as the wire goes. */
function wireTo(port: number, wire: Sshd["wire"]): Promise<net.Server> {
  return listening(
    net.createServer((near) => {
      wire.connections += 1;
      let own = 0;
      const far = net.connect(port, "127.0.0.1");
      const close = () => {
        near.destroy();
        far.destroy();
      };
      for (const socket of [near, far]) socket.on("error", close).on("close", close);
      near.pipe(far);
      far.on("data", (chunk) => {
        wire.bytes += chunk.length;
        own += chunk.length;
        if (wire.bytes > wire.cutAfter) close();
        else if (own > wire.stallAfter) far.pause();
        else if (!near.write(chunk)) {
          far.pause();
          near.once("drain", () => far.resume());
        }
      });
    }),
  );
}
