/**
 * The configuration comes from defaults, then a TOML file, then environment variables, then flags; each later one wins.
 * One error lists all mistakes, each with its place and the allowed values.
 */
import { existsSync, readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { safeParse } from "valibot";
import { expandHome } from "../platform/home.ts";
import { decodeUtf8, hasReplacement } from "../platform/text-bytes.ts";
import { PICTURES } from "./appearance-schema.ts";
import { checkConfiguration, defaultIssuer } from "./checks.ts";
import { ConfigurationError, configurationMistakes } from "./error.ts";
import { explain, isTable, type Table, unknownKey } from "./mistakes.ts";
import { type Configuration, configurationSchema } from "./schema.ts";
import { isReference, resolveSecrets } from "./secrets.ts";
import {
  describeSettings,
  formatPath,
  nearest,
  type SettingNode,
  type SettingPath,
  settingAt,
} from "./settings.ts";

const DEFAULT_FILE = "tessera.toml";

/** The settings on the command line. */
export interface ConfigurationFlags {
  readonly config?: string | undefined;
  readonly issuer?: string | undefined;
  readonly data?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly workers?: string | undefined;
  readonly demo?: boolean | undefined;
  /** Each is `key.path=value`. */
  readonly set?: readonly string[] | undefined;
}

export interface ConfigurationSources {
  /** The file to read. Default: `--config`, then TESSERA_CONFIG, then tessera.toml if there is one. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: ConfigurationFlags;
  /** Adds the demonstration's people, clients, scopes and resources to those of the file. */
  readonly extend?: (configuration: Configuration) => Configuration;
}

/** One value from a source, and its place there. */
interface Assignment {
  readonly path: SettingPath;
  readonly value: unknown;
  readonly origin: string;
}

const PREFIX = "TESSERA_";

/** Short names for the settings of the first listener, and the common name of the database's URL. */
const SHORT_VARIABLES: Readonly<Record<string, SettingPath>> = {
  DATABASE_URL: ["database", "url"],
  TESSERA_HOST: ["listen", 0, "host"],
  TESSERA_PORT: ["listen", 0, "port"],
};

/** Flags with a setting of their own. Their types are here: deriving them from the schema would slow each start. */
const NAMED_FLAGS = [
  { flag: "issuer", path: ["issuer"], type: "string" },
  { flag: "data", path: ["data"], type: "string" },
  { flag: "host", path: ["listen", 0, "host"], type: "string" },
  { flag: "port", path: ["listen", 0, "port"], type: "integer" },
  { flag: "workers", path: ["workers"], type: "integer" },
] as const satisfies readonly { flag: keyof ConfigurationFlags; path: SettingPath; type: string }[];

/** The configuration file that is read; null if there is none. */
export function configurationFile(
  flags: Pick<ConfigurationFlags, "config">,
  env: ConfigurationSources["env"],
): string | null {
  const named = flags.config ?? (env.TESSERA_CONFIG || undefined);
  if (named !== undefined) return expandHome(named, env.HOME);
  return existsSync(DEFAULT_FILE) ? DEFAULT_FILE : null;
}

/** Where a setting was written last; the settings that were not written have their defaults. */
export interface SettingSource {
  readonly kind: "file" | "environment" | "flag";
  /** The name of the file, the variable or the flag. */
  readonly name: string;
}

/** By the paths of settings as text: "lifetimes.access_token_seconds", "listen[0].port". A list from a file counts as one setting. */
export type SettingSources = Readonly<Record<string, SettingSource>>;

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly settingSources: SettingSources;
}

/** Reads, merges and checks every source. Throws ConfigurationError that lists all mistakes, one a line. */
export const loadConfiguration = (sources: ConfigurationSources): Configuration =>
  loadWithSources(sources).configuration;

function* writtenIn(table: Table, path: SettingPath = []): Generator<SettingPath> {
  for (const [name, value] of Object.entries(table)) {
    if (isTable(value)) yield* writtenIn(value, [...path, name]);
    else yield [...path, name];
  }
}

