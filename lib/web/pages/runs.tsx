import { Heading } from "../parts/heading.js";

export default function RunsPage() {
  return <Heading title="Runs" />;
}
