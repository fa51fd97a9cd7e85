// A few words of which one holds.

export interface OneOf {
  id: string;
  title: string;
}

export function Choices({
  label,
  choices,
  chosen,
  choose,
}: {
  label: string;
  choices: readonly OneOf[];
  chosen: string;
  choose(id: string): void;
}) {
  return (
    <fieldset class="choices">
      <legend class="hidden">{label}</legend>
      {choices.map(({ id, title }) => (
        <button key={id} type="button" aria-pressed={id === chosen} onClick={() => choose(id)}>
          {title}
        </button>
      ))}
    </fieldset>
  );
}
