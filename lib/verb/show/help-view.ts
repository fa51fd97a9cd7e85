// The list of commands for eyes: in groups, each with its purpose, and before them how to go on.
import { groups } from "../../command/commands.js";
import { paint, type TableStyle } from "../../command/table.js";
import { wrapped } from "../../command/wrap.js";

const intro = `usage: lab COMMAND [ARGUMENT…]

lab COMMAND --help is short, lab help COMMAND the whole story.
`;

/** A view of the records that lab-help writes; it knows which group it is in. */
export function helpView(): (record: Record<string, unknown>, style: TableStyle) => string {
  let last: string | undefined;
  return (record, { colour, width = 80 }) => {
    // What it is for is said by its being typed.
    if (record["name"] === "lab") return "";
    const { name, group, purpose } = record as { name: string; group: keyof typeof groups | "manual"; purpose: string };
    const title = group === "manual" ? "Formats and concepts: lab help recipe" : groups[group];
    const heading = group === last ? "" : `\n${colour ? paint(title, "handle") : title}\n`;
    const begin = last === undefined ? intro : "";
    last = group;
    const room = Math.max(20, width - margin);
    const lines = wrapped(purpose.split(" "), room).map((line, i) => (i === 0 ? line : " ".repeat(margin) + line));
    return `${begin}${heading}  ${name.replace(/^lab-/, "").padEnd(margin - 4)}  ${lines.join("\n")}\n`;
  };
}

/** The longest name, register-external, and the spaces around it. */
const margin = 2 + 17 + 2;