/** The configuration, and where each of its settings was written. Throws as `loadConfiguration` does. */
export function loadWithSources({
  file,
  env,
  flags = {},
  extend,
}: ConfigurationSources): LoadedConfiguration {
  const problems: string[] = [];
  const fileName = file ?? flags.config ?? (env.TESSERA_CONFIG || undefined);
  const fromFile = readTomlFile(fileName, env.HOME);
  const tree: Table = fromFile?.table ?? {};
  const written = fromFile === null ? [] : [...writtenIn(fromFile.table)];
  /** Where each setting was written last, by its path as text. */
  const origins = new Map<string, string>();
  for (const { path, value, origin } of [...fromEnvironment(env, problems), ...fromFlags(flags, problems)]) {
    const fault = assign(tree, path, value);
    if (fault === null) origins.set(formatPath(path), origin);
    else problems.push(`${origin}: ${fault}`);
  }
  const originOf = (path: SettingPath): string => {
    for (let length = path.length; length > 0; length--) {
      const origin = origins.get(formatPath(path.slice(0, length)));
      if (origin !== undefined) return origin;
    }
    return fromFile?.name ?? "the configuration";
  };
  const isFromOutside = (path: SettingPath): boolean =>
    path.some((_, index) => origins.has(formatPath(path.slice(0, index + 1))));
  const unusable = resolveSecrets(tree, { env, isFromOutside });
  for (const { path, text } of unusable) problems.push(`${originOf(path)}: ${text}`);
  const isUnusable = (path: SettingPath): boolean =>
    unusable.some((mistake) => formatPath(path).startsWith(formatPath(mistake.path)));

  // A value that breaks several rules gets one message.
  const parsed = safeParse(configurationSchema, tree, { abortPipeEarly: true });
  if (!parsed.success) {
    for (const issue of parsed.issues) {
      for (const { path, text } of explain(issue, tree)) {
        if (!isUnusable(path)) problems.push(`${originOf(path)}: ${text}`);
      }
    }
    throw configurationMistakes(problems);
  }
  const read = withWrittenPlaces(parsed.output, env.HOME);
  if (read.issuer === undefined && read.listen.every(({ unix }) => unix !== undefined)) {
    problems.push(
      `${originOf(["listen"])}: issuer is missing. A unix socket has no address from which it could be made: issuer = "https://auth.example.org".`,
    );
  }
  const declared = { ...read, issuer: read.issuer ?? defaultIssuer(read.listen) };
  const configuration = extend?.(declared) ?? declared;
  for (const { path, text } of checkConfiguration(configuration)) {
    problems.push(`${originOf(path)}: ${text}`);
  }
  if (problems.length > 0) throw configurationMistakes(problems);
  const inFile = written.map((path): [string, SettingSource] => [
    formatPath(path),
    { kind: "file", name: fromFile?.name ?? "" },
  ]);
  const outside = [...origins].map(([path, origin]): [string, SettingSource] => [
    path,
    { kind: origin.startsWith("--") ? "flag" : "environment", name: origin },
  ]);
  return { configuration, settingSources: Object.fromEntries([...inFile, ...outside]) };
}

/** Paths with the home folder for `~`, and IPv6 addresses without the brackets of URLs. */
function withWrittenPlaces<Output extends Omit<Configuration, "issuer">>(
  configuration: Output,
  home: string | undefined,
): Output {
  const { data, appearance, listen, clients } = configuration;
  return {
    ...configuration,
    data: expandHome(data, home),
    appearance: {
      ...appearance,
      ...Object.fromEntries(
        PICTURES.flatMap((name) => {
          const file = appearance[name];
          return file === undefined ? [] : [[name, expandHome(file, home)]];
        }),
      ),
    },
    clients: clients.map((client) =>
      client.logo === undefined ? client : { ...client, logo: expandHome(client.logo, home) },
    ),
    listen: listen.map(({ host, port, tls, unix, unix_mode }) => ({
      host: isIPv6(host.slice(1, -1)) ? host.replace(/^\[|\]$/g, "") : host,
      port,
      ...(unix !== undefined && { unix: resolve(expandHome(unix, home)) }),
      ...(unix_mode !== undefined && { unix_mode }),
      ...(tls && { tls: { certificate: expandHome(tls.certificate, home), key: expandHome(tls.key, home) } }),
    })),
  };
}

