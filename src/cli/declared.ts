/** Where the configuration declares clients and people, in words for the operator. */
import { type ConfigurationFlags, configurationFile } from "../configuration/sources.ts";
import type { Io } from "./io.ts";

/** The file that is read, or words for a configuration without one. */
export const declaredIn = (flags: Pick<ConfigurationFlags, "config">, io: Pick<Io, "env">): string =>
  configurationFile(flags, io.env) ?? "the configuration (a flag or a variable)";
