// Loaded into a command by NODE_OPTIONS: kills it right before its n-th write to a disk, and says how many there were.
// LAB_TEST_KILL is {"command","at","roots","counted"}; only what is below one of the roots is a write that counts.
const fs = require("node:fs");
const path = require("node:path");

const { command, at, roots, counted } = JSON.parse(process.env.LAB_TEST_KILL ?? "{}");

if (command !== undefined && path.basename(process.argv[1] ?? "") === command) {
  // What it starts lives.
  delete process.env.NODE_OPTIONS;
  delete process.env.LAB_TEST_KILL;
  watch();
}

function watch() {
  const appendFileSync = fs.appendFileSync;
  const ours = new Set();
  let writes = 0;
  const isBelow = (file) => roots.some((root) => path.resolve(String(file)).startsWith(root));
  const next = () => {
    writes += 1;
    if (writes === at) process.kill(process.pid, "SIGKILL");
  };
  const byPath = ["link", "unlink", "rename", "mkdir", "rmdir", "rm", "chmod", "symlink", "chown", "utimes", "truncate"];
  for (const name of byPath) wrap(name, (args) => isBelow(args[0]) || (typeof args[1] === "string" && isBelow(args[1])));
  for (const name of ["writeFile", "appendFile"])
    wrap(name, ([file]) => (typeof file === "number" ? ours.has(file) : isBelow(file)));
  for (const name of ["write", "writev", "fchmod", "ftruncate", "futimes"]) wrap(name, ([fd]) => ours.has(fd));
  const makes = (flags) => (typeof flags === "number" ? (flags & fs.constants.O_CREAT) !== 0 : /^[wa]/.test(flags));
  const openSync = fs.openSync;
  fs.openSync = (file, flags = "r", ...rest) => {
    if (makes(flags) && isBelow(file)) next();
    const fd = openSync(file, flags, ...rest);
    if (isBelow(file)) ours.add(fd);
    return fd;
  };
  const open = fs.open;
  fs.open = (file, ...rest) => {
    const done = rest.pop();
    if (makes(rest[0] ?? "r") && isBelow(file)) next();
    open(file, ...rest, (error, fd) => {
      if (!error && isBelow(file)) ours.add(fd);
      done(error, fd);
    });
  };
  process.on("exit", () => {
    if (counted !== undefined) appendFileSync(counted, `${writes}\n`);
  });

  function wrap(name, counts) {
    for (const one of [name, `${name}Sync`]) {
      const real = fs[one];
      fs[one] = (...args) => {
        if (counts(args)) next();
        return real.apply(fs, args);
      };
    }
  }
}
