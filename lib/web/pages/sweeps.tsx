import { Heading } from "../parts/heading.js";

export default function SweepsPage() {
  return <Heading title="Sweeps" />;
}
