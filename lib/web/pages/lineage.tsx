import { Heading } from "../parts/heading.js";

export default function LineagePage() {
  return <Heading title="Lineage" />;
}
