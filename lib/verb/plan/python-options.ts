// Which options a Python script declares, as far as its text tells: the calls of add_argument (argparse) and option (click).
// Nothing is executed.

export interface DeclaredOption {
  /** Without dashes. */
  names: string[];
  /** Whether a value belongs to it; absent where its text does not tell. */
  takes?: "value" | "nothing";
}

/** What can be read; or why not, as the rest of a sentence. Absent where the script has no options to be read. */
export type Declared = { options: DeclaredOption[]; abbreviates: boolean } | { unreadable: string } | undefined;

/** Libraries whose options are no calls with their names in them. */
const others =
  /^[ \t]*(?:import|from)[ \t]+(hydra|fire|typer|absl|tyro|draccus|jsonargparse|simple_parsing|tap|gin)\b|\b(HfArgumentParser|LightningCLI)\b/m;

export function declaredOptions(text: string): Declared {
  const { code, literals } = withoutStrings(text);
  const other = others.exec(code);
  if (other) return { unreadable: `it uses ${other[1] ?? other[2]}` };
  const click = /^[ \t]*(?:import|from)[ \t]+click\b/m.test(code);
  if (!click && !/\bargparse\b/.test(code)) return undefined;
  if (/\bparse_known_(?:intermixed_)?args\b/.test(code))
    return { unreadable: "it takes options that it does not declare (parse_known_args)" };
  if (/\bparents\s*=\s*(?!True\b|False\b)/.test(code))
    return { unreadable: "some of its options are of another parser (parents=)" };
  const stranger = declaredElsewhere(code);
  if (stranger !== undefined) return { unreadable: `${stranger} may add options to its parser` };
  const options: DeclaredOption[] = [];
  const call = click ? /(?:\.|@)(?:add_argument|option)\s*\(/g : /\.add_argument\s*\(/g;
  for (const { index, 0: words } of code.matchAll(call)) {
    const found = optionOf(code.slice(index + words.length), literals);
    if (found === undefined) return { unreadable: "not all names of its options stand in its text" };
    if (found.names.length > 0) options.push(found);
  }
  return options.length === 0
    ? undefined
    : { options, abbreviates: !click && !/\ballow_abbrev\s*=\s*False/.test(code) };
}

/** A function that is not of this file and that is given a parser. */
function declaredElsewhere(code: string): string | undefined {
  const parsers = Array.from(
    code.matchAll(
      /\b(\w+)\s*=\s*[\w.]*(?:ArgumentParser|add_argument_group|add_mutually_exclusive_group|add_parser)\s*\(/g,
    ),
    ([, name]) => name,
  );
  for (const name of new Set(parsers)) {
    for (const [, called = ""] of code.matchAll(
      new RegExp(String.raw`\b([A-Za-z_][\w.]*)\(\s*(?:[\w.]+\s*,\s*)*${name}\s*[,)]`, "g"),
    ))
      if (!new RegExp(String.raw`\bdef\s+${called.split(".").at(-1)}\b`).test(code)) return called;
  }
  return undefined;
}

const literal = /^\s*((?:"\d+"\s*)+)/;

/** The option of a call's text, from its opening parenthesis on; undefined where its names do not stand there. */
function optionOf(rest: string, literals: readonly (string | undefined)[]): DeclaredOption | undefined {
  const words: string[] = [];
  let left = rest;
  for (let match = literal.exec(left); match; match = literal.exec(left)) {
    const parts = Array.from((match[1] ?? "").matchAll(/\d+/g), ([n]) => literals[Number(n)]);
    const after = left.slice(match[0].length);
    if (parts.includes(undefined) || !/^[,)]/.test(after)) return undefined;
    words.push(parts.join(""));
    left = after.slice(1);
    if (after.startsWith(")")) break;
  }
  if (words.length === 0) return undefined;
  const names = words.filter((word) => word.startsWith("-")).flatMap((word) => word.split("/"));
  const more = untilClosed(left);
  const takes = names.length > words.length ? "nothing" : taken(more, literals);
  const plain = names.map((name) => name.replace(/^-+/, ""));
  const both = /\bBooleanOptionalAction\b/.test(more) ? plain.map((name) => `no-${name}`) : [];
  return { names: [...plain, ...both], ...(takes === undefined ? {} : { takes }) };
}

function taken(call: string, literals: readonly (string | undefined)[]): DeclaredOption["takes"] {
  if (/\b(nargs|is_flag|flag_value|count)\s*=|\*\*/.test(call)) return undefined;
  const action = /\baction\s*=\s*(?:"(\d+)"|([\w.]+))/.exec(call);
  if (!action) return "value";
  const word = action[1] === undefined ? action[2] : literals[Number(action[1])];
  if (/^(store_true|store_false|store_const|append_const|count)$|BooleanOptionalAction$/.test(word ?? ""))
    return "nothing";
  return word === "store" || word === "append" ? "value" : undefined;
}

/** The text up to the parenthesis that closes the call. */
function untilClosed(text: string): string {
  let depth = 1;
  for (let i = 0; i < text.length; i += 1) {
    if ("([{".includes(text[i] ?? "")) depth += 1;
    else if (")]}".includes(text[i] ?? "") && --depth === 0) return text.slice(0, i);
  }
  return text;
}

const string = /#[^\n]*|(?<![A-Za-z0-9_])([rRbBuUfF]{0,2})("""|'''|"|')/g;

/** The text without comments, each string a number in quotes; what an f-string holds nobody knows. */
function withoutStrings(text: string): { code: string; literals: (string | undefined)[] } {
  const literals: (string | undefined)[] = [];
  let code = "";
  let at = 0;
  string.lastIndex = 0;
  for (let match = string.exec(text); match; match = string.exec(text)) {
    const [whole, prefix = "", quote] = match;
    code += text.slice(at, match.index);
    at = match.index + whole.length;
    if (quote !== undefined) {
      const end = endOf(text, at, quote);
      literals.push(/f/i.test(prefix) ? undefined : text.slice(at, end));
      code += `"${literals.length - 1}"`;
      at = Math.min(text.length, end + quote.length);
    }
    string.lastIndex = at;
  }
  return { code: (code + text.slice(at)).replaceAll("\\\n", " "), literals };
}

function endOf(text: string, from: number, quote: string): number {
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === "\\") i += 1;
    else if (text.startsWith(quote, i) || (quote.length === 1 && text[i] === "\n")) return i;
  }
  return text.length;
}
