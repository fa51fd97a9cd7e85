// What is made from the code itself: the shipped JSON Schemas, the completions, the table of all options.
import { toJsonSchema } from "@valibot/to-json-schema";
import { commands } from "../command/commands.js";
import { optionsOf, type Spec } from "../command/spec.js";
import { topics } from "../command/topics.js";
import { wrappers } from "../command/wrappers.js";

export { helpText } from "../command/help.js";

import { records } from "../record/records.js";
import { api } from "../serve/api/all.js";
import { openapiOf } from "../serve/api/openapi.js";

/** File names inside dist/ and their texts. */
export function derive(specs: readonly Spec[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, schema] of Object.entries(records)) {
    const json = toJsonSchema(schema, { errorMode: "ignore" });
    files[`schema/${name}.schema.json`] = `${JSON.stringify({ title: name, ...json }, undefined, 2)}\n`;
  }
  const version = LAB_VERSION;
  const document = openapiOf(api, version, (schema) =>
    toJsonSchema(schema, { errorMode: "ignore", typeMode: "input", target: "draft-2020-12" }),
  );
  files["openapi.json"] = `${JSON.stringify(document)}\n`;
  files["commands.json"] = `${JSON.stringify(specs.map(described), undefined, 2)}\n`;
  const all = [...specs, ...wrapped(specs)];
  files["completions/lab.bash"] = bash(all);
  files["completions/lab.zsh"] = zsh(all);
  files["completions/lab.fish"] = fish(all);
  return files;
}

/** The wrappers, as far as completions go: they pass on what they do not know. */
function wrapped(specs: readonly Spec[]): Spec[] {
  return wrappers.flatMap(({ name, of, options }) => {
    const inner = specs.find((spec) => spec.name === of);
    return inner === undefined ? [] : [{ ...inner, name, options: { ...options, ...inner.options } }];
  });
}

function described(spec: Spec): object {
  const { name, usage, input, acts = false, reads = [], writes = [] } = spec;
  const options = Object.entries(optionsOf(spec)).map(([option, { type, short, value, help, choices }]) => ({
    option,
    type,
    short,
    value,
    help,
    choices,
  }));
  return {
    name,
    purpose: commands.find((entry) => entry.name === name)?.purpose,
    usage,
    input,
    acts,
    reads,
    writes,
    options,
  };
}

const takesRuns = (spec: Spec) => spec.input === "runs" || spec.name === "lab-events";

function words(spec: Spec): string[] {
  return Object.entries(optionsOf(spec)).flatMap(([name, { short }]) => [`--${name}`, ...(short ? [`-${short}`] : [])]);
}

const pagesOf = (spec: Spec) => spec.name === "lab-help";

/** What `lab help` shows a page of. */
const pages = () => [...verbs(), ...topics.map(({ name }) => name)];

const verbs = () => commands.filter(({ name }) => name !== "lab").map(({ name }) => name.slice(4));

function bash(specs: readonly Spec[]): string {
  const cases = specs.map(
    (spec) =>
      `    ${spec.name.slice(4)}) words="${words(spec).join(" ")}"; runs=${takesRuns(spec) ? 1 : ""}${pagesOf(spec) ? `; pages="${pages().join(" ")}"` : ""} ;;`,
  );
  return `# bash completion for lab and lab-*: source this file, or put it into your bash-completion directory
_lab() {
  local cur=\${COMP_WORDS[COMP_CWORD]} verb words runs= pages=
  case \${COMP_WORDS[0]##*/} in
    lab) if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "${verbs().join(" ")}" -- "$cur"); return
      fi
      verb=\${COMP_WORDS[1]} ;;
    *) verb=\${COMP_WORDS[0]##*/lab-}; verb=\${verb#lab-} ;;
  esac
  case $verb in
${cases.join("\n")}
    *) words= ;;
  esac
  case $cur in
    -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
    *) if [ -n "$runs" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(lab-ls -q --limit 50 2>/dev/null | sed 's/.*-//') @last" -- "$cur")
      elif [ -n "$pages" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$pages" -- "$cur")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      fi ;;
  esac
}
complete -o filenames -F _lab lab ${commands
    .filter(({ name }) => name !== "lab")
    .map(({ name }) => name)
    .join(" ")}
`;
}

function zsh(specs: readonly Spec[]): string {
  const quote = (text: string) =>
    text.replaceAll("'", "'\\''").replaceAll(":", "\\:").replaceAll("[", "\\[").replaceAll("]", "\\]");
  const functions = specs.map((spec) => {
    const options = Object.entries(optionsOf(spec)).map(([name, { short, type, help, value }]) => {
      const tail = type === "boolean" ? "" : `:${quote(value ?? "value")}:${value === "FILE" ? "_files" : ""}`;
      return short
        ? `'(-${short} --${name})'{-${short},--${name}}'[${quote(help)}]${tail}'`
        : `'--${name}[${quote(help)}]${tail}'`;
    });
    const args = pagesOf(spec) ? `page:(${pages().join(" ")})` : takesRuns(spec) ? "run:_lab_runs" : "file:_files";
    return `  ${spec.name.slice(4)}) _arguments ${options.join(" ")} '*:${args}' ;;`;
  });
  const list = commands
    .filter(({ name }) => name !== "lab")
    .map(({ name, purpose }) => `'${name.slice(4)}:${quote(purpose)}'`);
  return `#compdef lab ${commands
    .filter(({ name }) => name !== "lab")
    .map(({ name }) => name)
    .join(" ")}
# zsh completion for lab and lab-*: put this file as _lab into a directory of $fpath
_lab_runs() { local -a runs; runs=(\${(f)"$(lab-ls -q --limit 50 2>/dev/null | sed 's/.*-//')"} @last); compadd -a runs }
_lab_options() {
  case $1 in
${functions.join("\n")}
  *) _files ;;
  esac
}
_lab() {
  if [[ $service != lab ]]; then _lab_options \${service#lab-}; return; fi
  if (( CURRENT == 2 )); then local -a verbs; verbs=(${list.join(" ")}); _describe command verbs; return; fi
  local verb=$words[2]; shift words; (( CURRENT-- )); _lab_options $verb
}
if [ "$funcstack[1]" = _lab ]; then _lab "$@"; else compdef _lab lab; fi
`;
}

function fish(specs: readonly Spec[]): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = ["# fish completion for lab and lab-*: put this file into ~/.config/fish/completions"];
  for (const { name, purpose } of commands) {
    if (name !== "lab")
      lines.push(`complete -c lab -n __fish_use_subcommand -f -a ${name.slice(4)} -d ${quote(purpose)}`);
  }
  for (const spec of specs) {
    const verb = spec.name.slice(4);
    for (const [name, { short, type, help }] of Object.entries(optionsOf(spec))) {
      const option = `-l ${name}${short ? ` -s ${short}` : ""}${type === "boolean" ? "" : " -r"} -d ${quote(help)}`;
      lines.push(
        `complete -c lab -n '__fish_seen_subcommand_from ${verb}' ${option}`,
        `complete -c ${spec.name} ${option}`,
      );
    }
    const args = takesRuns(spec)
      ? `"(lab-ls -q --limit 50 2>/dev/null | string sub -s -6) @last"`
      : pagesOf(spec) && `"${pages().join(" ")}"`;
    if (args)
      lines.push(
        `complete -c lab -n '__fish_seen_subcommand_from ${verb}' -f -a ${args}`,
        `complete -c ${spec.name} -f -a ${args}`,
      );
  }
  return `${lines.join("\n")}\n`;
}
