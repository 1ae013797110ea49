/**
 * The settings as data: a JSON Schema made from the declaration. It gives the types of environment variables and flags, the
 * allowed values in error messages and docs/configuration.md, and editors check the file with it.
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type { MaxCodePointsAction } from "valibot";
import { configurationSchema } from "./schema.ts";
import type { SettingWords } from "./values.ts";

/** The JSON Schema of one value in the configuration, with our own words. */
export interface SettingNode extends SettingWords {
  /** Undefined where one of several types (`anyOf`) is allowed. */
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SettingNode>>;
  /** The members that a table must have. */
  readonly required?: readonly string[];
  readonly items?: SettingNode;
  readonly anyOf?: readonly SettingNode[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
}

/** The parts of a dotted path, such as `listen.0.port`. Numbers are places in a list. */
export type SettingPath = readonly (string | number)[];

export interface Setting {
  /** `lifetimes.access_token_seconds`; `clients[].client_id` for a member of a list of tables. */
  readonly key: string;
  /** The environment variable that sets it; null for members of lists of tables, which are set in the file. */
  readonly variable: string | null;
  readonly description: string;
  /** In words: "a whole number from 1 to 600". */
  readonly allowed: string;
  /** In words; "required" where there is none and there must be a value. */
  readonly fallback: string;
  readonly unit: "seconds" | "bytes" | null;
  /** Whether it is a table or a list of tables, with members of its own. */
  readonly table: boolean;
}

let root: SettingNode | null = null;

/** The whole configuration as one node. */
export function settingsRoot(): SettingNode {
  root ??= toJsonSchema(configurationSchema, {
    typeMode: "output",
    // These checks have words of their own.
    ignoreActions: ["check", "raw_check", "raw_transform"],
    // JSON Schema counts code points too; the library leaves this rule out.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      isMaximum(valibotAction) ? { ...jsonSchema, maxLength: valibotAction.requirement } : null,
    // The library's type lacks our words, and has more forms than our declarations use.
  }) as SettingNode;
  return root;
}

const isMaximum = (action: {
  readonly type: string;
}): action is MaxCodePointsAction<string, number, undefined> => action.type === "max_code_points";

/** The node at a path; null if no such setting exists. */
export function settingAt(path: SettingPath): SettingNode | null {
  let node: SettingNode | undefined = settingsRoot();
  for (const step of path) {
    if (node?.items !== undefined && /^\d+$/.test(String(step))) node = node.items;
    else {
      const table: SettingNode | undefined = node?.properties
        ? node
        : node?.anyOf?.find((option) => option.properties);
      node = table?.properties && Object.hasOwn(table.properties, step) ? table.properties[step] : undefined;
    }
    if (node === undefined) return null;
  }
  return node;
}

/** Whether the value at a path is a secret or lies within one. */
export function isSecretSetting(path: SettingPath): boolean {
  return path.some((_, index) => settingAt(path.slice(0, index + 1))?.secret === true);
}

/** `listen.0.port` for people to read. */
export const formatPath = (path: SettingPath): string => path.join(".");

const variableFor = (path: SettingPath): string =>
  `TESSERA_${path.map((step) => String(step).toUpperCase()).join("__")}`;

/** Every setting, in the order of the schema, tables before their members. */
export function describeSettings(): Setting[] {
  const settings: Setting[] = [];
  collect(settingsRoot(), "", [], settings);
  return settings;
}

function collect(node: SettingNode, prefix: string, path: SettingPath | null, into: Setting[]): void {
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const key = `${prefix}${name}`;
    const memberPath = path === null ? null : [...path, name];
    const inner = member.properties !== undefined ? member : member.items?.properties ? member.items : null;
    into.push({
      key,
      variable: memberPath === null ? null : variableFor(memberPath),
      description: member.description ?? member.items?.description ?? "",
      allowed: inner === member ? "a table" : describeAllowed(member),
      fallback: describeFallback(member, node.required?.includes(name) ?? false),
      unit: unitOf(name),
      table: inner !== null,
    });
    if (inner !== null) {
      const isList = inner !== member;
      collect(inner, isList ? `${key}[].` : `${key}.`, isList ? null : memberPath, into);
    }
  }
}

/** The unit in the name of a setting. */
export const unitOf = (name: string): Setting["unit"] =>
  name.endsWith("_seconds") ? "seconds" : name.endsWith("_bytes") ? "bytes" : null;

/** The allowed values, in words that follow "must be". */
export function describeAllowed(node: SettingNode, unit: Setting["unit"] = null): string {
  if (node.allowed !== undefined) return node.type === "array" ? `a list of ${node.allowed}` : node.allowed;
  if (node.enum !== undefined) return `one of ${node.enum.join(", ")}`;
  switch (node.type) {
    case "integer":
      return `a whole number${unit === null ? "" : ` of ${unit}`}${describeRange(node.minimum, node.maximum)}`;
    case "number":
      return `a number${describeRange(node.minimum, node.maximum)}`;
    case "boolean":
      return "true or false";
    case "array": {
      const some = node.minItems ? " with at least one" : "";
      if (node.items?.properties !== undefined) return `a list of tables${some}`;
      return `a list of ${node.items?.allowed ?? "texts"}${some}`;
    }
    case "object":
      return "a table";
    default:
      return `a text${describeLength(node)}`;
  }
}

function describeRange(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum === undefined || maximum === undefined) return "";
  return ` from ${minimum} to ${maximum}`;
}

function describeLength({ minLength, maxLength }: SettingNode): string {
  if (maxLength === undefined) return minLength ? " that is not empty" : "";
  return minLength ? ` of ${minLength} to ${maxLength} characters` : ` of at most ${maxLength} characters`;
}

function describeFallback(node: SettingNode, isRequired: boolean): string {
  if (node.fallback !== undefined) return node.fallback;
  if (node.default === undefined) return isRequired ? "required" : "none";
  if (Array.isArray(node.default)) {
    if (node.default.length === 0) return "none";
    return node.default.map((item) => (typeof item === "string" ? item : describeListener(item))).join(", ");
  }
  return typeof node.default === "object" ? "" : String(node.default);
}

/** The one list of tables with a default is `listen`. */
function describeListener(item: unknown): string {
  if (typeof item !== "object" || item === null) return String(item);
  return Object.values(item).join(":");
}

/** The candidate that is closest to the written word, if any is close. */
export function nearest(written: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(written.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** How many letters must change, be added or be dropped to turn one word into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
