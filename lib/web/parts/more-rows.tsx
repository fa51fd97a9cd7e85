// There are more than are shown.
import { Button } from "./button.js";

export function MoreRows({ more }: { more: (() => void) | undefined }) {
  if (!more) return null;
  return (
    <p>
      <Button onClick={more}>Show more</Button>
    </p>
  );
}
