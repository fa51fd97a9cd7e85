import { Heading } from "../parts/heading.js";

export default function EvaluationPage() {
  return <Heading title="Evaluation" />;
}
