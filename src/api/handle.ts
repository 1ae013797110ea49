/** One request to the management API: who asks, what they ask for, and the answer. */
import * as v from "valibot";
import { readAccessToken, requireAccessToken } from "../endpoints/bearer.ts";
import { refusalOfBody } from "../endpoints/form.ts";
import { readJson } from "../endpoints/json-body.ts";
import type { Context } from "../operations/context.ts";
import { authorityOfToken, requirePermission } from "../operations/management/authority.ts";
import { type KeptAnswer, onceByKey } from "../operations/management/idempotency.ts";
import { type Handler, type Incoming, NO_SNIFFING, NO_STORE, readFileBody } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Scope } from "../protocol/identifiers.ts";
import { MANAGEMENT_SCOPES } from "../protocol/management-scopes.ts";
import type { Authority } from "../rules/role.ts";
import type { ApiAnswer, ApiRoute } from "./route.ts";

const SCOPES = MANAGEMENT_SCOPES.map((scope) => scope as string as Scope) as [Scope, ...Scope[]];

export const handleApi =
  (context: Context, route: ApiRoute): Handler =>
  async (incoming) => {
    const token = await requireAccessToken(context, incoming, readAccessToken(incoming, null), SCOPES);
    const authority = await authorityOfToken(context, incoming, token);
    const query = readQuery(route, incoming);
    const revision = readRevision(route, incoming.request);
    const { json, checked } = await readBody(context, authority, route, incoming);
    const { parameters } = incoming;
    const carryOut = async () =>
      kept(await route.handle({ context, authority, parameters, query, body: checked, revision }));
    return respond(
      await oncePerKey(context, authority, route, incoming, JSON.stringify(json ?? null), carryOut),
    );
  };

/** `json`: the body as it came, for `oncePerKey`, which a file has not. */
async function readBody(
  context: Context,
  authority: Authority,
  { body: schema, file, permission }: ApiRoute,
  incoming: Incoming,
): Promise<{ readonly json?: unknown; readonly checked: unknown }> {
  if (schema === null) return { checked: undefined };
  if (file === null) {
    const json = await readJson(context, incoming);
    requirePlain(json);
    return { json, checked: checkBody(schema, json) };
  }
  // Before the body is read: only those who may send a file may send a long body.
  for (const each of [permission].flat()) requirePermission(authority, each);
  try {
    return { checked: await readFileBody(incoming.request, file, context.pictures.limitBytes) };
  } catch (error) {
    throw refusalOfBody(error, file.join(", "));
  }
}

/** Queries have few members and no repeated ones. Throws `parameter_repeated` or `parameter_invalid`. */
function readQuery(route: ApiRoute, incoming: Incoming): Record<string, string | undefined> {
  // Without a prototype, so that "__proto__" is a member like any other.
  const members: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(incoming.query)) {
    if (Object.hasOwn(members, name)) throw new OAuthError("parameter_repeated");
    members[name] = value;
  }
  const checked = v.safeParse(route.query, members);
  if (checked.success) return checked.output as Record<string, string | undefined>;
  const [issue] = checked.issues;
  throw new OAuthError("parameter_invalid", { description: wordsOf(issue, "The query") });
}

const MOST_DEPTH = 16;

/**
 * Throws `member_refused` for what no schema looks at: values inside of values that are too deep, half characters of UTF-16, and
 * numbers that JSON can write and no double can keep.
 */
function requirePlain(value: unknown, depth = 0): void {
  const isFine =
    (typeof value !== "string" || value.isWellFormed()) &&
    (typeof value !== "number" || Number.isFinite(value)) &&
    depth <= MOST_DEPTH;
  if (!isFine)
    throw new OAuthError("member_refused", {
      description:
        "The body has a text that is not Unicode, a number that is too large, or is nested too deeply.",
    });
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    requirePlain(name, depth + 1);
    requirePlain(inner, depth + 1);
  }
}

/** Throws `member_refused`, which names the first member that is wrong. */
function checkBody(schema: v.GenericSchema, body: unknown): unknown {
  const checked = v.safeParse(schema, body);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  throw new OAuthError("member_refused", { description: wordsOf(issue, "The body") });
}

function wordsOf(issue: v.BaseIssue<unknown>, whole: string): string {
  const path = v.getDotPath(issue);
  if (issue.type === "strict_object" && issue.expected === "never")
    return `There is no member '${path ?? ""}' here.`;
  if (issue.type === "strict_object" && issue.received === "undefined") return `'${path ?? ""}' is missing.`;
  return `${path === null ? whole : `'${path}'`}: ${issue.message}.`;
}

/** RFC 9110 §13.1.1. The tags of this API are revisions in quotes. Throws `revision_stale` for any other tag. */
function readRevision({ revised }: ApiRoute, request: Request): number | undefined {
  const tag = request.headers.get("if-match")?.trim();
  if (tag === undefined || tag === "*") return undefined;
  const number = /^"([0-9]{1,15})"$/.exec(tag)?.[1];
  // An object without a tag never has the one that the caller means.
  if (number === undefined || !revised) throw new OAuthError("revision_stale");
  return Number(number);
}

interface Reply extends KeptAnswer {
  readonly etag: string | null;
}

const kept = ({ body, revision, status }: ApiAnswer): Reply => ({
  status: status ?? (body === undefined ? 204 : 200),
  body: body === undefined ? "" : JSON.stringify(body),
  etag: revision === undefined ? null : `"${revision}"`,
});

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Only a POST needs a key: every other method may be repeated as it is. */
async function oncePerKey(
  context: Context,
  { act, permissions, manages }: Authority,
  { method, path }: ApiRoute,
  { request, parameters }: Incoming,
  body: string,
  carryOut: () => Promise<Reply>,
): Promise<Reply> {
  const key = request.headers.get("idempotency-key");
  if (key === null || method !== "POST") return carryOut();
  if (!KEY.test(key))
    throw new OAuthError("parameter_invalid", {
      description: "Idempotency-Key must have 1 to 255 visible ASCII characters.",
    });
  // A kept answer may have a secret, so it is only for a token that allows as much as the first one did.
  const allowed = JSON.stringify([[...permissions].sort(), manages]);
  const asked = [method, path, JSON.stringify(parameters), body, allowed];
  return { etag: null, ...(await onceByKey(context, act.actor, key, asked, carryOut)) };
}

function respond({ status, body, etag }: Reply): Response {
  const headers = {
    ...NO_STORE,
    ...NO_SNIFFING,
    ...(etag !== null && { ETag: etag }),
    ...(status !== 204 && { "Content-Type": "application/json" }),
  };
  return new Response(status === 204 ? null : body, { status, headers });
}
