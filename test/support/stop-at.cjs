// Loaded into a command by NODE_OPTIONS: stops it right before its n-th link(2) with SIGSTOP, once, when it has written its
// process id to a file. LAB_TEST_STOP is {"command","at","file"}.
const fs = require("node:fs");
const path = require("node:path");

const { command, at, file } = JSON.parse(process.env.LAB_TEST_STOP ?? "{}");
const isMeant = command !== undefined && path.basename(process.argv[1] ?? "") === command;
let links = 0;
for (const name of isMeant ? ["link", "linkSync"] : []) {
  const real = fs[name];
  fs[name] = (...args) => {
    links += 1;
    if (links === at) {
      fs.writeFileSync(file, String(process.pid));
      process.kill(process.pid, "SIGSTOP");
    }
    return real.apply(fs, args);
  };
}
