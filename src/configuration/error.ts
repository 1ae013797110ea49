/** Something the operator must change before the program can go on. Its message is all they read. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** All that is wrong with a configuration, one line each. */
export const configurationMistakes = (problems: readonly string[]): ConfigurationError =>
  new ConfigurationError(
    problems.length === 1
      ? `The configuration has a mistake.\n  ${problems[0]}`
      : `The configuration has ${problems.length} mistakes.\n  ${problems.join("\n  ")}`,
  );
