// The head of a small table: what its columns are; `>name` is one of numbers, which stand at its end.
export function Heads({ titles }: { titles: readonly string[] }) {
  return (
    <thead>
      <tr>
        {titles.map((title) => (
          <th key={title} scope="col" class={title.startsWith(">") ? "end" : undefined}>
            {title.replace(/^>/, "")}
          </th>
        ))}
      </tr>
    </thead>
  );
}
