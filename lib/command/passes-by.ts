// Records that go before runs and are none of them.

/** Whether it is a sweep or a pipeline, where its runs are what the command gives. */
export function passesBy(record: object, writes: readonly string[] = []): boolean {
  const { type } = record as { type?: unknown };
  return (type === "sweep" || type === "pipeline") && (writes.includes("run") || !writes.includes(type));
}
