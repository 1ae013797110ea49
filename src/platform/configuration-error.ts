/** Something the operator must change before the program can go on. Its message is all they read. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
