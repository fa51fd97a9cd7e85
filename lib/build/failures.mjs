/** Lines of a file's failures, at most. */
const longest = 150;
/** Lines that are shown of a file that ended without a word of what failed. */
const last = 30;

/**
 * What of a test file's output (TAP) tells of its failures: each assertion that failed, with its diff, the names of the tests
 * that it is in, and whatever is no TAP. Where none of that is there, the last lines.
 */
export function failuresIn(output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const kept = telling(lines);
  if (kept.length === 0) return lines.slice(-last).join("\n");
  if (kept.length <= longest) return kept.join("\n");
  return [...kept.slice(0, longest), `(and ${kept.length - longest} lines more: see above)`].join("\n");
}

function telling(lines) {
  const kept = [];
  const begun = new Map();
  let wanted = false;
  for (let i = 0; i < lines.length; i += 1) {
    const indent = lines[i].search(/\S/);
    const text = lines[i].trim();
    if (text === "---") {
      const found = lines.indexOf(`${" ".repeat(indent)}...`, i);
      const end = found < 0 ? lines.length : found;
      if (wanted) kept.push(...details(lines.slice(i + 1, end), indent));
      i = end;
    } else if (text.startsWith("# Subtest: ")) begun.set(indent, text.slice("# Subtest: ".length));
    else if (/^(?:not )?ok \d/.test(text)) {
      // What a test says of itself repeats what failed in it.
      wanted = text.startsWith("not") && begun.get(indent) !== nameIn(text);
      if (text.startsWith("not")) kept.push(lines[i]);
    } else if (!/^(?:#|\d+\.\.\d|TAP version)/.test(text)) kept.push(lines[i]);
  }
  return kept;
}

function nameIn(text) {
  return text.replace(/^not ok \d+ (?:- )?/, "").replace(/ # time=\S+$/, "");
}

/** Without `at`, which says less than the stack. */
function details(block, indent) {
  let key;
  return block.filter((line) => {
    if (line.search(/\S/) === indent) key = line.trim().split(":")[0];
    return key !== "at";
  });
}
