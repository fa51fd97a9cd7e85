import { Heading } from "../parts/heading.js";

export default function RunPage() {
  return <Heading title="Run" />;
}
