import { Heading } from "../parts/heading.js";

export default function DoctorPage() {
  return <Heading title="Doctor" />;
}
