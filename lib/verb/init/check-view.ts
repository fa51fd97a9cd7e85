// A thing that lab-init made or found, for eyes: what it is, what became of it, and below it where it is.
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import { hanging } from "../../command/wrap.js";

export function checkView(record: Record<string, unknown>, { colour, width }: TableStyle): string {
  const { name, message = "", path } = record as { name: string; message?: string; path?: string };
  const mark = `${plain(name).padEnd("artifacts".length)}  `;
  const below =
    path === undefined ? [] : [" ".repeat(mark.length) + (colour ? paint(plain(path), "header") : plain(path))];
  return [...hanging(mark, plain(message).split(" "), width), ...below].map((line) => `${line}\n`).join("");
}
