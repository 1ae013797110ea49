/** A fault that the operator must correct before the program can go on. The operator reads nothing but the message. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** All faults of a configuration, one a line. */
export const configurationMistakes = (problems: readonly string[]): ConfigurationError =>
  new ConfigurationError(
    problems.length === 1
      ? `The configuration has a mistake.\n  ${problems[0]}`
      : `The configuration has ${problems.length} mistakes.\n  ${problems.join("\n  ")}`,
  );
