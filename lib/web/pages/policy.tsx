import { Heading } from "../parts/heading.js";

export default function PolicyPage() {
  return <Heading title="Policy" />;
}
