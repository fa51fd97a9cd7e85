import { Heading } from "../parts/heading.js";

export default function QueuePage() {
  return <Heading title="Queue" />;
}
