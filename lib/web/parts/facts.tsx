// A section of a page, and names with their values in it.
import type { ComponentChildren } from "preact";
import { bytes, elapsed, figure } from "./format.js";

export function Section({
  title,
  beside,
  children,
}: {
  title: string;
  beside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="section">
      <div class="section-head">
        <h2>{title}</h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

/** What has no value is left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="rows-of-facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== "" && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** A table of values as a list, nested names with dots. */
export function Values({ table }: { table: Record<string, unknown> }) {
  return (
    <Facts
      facts={flat("", table).map(
        ([name, value, whole]) =>
          [
            name,
            <code key={name} title={whole}>
              {value}
            </code>,
          ] as const,
      )}
    />
  );
}

type Flat = [name: string, value: string, whole: string | undefined];

function flat(prefix: string, table: object): Flat[] {
  return Object.entries(table).flatMap(([name, value]): Flat[] => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return flat(`${prefix}${name}.`, value);
    return [[prefix + name.replace(/_(bytes|s)$/, ""), worded(name, value), wholeOf(value)]];
  });
}

function worded(name: string, value: unknown): string {
  if (typeof value === "number" && name.endsWith("_bytes")) return bytes(value);
  if (typeof value === "number" && name.endsWith("_s")) return elapsed(value);
  if (wholeOf(value) !== undefined) return figure(value as number);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** All digits of a number that has more of them than one reads. */
function wholeOf(value: unknown): string | undefined {
  if (typeof value !== "number" || Number.isInteger(value)) return undefined;
  const whole = String(value);
  return whole.replace(/e.*/, "").replace(/^-?0?\.?0*/, "").length > 9 ? whole : undefined;
}
