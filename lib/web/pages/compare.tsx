import { Heading } from "../parts/heading.js";

export default function ComparePage() {
  return <Heading title="Compare" />;
}
