import { Heading } from "../parts/heading.js";

export default function ArtifactPage() {
  return <Heading title="Artifact" />;
}
