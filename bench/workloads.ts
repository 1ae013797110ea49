/** The workloads: requests, each with the credential that it needs and the answer that it must get. */
import { JWT_BEARER_ASSERTION } from "../src/protocol/client-authentication.ts";
import {
  API,
  APP,
  basic,
  DEVICE,
  DEVICE_GRANT,
  OPENID_APPS,
  REDIRECT_URI,
  SCOPE,
  VERIFIER,
} from "./contenders/clients.ts";
import type { CredentialKind } from "./contenders/contender.ts";

export type Endpoint = "introspection" | "token" | "revocation" | "metadata" | "jwks";

/** One kind of request. */
export interface WorkloadRequest {
  readonly endpoint: Endpoint;
  readonly authorization: string | null;
  /** Null: a GET. CREDENTIAL marks the place of the credential. */
  readonly form: string | null;
  readonly credential: {
    readonly kind: CredentialKind;
    /** One credential for all requests, many in turn, or each once. */
    readonly use: "one" | "cycle" | "once";
    /** The most credentials in turn. */
    readonly most?: number;
  } | null;
  readonly expects: { readonly status: number; readonly contains: string };
  /** Whether an answer promises that a change is stored. */
  readonly writes: boolean;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  /**
   * Most workloads have one. In a mix, each request is sent in proportion to its weight, and all expect the same
   * status.
   */
  readonly requests: readonly [Weighted, ...Weighted[]];
}

export interface Weighted {
  readonly request: WorkloadRequest;
  readonly weight: number;
}

/** Well-formed, so that the server looks for it. */
const UNKNOWN_TOKEN = `tat_${"A".repeat(64)}`;

/** The place of the credential. */
export const CREDENTIAL = "@@CREDENTIAL@@";

const formOf = (fields: Readonly<Record<string, string>>): string =>
  new URLSearchParams(fields).toString().replace(encodeURIComponent(CREDENTIAL), CREDENTIAL);

type Credential = NonNullable<WorkloadRequest["credential"]>;

const introspection = (credential: Credential, active = true): WorkloadRequest => ({
  endpoint: "introspection",
  authorization: basic(API),
  form: formOf({ token: CREDENTIAL }),
  credential,
  expects: { status: 200, contains: `"active":${active}` },
  writes: false,
});

/** A request of the app, or of another client, to the token endpoint. */
const tokenRequest = (
  form: Readonly<Record<string, string>>,
  credential: Credential | null,
  contains: string,
  client: Parameters<typeof basic>[0] = APP,
): WorkloadRequest => ({
  endpoint: "token",
  authorization: basic(client),
  form: formOf(form),
  credential,
  expects: { status: 200, contains },
  writes: true,
});

/** The redemption of a code with PKCE (RFC 6749 §4.1.3). `kind`: the codes that it uses up. */
export const redemptionOf = (
  client: Parameters<typeof basic>[0],
  kind: CredentialKind,
  contains: string,
): WorkloadRequest =>
  tokenRequest(
    {
      grant_type: "authorization_code",
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      code: CREDENTIAL,
    },
    { kind, use: "once" },
    contains,
    client,
  );

const CODE = redemptionOf(APP, "code", '"refresh_token":');

const REFRESH = tokenRequest(
  { grant_type: "refresh_token", refresh_token: CREDENTIAL },
  { kind: "refresh_token", use: "once" },
  '"refresh_token":',
);

/** The server signs each of them before the load, which takes a moment. */
const SIGNED_TOKENS = 500;

/** The people of the mail morning: each has a grant and a token. */
const PEOPLE = 5000;

/**
 * The requests of a person's programs in nine hours: ninety logins, a refresh each hour, and the last request of one
 * sign-in.
 */
const MAIL_MORNING: Workload["requests"] = [
  { request: introspection({ kind: "person_token", use: "cycle", most: PEOPLE }), weight: 90 },
  { request: REFRESH, weight: 9 },
  { request: CODE, weight: 1 },
];

const alone = (name: string, title: string, request: WorkloadRequest): Workload => {
  return { name, title, requests: [{ request, weight: 1 }] };
};

const introspectionOf = (name: string, title: string, credential: Credential, active = true): Workload =>
  alone(name, `Introspection of ${title}`, introspection(credential, active));

