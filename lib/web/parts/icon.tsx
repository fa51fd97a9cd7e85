// Drawings of sixteen units, in the colour of the words beside them.
const lines: Record<string, string> = {
  brand: "M6 2h4M7 2v4L3 13a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1L9 6V2M5 10h6",
  overview: "M2 9h4l2-6 2 10 1.5-4H14",
  runs: "M2 4h12M2 8h12M2 12h8",
  sweeps: "M3 13V9M6.5 13V5M10 13V8M13.5 13V3",
  pipelines: "M2 3h4v3H2zM10 3h4v3h-4zM6 10h4v3H6zM4 6v2h8V6M8 8v2",
  artifacts: "M8 2l5.5 3v6L8 14l-5.5-3V5zM2.5 5L8 8l5.5-3M8 8v6",
  policies: "M3 13l4-4 3 2 4-7M10.5 4H14v3.5",
  queue: "M2 3.5h9M2 8h12M2 12.5h6",
  notebook: "M4 2h9v12H4zM4 5H2.5M4 8H2.5M4 11H2.5M7 5.5h3.5M7 8.5h3.5",
  doctor: "M8 3v10M3 8h10",
  find: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.5 10.5L14 14",
  more: "M3 4.5h10M3 8h10M3 11.5h10",
  keys: "M1.5 4h13v8h-13zM4 6.5h.5M7.5 6.5H8M11 6.5h.5M5 9.5h6",
  auto: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 2v12M10 4v8M12 5.5v5",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  dark: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5l3.5 3.5L13 4.5",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  up: "M4 10l4-4 4 4",
  columns: "M2 3h12v10H2zM6 3v10M10 3v10",
  export: "M8 2v8M5 7l3 3 3-3M2.5 13.5h11",
  compare: "M5 3v10M11 3v10M2.5 5.5L5 3l2.5 2.5M8.5 10.5L11 13l2.5-2.5",
  alert: "M8 2l6.5 11.5h-13zM8 6.5v3.5M8 11.8v.2",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={lines[name] ?? ""} />
    </svg>
  );
}
