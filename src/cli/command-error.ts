/** A command failed: one sentence says why, another what the operator can do. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
