import { Heading } from "../parts/heading.js";

export default function NotebookPage() {
  return <Heading title="Notebook" />;
}
