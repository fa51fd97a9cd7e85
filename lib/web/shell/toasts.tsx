// Short words about what just happened; they go by themselves.
import { store, useStore } from "./store.js";

interface Said {
  id: number;
  text: string;
}

const shown = store<readonly Said[]>([]);
const stays_ms = 4000;
let count = 0;

/** Says it for some seconds, also to those who hear the page. */
export function toast(text: string): void {
  const id = ++count;
  shown.set([...shown.get().slice(-2), { id, text }]);
  setTimeout(() => shown.set(shown.get().filter((one) => one.id !== id)), stays_ms);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {useStore(shown).map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
