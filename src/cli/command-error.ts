/** Something a command cannot do: one sentence what is wrong, one what to do about it. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
