/** Slurm counts memory in MiB and rounds up, so this asks for exactly what it would grant. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)}M`;
}
