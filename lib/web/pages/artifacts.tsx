import { Heading } from "../parts/heading.js";

export default function ArtifactsPage() {
  return <Heading title="Artifacts" />;
}
