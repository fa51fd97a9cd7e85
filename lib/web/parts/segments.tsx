// A few choices beside each other, of which one is made.
export function Segments<V extends string>({
  label,
  choices,
  chosen,
  onChoose,
}: {
  label: string;
  choices: readonly (readonly [value: V, title: string])[];
  chosen: string;
  onChoose(value: V): void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div class="segments" role="group" aria-label={label}>
      {choices.map(([value, title]) => (
        <button key={value} type="button" aria-pressed={value === chosen} onClick={() => onChoose(value)}>
          {title}
        </button>
      ))}
    </div>
  );
}
