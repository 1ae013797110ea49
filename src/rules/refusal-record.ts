/** What is kept of a refused request: never a secret, and never more than a few rows for each client. */
import type { Reason } from "../protocol/errors.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { RefusalRecord, SentFacts } from "../store/tables/records.ts";

/** Parameters whose values are kept. None of them is a secret, nor leads to one. */
const KEPT: ReadonlySet<string> = new Set([
  "acr_values",
  "application_type",
  "backchannel_logout_uri",
  "claims_locales",
  "client_assertion_type",
  "client_id",
  "client_uri",
  "code_challenge_method",
  "default_max_age",
  "display",
  "grant_type",
  "grant_types",
  "id_token_signed_response_alg",
  "jwks_uri",
  "max_age",
  "post_logout_redirect_uri",
  "post_logout_redirect_uris",
  "prompt",
  "redirect_uri",
  "redirect_uris",
  "resource",
  "response_mode",
  "requested_expiry",
  "response_type",
  "response_types",
  "scope",
  "sector_identifier_uri",
  "subject_type",
  "token_endpoint_auth_method",
  "token_type_hint",
  "ui_locales",
]);

/** Parameters of which only the name is kept. A name that is not known could be a secret itself. */
const NAMED: ReadonlySet<string> = new Set([
  "access_token",
  "assertion",
  "auth_req_id",
  "authorization_details",
  "binding_message",
  "claims",
  "client_assertion",
  "client_name",
  "client_notification_token",
  "client_secret",
  "code",
  "code_challenge",
  "code_verifier",
  "contacts",
  "device_code",
  "id_token_hint",
  "jwks",
  "login_hint",
  "login_hint_token",
  "logout_hint",
  "nonce",
  "password",
  "refresh_token",
  "registration",
  "request",
  "request_uri",
  "software_statement",
  "state",
  "token",
  "user_code",
  "username",
]);

/** Those of them that are secrets. */
const SECRET: ReadonlySet<string> = new Set([
  "access_token",
  "assertion",
  "auth_req_id",
  "client_assertion",
  "client_notification_token",
  "client_secret",
  "code",
  "code_verifier",
  "device_code",
  "id_token_hint",
  "login_hint_token",
  "password",
  "refresh_token",
  "request",
  "software_statement",
  "token",
  "user_code",
]);

/** The secrets among the parameters of a request. */
export const secretsIn = (pairs: readonly (readonly [string, string])[]): string[] =>
  pairs.filter(([name]) => SECRET.has(name)).map(([, value]) => value);

const VALUE_CHARACTERS = 300;
const VALUES = 30;
/** Of all values together: with the other columns a row has a few kilobytes at most. */
const ALL_CHARACTERS = 1500;
const NAME_CHARACTERS = 100;

/**
 * A text that a stranger sent, for a row: cut, without anything that looks like a credential (`clean`), and with marks in place of
 * characters that a terminal would obey or that a database cannot store.
 */
export const foreignText = (text: string, most: number, clean: (text: string) => string): string => {
  const cut = clean(text).slice(0, most);
  return cut.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
};

/**
 * A URI without what may be secret in it: user information, and the values of its query and fragment. Their names stay, since a
 * redirect URI is compared as a whole.
 */
function withoutValues(uri: string): string {
  const [address = "", ...fragment] = uri.split("#");
  const [path = "", ...query] = address.split("?");
  const shown = query
    .join("?")
    .split("&")
    .map((pair) => (pair.includes("=") ? `${pair.slice(0, pair.indexOf("="))}=…` : pair))
    .join("&");
  return [
    path.replace(/^([^/]*\/\/)[^/]*@/, "$1…@"),
    ...(query.length > 0 ? ["?", shown] : []),
    ...(fragment.length > 0 ? ["#…"] : []),
  ].join("");
}

const isUri = (name: string): boolean => /uris?$/.test(name) || name === "resource";

/**
 * The facts of what was sent. `pairs`: every parameter, as often as it came. `secrets`: further texts that must not be kept. A value
 * that is not kept is not kept under another name either, as when a program sends its secret as `client_id` too.
 */
