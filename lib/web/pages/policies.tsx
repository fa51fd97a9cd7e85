import { Heading } from "../parts/heading.js";

export default function PoliciesPage() {
  return <Heading title="Policies" />;
}
