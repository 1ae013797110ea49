/** Explains faults of the configuration: the place, the key, the value and the allowed values. Never a secret. */
import type { BaseIssue } from "valibot";
import {
  describeAllowed,
  describeSettings,
  formatPath,
  isSecretSetting,
  nearest,
  type SettingNode,
  type SettingPath,
  settingAt,
  settingsRoot,
  unitOf,
} from "./settings.ts";

export type Table = Record<string, unknown>;

/** The place, and a sentence about the fault. */
export interface Mistake {
  readonly path: SettingPath;
  readonly text: string;
}

export const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Explains one finding of the schema to the operator. Its path begins where the path `under` ends. */
export function explain(issue: BaseIssue<unknown>, tree: unknown, under: SettingPath = []): Mistake[] {
  const steps = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));
  const path = [...under, ...steps];
  if (isUnknownKey(issue)) return unknownKeys(path.slice(0, -1), tree);
  // The value may be a table or a text. If it is a table of the right form, the fault is within it.
  const within = issue.issues?.filter((inner) => inner.path !== undefined) ?? [];
  if (within.length > 0 && within.every((inner) => inner.kind === "validation" || isUnknownKey(inner))) {
    return within.flatMap((inner) => explain(inner, tree, path));
  }
  const node = settingAt(path);
  const value = valueAt(tree, path);
  const key = nameOf(path, tree);
  if (node?.items?.properties !== undefined && isTable(value)) {
    return [{ path, text: `[${key}] is a list. Write [[${key}]], with two brackets.` }];
  }
  if (value === undefined) return [{ path, text: `${key} is missing. It must be ${allowedAt(path, node)}.` }];
  // The words of a single rule say more than the general description: why this issuer is wrong.
  const allowed = OWN_WORDS.includes(issue.type) ? issue.message : allowedAt(path, node);
  return [{ path, text: `${key} = ${show(path, value)} is not allowed. It must be ${allowed}.` }];
}

/** The rules for which the schema has words of their own. */
const OWN_WORDS: readonly string[] = ["regex", "check", "raw_check"];

const isUnknownKey = (issue: BaseIssue<unknown>): boolean =>
  issue.type === "strict_object" && issue.expected === "never";

/** All unknown keys of one table: the schema reports only the first. */
function unknownKeys(table: SettingPath, tree: unknown): Mistake[] {
  const known = membersAt(table);
  const unknown = Object.keys(valueAt(tree, table) ?? {}).filter((name) => !Object.hasOwn(known, name));
  return unknown.map((name) => ({ path: [...table, name], text: unknownKey([...table, name]) }));
}

/** The noun for an entry of a list, and the member that has its name. */
const NAMED_LISTS: Readonly<Record<string, readonly [string, string]>> = {
  clients: ["the client", "client_id"],
  people: ["the person", "username"],
  resources: ["the resource", "identifier"],
  scopes: ["the scope", "name"],
};

/** The key, and for an entry of a list also its name: people do not count the clients of a file from zero. */
export function nameOf(path: SettingPath, tree: unknown): string {
  const key = formatPath(path);
  const [noun, member] = NAMED_LISTS[String(path[0])] ?? [];
  if (noun === undefined || member === undefined || path.length < 3 || path[2] === member) return key;
  const name = valueAt(tree, [...path.slice(0, 2), member]);
  return typeof name === "string" && name !== "" ? `${key} (${noun} '${name.slice(0, 80)}')` : key;
}

const allowedAt = (path: SettingPath, node: SettingNode | null): string =>
  node === null ? "left out" : describeAllowed(node, unitOf(String(path.at(-1))));

export function unknownKey(path: SettingPath): string {
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const siblings = Object.keys(membersAt(parent));
  const everywhere = describeSettings().map((setting) => setting.key);
  const full = formatPath(path);
  const sibling = nearest(name, siblings);
  const near =
    (sibling === null ? null : formatPath([...parent, sibling])) ??
    everywhere.find((key) => key.endsWith(`.${name}`)) ??
    nearest(full, everywhere);
  return `${full} is not a setting.${near ? ` Did you mean ${near}?` : " 'tessera config settings' lists them all."}`;
}

function membersAt(path: SettingPath): Readonly<Record<string, SettingNode>> {
  const node = path.length === 0 ? settingsRoot() : settingAt(path);
  return node?.properties ?? node?.anyOf?.find((option) => option.properties)?.properties ?? {};
}

function valueAt(tree: unknown, path: SettingPath): unknown {
  let here: unknown = tree;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

function show(path: SettingPath, value: unknown): string {
  if (isSecretSetting(path)) return "(hidden)";
  // A table may contain a secret.
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The effective configuration for people to read: every secret is replaced by a word. */
export function withoutSecrets(value: unknown, path: SettingPath = []): unknown {
  if (path.length > 0 && settingAt(path)?.secret === true) {
    return Array.isArray(value) ? value.map(() => "(hidden)") : "(hidden)";
  }
  if (Array.isArray(value)) return value.map((item, index) => withoutSecrets(item, [...path, index]));
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, [...path, key])]),
  );
}
