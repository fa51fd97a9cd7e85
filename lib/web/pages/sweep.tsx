import { Heading } from "../parts/heading.js";

export default function SweepPage() {
  return <Heading title="Sweep" />;
}