export function sentFacts(
  pairs: readonly (readonly [string, string])[],
  authorization: string | null,
  secrets: readonly string[],
  clean: (text: string) => string,
): SentFacts {
  const parameters: [string, string][] = [];
  let left = ALL_CHARACTERS;
  const withheld = new Set<string>();
  let others = 0;
  const without = withoutTexts([
    ...secrets,
    ...pairs.filter(([name]) => !KEPT.has(name)).map(([, value]) => value),
  ]);
  for (const [name, value] of pairs) {
    if (KEPT.has(name) && parameters.length < VALUES && left > 0) {
      const shown = without(isUri(name) ? withoutValues(value) : value);
      const kept = foreignText(shown, Math.min(VALUE_CHARACTERS, left), clean);
      left -= kept.length;
      parameters.push([name, kept]);
    } else if (NAMED.has(name)) withheld.add(name);
    else others += 1;
  }
  return { parameters, withheld: [...withheld], others, authorization: schemeOf(authorization) };
}

/** Shorter texts are no secrets, and are in many words. */
const SECRET_CHARACTERS = 6;

/** Takes these texts out of another. */
export function withoutTexts(texts: readonly string[]): (text: string) => string {
  const secrets = texts.filter(({ length }) => length >= SECRET_CHARACTERS);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, "…"), text);
}

/** The scheme of a header: "Basic". A word that is no known scheme may be a secret without one. */
function schemeOf(header: string | null): string | null {
  if (header === null) return null;
  const scheme = /^\S+/.exec(header.trimStart())?.[0].toLowerCase() ?? "";
  return ({ basic: "Basic", bearer: "Bearer", dpop: "DPoP" } as Record<string, string>)[scheme] ?? "another";
}

/** A refused request, before it has a place. */
export interface Refused extends Omit<RefusalRecord, "ring" | "slot" | "expiresAt"> {}

// ── Rings ──────────────────────────────────────────────────────────────────────────────────────────────────

/** How many refusals are kept of one client. */
export const RING_SLOTS = 50;
/** How many are kept of all unknown clients together, and of all that registered themselves and that no person uses. */
export const STRANGERS_SLOTS = 200;

/** Refusals that no client needs to hear of. Scanners cause them by the thousand, so they have places of their own. */
const UNREMARKABLE: ReadonlySet<string> = new Set<Reason>([
  "not_found",
  "busy",
  "unavailable",
  "body_incomplete",
]);

/** Refusals that are a part of a flow that works. They are not kept: a device asks every few seconds. */
const ROUTINE: ReadonlySet<string> = new Set<Reason>(["authorization_pending", "slow_down"]);

export const isKept = (reason: string): boolean => !ROUTINE.has(reason);

/** Whether only the first of those that wait are kept: others may come by the thousand in a second. */
export const isUnremarkable = (reason: string): boolean => UNREMARKABLE.has(reason);

/** The client that a request named, as far as there is one. */
export type NamedClient = Pick<ClientRecord, "unusedFrom"> | null;

/** Whose places a refusal takes. Strangers name clients, and register some, at will: these have no places of their own. */
export function ringOf(
  { reason, clientId }: Pick<Refused, "reason" | "clientId">,
  client: NamedClient,
): string {
  if (UNREMARKABLE.has(reason)) return "unremarkable";
  if (clientId === null || client === null) return "unknown";
  return client.unusedFrom === null ? `client:${clientId}` : "unused";
}

const slotsOf = (ring: string): number =>
  ring === "unknown" || ring === "unused" ? STRANGERS_SLOTS : RING_SLOTS;

/** The most places of a ring. */
export const MOST_SLOTS = STRANGERS_SLOTS;

/** The places for new refusals of a ring: free ones first, then those of the oldest. At most so many as the ring has. */
export function placesFor(
  ring: string,
  held: readonly Pick<RefusalRecord, "slot" | "at">[],
  wanted: number,
): readonly number[] {
  const slots = slotsOf(ring);
  const taken = new Set(held.map(({ slot }) => slot));
  const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !taken.has(slot));
  const oldest = held
    .toSorted((one, other) => one.at - other.at || one.slot - other.slot)
    .map(({ slot }) => slot);
  return [...free, ...oldest].slice(0, Math.min(wanted, slots));
}

/** How many refusals wait in memory at most, of one client and in all. The newest of a client push out its oldest. */
export const WAITING_PER_CLIENT = RING_SLOTS;
export const WAITING = 200;

