import { Heading } from "../parts/heading.js";

export default function OverviewPage() {
  return <Heading title="Overview" />;
}
