// Colours of curves that are told apart, also by who sees fewer colours, and beyond ten by their dashes.

/** In this order each differs most from those before it, in hue or in lightness; by theme. */
const colours = {
  light: ["#2f55d4", "#d9480f", "#0b7a75", "#b5179e", "#8a6d00", "#0f8fd6", "#7a1f2b", "#4c9a2a", "#6c47a8", "#59616d"],
  dark: ["#93a9ff", "#ff9a62", "#4fd1c5", "#f08be0", "#e3c548", "#62c6ff", "#ff8f9b", "#98d977", "#c4a5ff", "#b4bbc6"],
} as const;

/** Pixels drawn and left out; the first ten are whole lines. */
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 5]];

export interface Pen {
  colour: string;
  dash: readonly number[];
}

export function penOf(index: number, dark: boolean): Pen {
  const row = colours[dark ? "dark" : "light"];
  return {
    colour: row[index % row.length] ?? row[0],
    dash: dashes[Math.floor(index / row.length) % dashes.length] ?? [],
  };
}

/** The same colour, with so much of what is behind it. */
export function faint(colour: string, share: number): string {
  return `${colour}${Math.round(share * 255)
    .toString(16)
    .padStart(2, "0")}`;
}

export function isDark(): boolean {
  const set = document.documentElement.dataset["theme"];
  return set === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : set === "dark";
}
