/** A command failed: one sentence says why, another what the operator can do. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Ends the command with this exit code. It has printed everything that there is to say. */
export class ExitWith extends Error {
  override readonly name = "ExitWith";
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}