function readTomlFile(
  named: string | undefined,
  home: string | undefined,
): { name: string; table: Table } | null {
  if (named === undefined && !existsSync(DEFAULT_FILE)) return null;
  const name = named === undefined ? DEFAULT_FILE : expandHome(named, home);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(name);
  } catch (error) {
    const reason =
      error instanceof Error && "code" in error && error.code === "ENOENT"
        ? "does not exist"
        : "cannot be read";
    throw new ConfigurationError(`The configuration file ${name} ${reason}.`);
  }
  const text = decodeUtf8(bytes);
  if (typeof text !== "string") {
    throw new ConfigurationError(
      `The configuration has a mistake.\n  ${name}:${text.line}:${text.column}: this is not UTF-8. Save the file in UTF-8.`,
    );
  }
  try {
    return { name, table: parse(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line of the message is used. The rest repeats the source, which may contain a secret.
    const reason = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    throw new ConfigurationError(
      `The configuration has a mistake.\n  ${name}:${error.line}:${error.column}: this is not TOML: ${reason}.`,
    );
  }
}

function* fromEnvironment(env: ConfigurationSources["env"], problems: string[]): Generator<Assignment> {
  const ofKubernetes = new Set(kubernetesVariables(env));
  const names = Object.keys(env).filter(
    (name) =>
      (name.startsWith(PREFIX) && name !== "TESSERA_CONFIG" && !ofKubernetes.has(name)) ||
      (/^DATABASE_URL(_FILE)?$/.test(name) && env[name] !== ""),
  );
  // A table comes before its members, so that TESSERA_LOG and TESSERA_LOG__LEVEL work together.
  for (const name of names.sort()) {
    const text = env[name];
    if (text === undefined) continue;
    if (hasReplacement(text)) {
      problems.push(`${name}: this is not UTF-8.`);
      continue;
    }
    const path = pathOfVariable(name);
    const node = settingAt(path);
    if (node === null && name.endsWith(FILE_SUFFIX)) {
      const plain = name.slice(0, -FILE_SUFFIX.length);
      const secret = pathOfVariable(plain);
      const holder = settingAt(secret);
      if (holder?.secret === true) {
        const value = { file: text };
        if (env[plain]) problems.push(`environment: there are both ${plain} and ${name}. Keep one of them.`);
        else yield { path: secret, value: holder.type === "array" ? [value] : value, origin: name };
        continue;
      }
    }
    if (node === null) {
      const known = [
        ...Object.keys(SHORT_VARIABLES).filter((variable) => variable.startsWith(PREFIX)),
        "TESSERA_CONFIG",
        ...describeSettings().flatMap((setting) => setting.variable ?? []),
      ].map((variable) => variable.slice(PREFIX.length));
      const written = name.slice(PREFIX.length);
      const near = known.find((variable) => variable.endsWith(`__${written}`)) ?? nearest(written, known);
      problems.push(
        `environment: ${name} is not a setting.${near ? ` Did you mean ${PREFIX}${near}?` : " 'tessera config settings' lists them all."}`,
      );
      continue;
    }
    yield* read(path, node, text, name, problems);
  }
}

/** Behind the name of a variable: the value is in the file that the variable names. */
const FILE_SUFFIX = "_FILE";

const pathOfVariable = (name: string): SettingPath =>
  SHORT_VARIABLES[name] ?? pathOf(name.slice(PREFIX.length).toLowerCase().split("__"));

const SERVICE_VARIABLE =
  /^TESSERA_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/**
 * The variables that Kubernetes sets in every pod beside a service whose name is tessera or begins with tessera-, such as
 * TESSERA_PORT=tcp://10.43.7.9:80. They are no settings.
 */
export const kubernetesVariables = (env: ConfigurationSources["env"]): string[] =>
  Object.keys(env).filter(
    (name) =>
      SERVICE_VARIABLE.test(name) ||
      (/^TESSERA_(\w+_)?PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(env[name] ?? "")),
  );

function* fromFlags(flags: ConfigurationFlags, problems: string[]): Generator<Assignment> {
  for (const assignment of flags.set ?? []) {
    const [key = "", ...rest] = assignment.split("=");
    if (hasReplacement(assignment)) {
      problems.push(`--set ${key}: this is not UTF-8.`);
      continue;
    }
    if (rest.length === 0) {
      problems.push(
        `--set ${key}: write it as --set key=value, such as --set lifetimes.access_token_seconds=600.`,
      );
      continue;
    }
    const path = pathOf(key.trim().split("."));
    const node = settingAt(path);
    if (node === null) {
      problems.push(`--set ${key}: ${unknownKey(path)}`);
      continue;
    }
    yield* read(path, node, rest.join("="), `--set ${key}`, problems);
  }
  for (const { flag, path, type } of NAMED_FLAGS) {
    const text = flags[flag];
    if (text !== undefined && hasReplacement(text)) problems.push(`--${flag}: this is not UTF-8.`);
    else if (text !== undefined) yield* read(path, { type }, text, `--${flag}`, problems);
  }
  if (flags.demo !== undefined) yield { path: ["demo"], value: flags.demo, origin: "--demo" };
}

const pathOf = (steps: readonly string[]): SettingPath =>
  steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** Reads a text as the type of the setting. A text that does not fit stays a text, and the schema refuses it. */
function* read(
  path: SettingPath,
  node: SettingNode,
  text: string,
  origin: string,
  problems: string[],
): Generator<Assignment> {
  const trimmed = text.trim();
  const wantsJson = /^[[{]/.test(trimmed) && node.type !== "string";
  if (wantsJson) {
    try {
      yield { path, value: JSON.parse(trimmed), origin };
    } catch {
      problems.push(`${origin}: this is not valid JSON.`);
    }
  } else if (node.type === "integer" && /^-?\d+$/.test(trimmed))
    yield { path, value: Number(trimmed), origin };
  else if (node.type === "number" && /^-?\d+(\.\d+)?$/.test(trimmed))
    yield { path, value: Number(trimmed), origin };
  else if (node.type === "boolean" && /^(true|1)$/i.test(trimmed)) yield { path, value: true, origin };
  else if (node.type === "boolean" && /^(false|0)$/i.test(trimmed)) yield { path, value: false, origin };
  else if (node.type === "array" && node.items?.type !== "object") {
    const items = trimmed === "" ? [] : text.split(",").map((item) => item.trim());
    yield { path, value: items, origin };
  } else yield { path, value: text, origin };
}

/** Puts a value into the tree; tables are merged, all other values replace. Returns the fault, if there is one. */
function assign(tree: Table, path: SettingPath, value: unknown): string | null {
  let here: unknown = tree;
  for (const [index, step] of path.entries()) {
    if (typeof step === "number") {
      // The schema refuses a table where a list belongs, and explains the right form.
      if (isTable(here)) return null;
      const length = Array.isArray(here) ? here.length : 0;
      if (!Array.isArray(here) || step > length)
        return `there is no entry ${step} in ${formatPath(path.slice(0, index))}; the next free one is ${length}.`;
    } else if (!isTable(here)) return `${formatPath(path.slice(0, index))} is not a table.`;
    const container = here as Record<string | number, unknown>;
    const next = path[index + 1];
    const present = container[step];
    if (next === undefined) container[step] = merge(present, value);
    else if (present === undefined && typeof next === "string") container[step] = {};
    else if (present === undefined && next === 0) container[step] = [];
    here = container[step];
  }
  return null;
}

/** Two tables with members become one; a reference to a secret replaces another. */
function merge(under: unknown, over: unknown): unknown {
  if (!isTable(under) || !isTable(over) || isReference(over)) return over;
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = merge(merged[key], value);
  }
  return merged;
}
