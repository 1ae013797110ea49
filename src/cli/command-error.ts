/** A command has said all, and ends with this exit code. */
export class ExitStatus extends Error {
  override readonly name = "ExitStatus";

  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

/** A command failed: one sentence says why, another what the operator can do. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
