import { Heading } from "../parts/heading.js";

export default function PipelinePage() {
  return <Heading title="Pipeline" />;
}
