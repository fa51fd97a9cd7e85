import { Heading } from "../parts/heading.js";

export default function PipelinesPage() {
  return <Heading title="Pipelines" />;
}