export const refusalRecord = (
  refused: Refused,
  ring: string,
  slot: number,
  keptSeconds: number,
): RefusalRecord => ({ ...refused, ring, slot, expiresAt: refused.at + keptSeconds });

export const cutName = (text: string, clean: (text: string) => string): string =>
  foreignText(text, NAME_CHARACTERS, clean);

/** Refusals that only a page has: what they mean, and the cure. */
export const PAGE_REASONS = {
  form_expired: {
    description:
      "The form was open for too long, or was sent from another browser than the one that opened it.",
    cure: "Load the page again, and send the form from there. The limit is the setting lifetimes.form_seconds. If every form fails, the browser keeps no cookies.",
  },
  form_foreign: {
    description: "A page of another site sent the form.",
    cure: "Open the page of this server itself. If its own forms fail, a proxy changes the headers Origin or Sec-Fetch-Site (docs/proxy.md).",
  },
  setup_link: {
    description: "The link for the first administrator is unknown, used, replaced or too old.",
    cure: "Restart the server: it prints a new link for as long as there is no administrator.",
  },
  link_unknown: {
    description: "There is no such link, or it is not for this page.",
    cure: "Open the whole link, as it was sent. If it was replaced or revoked, make a new one: tessera user invite, tessera user reset.",
  },
  link_used: {
    description: "The link was used as often as it may be.",
    cure: "Make a new one: tessera user invite, tessera user reset.",
  },
  link_expired: {
    description: "The link is too old.",
    cure: "Make a new one: tessera user invite, tessera user reset.",
  },
} as const;

// ── Why ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A parameter beside what is registered. */
export interface Comparison {
  readonly name: string;
  readonly sent: readonly string[];
  readonly registered: readonly string[];
  /** Null: the two cannot be compared by themselves. */
  readonly fits: boolean | null;
}

type Registered = Pick<
  ClientRecord,
  | "redirectUris"
  | "scope"
  | "grantTypes"
  | "tokenEndpointAuthMethod"
  | "requirePkce"
  | "postLogoutRedirectUris"
>;

/** The facts that a request and a registration both have. */
export function compareWithClient(
  { parameters, withheld, authorization }: SentFacts,
  client: Registered,
): Comparison[] {
  const valuesOf = (name: string) => parameters.filter(([each]) => each === name).map(([, value]) => value);
  const comparisons: Comparison[] = [];
  const compare = (
    name: string,
    sent: readonly string[],
    registered: readonly string[],
    fits: boolean | null = sent.every((value) => registered.includes(value)),
  ) => {
    if (sent.length > 0) comparisons.push({ name, sent, registered, fits });
  };
  // Kept without the values of their queries, and cut: compared in the same form.
  const likeSent = (uri: string) => foreignText(withoutValues(uri), VALUE_CHARACTERS, (text) => text);
  compare("redirect_uri", valuesOf("redirect_uri"), client.redirectUris.map(likeSent));
  compare(
    "post_logout_redirect_uri",
    valuesOf("post_logout_redirect_uri"),
    client.postLogoutRedirectUris.map(likeSent),
  );
  const scopes = valuesOf("scope").flatMap((scope) => scope.split(" ").filter((name) => name !== ""));
  compare("scope", scopes, client.scope);
  compare("grant_type", valuesOf("grant_type"), client.grantTypes);
  // RFC 7636 §4.3: without a method, the challenge is plain.
  const isPlain = withheld.includes("code_challenge") && valuesOf("code_challenge_method").length === 0;
  compare("code_challenge_method", isPlain ? ["plain"] : valuesOf("code_challenge_method"), ["S256"]);
  const how =
    authorization === "Basic"
      ? "client_secret_basic"
      : withheld.includes("client_secret")
        ? "client_secret_post"
        : withheld.includes("client_assertion")
          ? "private_key_jwt"
          : null;
  if (how !== null) compare("token_endpoint_auth_method", [how], [client.tokenEndpointAuthMethod]);
  return comparisons;
}

/** The section that a text names: `RFC 6749 §4.1.3`. Null if it names none. */
export const sectionIn = (text: string): string | null =>
  /(?:RFC \d{4}|OIDC Core|OpenID Connect Core(?: 1\.0)?) (?:§[\d.]*\d|appendix [A-Z])/.exec(text)?.[0] ??
  null;
