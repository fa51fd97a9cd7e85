// Colours of curves that are told apart, also by who sees fewer colours, and beyond ten by their dashes.

/** In this order each differs most from those before it, in hue or in lightness; by theme. */
const colours = {
  light: ["#2f55d4", "#d9480f", "#0b7a75", "#b5179e", "#8a6d00", "#0f8fd6", "#7a1f2b", "#4c9a2a", "#6c47a8", "#59616d"],
  dark: ["#93a9ff", "#ff9a62", "#4fd1c5", "#f08be0", "#e3c548", "#62c6ff", "#ff8f9b", "#98d977", "#c4a5ff", "#b4bbc6"],
} as const;

/** From the least to the greatest of a number: of ever other lightness, so that the order is seen without hues, too. */
const ramps = {
  light: ["#e3a008", "#d3602f", "#b0305c", "#7a2182", "#3b1a7a"],
  dark: ["#6a6fe0", "#a86be0", "#e070b8", "#ff9a7a", "#ffe08a"],
} as const;

/** Pixels drawn and left out; the first ten are whole lines. */
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 5]];

/** A colour of its own by its index, or a shade between the least (0) and the greatest (1). */
export type Pen = number | { shade: number; dash?: number };

export interface Stroke {
  colour: string;
  dash: readonly number[];
}

export function strokeOf(pen: Pen, dark: boolean): Stroke {
  if (typeof pen !== "number")
    return {
      colour: between(ramps[dark ? "dark" : "light"], pen.shade),
      dash: dashes[(pen.dash ?? 0) % dashes.length] ?? [],
    };
  const row = colours[dark ? "dark" : "light"];
  return {
    colour: row[pen % row.length] ?? row[0],
    dash: dashes[Math.floor(pen / row.length) % dashes.length] ?? [],
  };
}

function between(ramp: readonly string[], share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
  const [a = "#000000", b = a] = [ramp[Math.floor(place)], ramp[Math.ceil(place)]];
  const part = place - Math.floor(place);
  const mix = (at: number) => {
    const [from, to] = [a, b].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number];
    return Math.round(from + (to - from) * part)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${mix(1)}${mix(3)}${mix(5)}`;
}

/** The same colour, with so much of what is behind it. */
export function faint(colour: string, share: number): string {
  return `${colour}${Math.round(share * 255)
    .toString(16)
    .padStart(2, "0")}`;
}
