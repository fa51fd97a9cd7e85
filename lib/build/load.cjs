// Beside the built commands: reads one of them, and what it requires of the files beside it, with what V8 made of it when it
// was built (FILE.v8), which takes a fifth off a start. Another Node, or one with other flags, refuses that and compiles.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const loaded = new Map();

/** What a file of a build exports, given its absolute path. */
module.exports = function load(file) {
  const known = loaded.get(file);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(file, module);
  const source = wrapped(fs.readFileSync(file, "utf8"));
  const directory = path.dirname(file);
  const near = (name) => (name.startsWith("../") ? load(path.join(directory, name)) : require(name));
  const run = new vm.Script(source, { filename: file, cachedData: compiled(file) }).runInThisContext();
  run.call(module.exports, module.exports, near, module, file, directory);
  return module.exports;
};

/** As Node itself wraps a file: in one line, so that those of a stack stay. */
module.exports.wrapped = wrapped;

function wrapped(text) {
  return `(function(exports,require,module,__filename,__dirname){${text.replace(/^#!.*/, "")}\n})`;
}

function compiled(file) {
  try {
    return fs.readFileSync(`${file}.v8`);
  } catch {
    return undefined;
  }
}