export const WORKLOADS: readonly Workload[] = [
  introspectionOf("introspection", "an active token", { kind: "person_token", use: "one" }),
  introspectionOf("introspection-bound", "a token that is bound to a key", {
    kind: "bound_token",
    use: "one",
  }),
  introspectionOf("introspection-mix", "many tokens in turn", { kind: "client_token", use: "cycle" }),
  introspectionOf("introspection-jwt", "many signed tokens in turn", {
    kind: "signed_token",
    use: "cycle",
    most: SIGNED_TOKENS,
  }),
  introspectionOf("introspection-inactive", "a revoked token", { kind: "revoked_token", use: "one" }, false),
  introspectionOf("introspection-unknown", "an unknown token", { kind: "unknown_token", use: "one" }, false),
  alone("private-key-jwt", "Introspection by a client that signs (ES256)", {
    ...introspection({ kind: "client_assertion", use: "once" }, false),
    authorization: null,
    form: formOf({
      token: UNKNOWN_TOKEN,
      client_assertion_type: JWT_BEARER_ASSERTION,
      client_assertion: CREDENTIAL,
    }),
    writes: true,
  }),
  alone(
    "client-credentials",
    "Client credentials",
    tokenRequest({ grant_type: "client_credentials", scope: SCOPE }, null, '"access_token":'),
  ),
  alone("code", "Redemption of a code with PKCE", CODE),
  ...(["RS256", "ES256"] as const).map((algorithm) =>
    alone(
      `code-${algorithm.toLowerCase()}`,
      `Redemption of a code with PKCE, with an ID token (${algorithm})`,
      redemptionOf(OPENID_APPS[algorithm], `openid_code_${algorithm}`, '"id_token":'),
    ),
  ),
  alone("refresh", "Refresh with rotation", REFRESH),
  alone("device", "Poll of a device, pending", {
    ...tokenRequest(
      { grant_type: DEVICE_GRANT, client_id: DEVICE.id, device_code: CREDENTIAL },
      { kind: "device_code", use: "once" },
      "",
    ),
    authorization: null,
    expects: { status: 400, contains: "authorization_pending" },
    writes: false,
  }),
  alone("revocation", "Revocation of an access token", {
    ...tokenRequest({ token: CREDENTIAL }, { kind: "client_token", use: "once" }, ""),
    endpoint: "revocation",
  }),
  alone("metadata", "Metadata", {
    endpoint: "metadata",
    authorization: null,
    form: null,
    credential: null,
    expects: { status: 200, contains: '"token_endpoint":' },
    writes: false,
  }),
  alone("jwks", "Key set", {
    endpoint: "jwks",
    authorization: null,
    form: null,
    credential: null,
    expects: { status: 200, contains: '"kid":' },
    writes: false,
  }),
  { name: "mail-morning", title: "Mail morning", requests: MAIL_MORNING },
];

export function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found === undefined) throw new Error(`There is no workload ${name}.`);
  return found;
}

const headersOf = ({ authorization, form }: WorkloadRequest): [string, string][] => {
  const headers: [string, string][] = [];
  if (authorization !== null) headers.push(["Authorization", authorization]);
  if (form !== null) headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
  return headers;
};

/** Whether any of its requests stores a change. */
export const writes = ({ requests }: Workload): boolean => requests.some(({ request }) => request.writes);

/**
 * The expectation that wrk checks for every answer. Throws for a mix of several statuses: wrk does not say which
 * request was answered.
 */
export function expectationOf({ name, requests }: Workload): WorkloadRequest["expects"] {
  const { expects } = requests[0].request;
  if (requests.some(({ request }) => request.expects.status !== expects.status))
    throw new Error(`The requests of ${name} are to be answered with different statuses.`);
  return expects;
}

export function sendOnce(request: WorkloadRequest, url: string, credential: string): Promise<Response> {
  const { form } = request;
  return fetch(url, {
    method: form === null ? "GET" : "POST",
    headers: headersOf(request),
    ...(form !== null && { body: form.replace(CREDENTIAL, credential) }),
  });
}

/** The request on the wire, with CREDENTIAL in place of a credential of `credentialLength` bytes. */
export function wireText(request: WorkloadRequest, url: string, credentialLength: number): string {
  const { host, pathname } = new URL(url);
  const { form } = request;
  const lines = [
    `${form === null ? "GET" : "POST"} ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    ...headersOf(request).map(([name, value]) => `${name}: ${value}`),
  ];
  if (form === null) return `${lines.join("\r\n")}\r\n\r\n`;
  const length = form.length + (form.includes(CREDENTIAL) ? credentialLength - CREDENTIAL.length : 0);
  return `${[...lines, `Content-Length: ${length}`].join("\r\n")}\r\n\r\n${form}`;
}
