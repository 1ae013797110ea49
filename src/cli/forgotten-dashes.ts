/** `npm start --demo`: npm takes such flags for its own, and the server would start without them. */
import { CommandError } from "./command-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The flags of `serve` that are not npm's own settings. */
const FLAGS = ["demo", "port", "host", "issuer", "data", "config", "set"];

/**
 * Throws CommandError if the flags of `npm start` lack the `--` that passes them on. npm puts such flags into the
 * environment, and passes their values as arguments.
 */
export function requireDashes(args: readonly string[], env: Environment): void {
  if (env.npm_lifecycle_event !== "start" || args[0] !== "serve") return;
  const given = FLAGS.filter(
    (flag) => env[`npm_config_${flag}`] !== undefined && !args.some((arg) => arg.startsWith(`--${flag}`)),
  );
  if (given.length === 0) return;
  const loose = args.slice(1).filter((arg) => !arg.startsWith("-"));
  const words = given.flatMap((flag) => {
    const value = env[`npm_config_${flag}`] ?? "";
    if (flag === "demo") return ["--demo"];
    return [`--${flag}`, value === "" || value === "true" ? (loose.shift() ?? "…") : value];
  });
  throw new CommandError(`npm does not pass on flags before --. Write: npm start -- ${words.join(" ")}`);
}
