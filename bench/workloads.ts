/** What is measured: one request each, with the artefact that it needs and the answer that it must get. */
import {
  API,
  APP,
  basic,
  DEVICE,
  DEVICE_GRANT,
  REDIRECT_URI,
  SCOPE,
  VERIFIER,
} from "./contenders/clients.ts";
import type { ArtefactKind } from "./contenders/contender.ts";

export type Endpoint = "introspection" | "token" | "revocation" | "metadata";

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly endpoint: Endpoint;
  readonly authorization: string | null;
  /** Null: a GET. The artefact stands where ARTEFACT does. */
  readonly form: string | null;
  readonly artefact: {
    readonly kind: ArtefactKind;
    /** One for all requests, many in turn, or each a single time. */
    readonly use: "one" | "cycle" | "once";
  } | null;
  readonly expects: { readonly status: number; readonly contains: string };
  /** Whether an answer promises that something was stored. */
  readonly writes: boolean;
}

/** Where the artefact goes. */
export const ARTEFACT = "@@ARTEFACT@@";

const formOf = (fields: Readonly<Record<string, string>>): string =>
  new URLSearchParams(fields).toString().replace(encodeURIComponent(ARTEFACT), ARTEFACT);

const introspection = (
  name: string,
  title: string,
  kind: ArtefactKind,
  active: boolean,
  use: "one" | "cycle" = "one",
): Workload => ({
  name,
  title,
  endpoint: "introspection",
  authorization: basic(API),
  form: formOf({ token: ARTEFACT }),
  artefact: { kind, use },
  expects: { status: 200, contains: `"active":${active}` },
  writes: false,
});

export const WORKLOADS: readonly Workload[] = [
  introspection("introspection", "Introspection of an active token", "person_token", true),
  introspection("introspection-mix", "Introspection of many tokens in turn", "client_token", true, "cycle"),
  introspection("introspection-inactive", "Introspection of a revoked token", "revoked_token", false),
  introspection("introspection-unknown", "Introspection of an unknown token", "unknown_token", false),
  {
    name: "client-credentials",
    title: "Client credentials",
    endpoint: "token",
    authorization: basic(APP),
    form: formOf({ grant_type: "client_credentials", scope: SCOPE }),
    artefact: null,
    expects: { status: 200, contains: '"access_token":' },
    writes: true,
  },
  {
    name: "code",
    title: "Redemption of a code with PKCE",
    endpoint: "token",
    authorization: basic(APP),
    form: formOf({
      grant_type: "authorization_code",
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      code: ARTEFACT,
    }),
    artefact: { kind: "code", use: "once" },
    expects: { status: 200, contains: '"refresh_token":' },
    writes: true,
  },
  {
    name: "refresh",
    title: "Refresh with rotation",
    endpoint: "token",
    authorization: basic(APP),
    form: formOf({ grant_type: "refresh_token", refresh_token: ARTEFACT }),
    artefact: { kind: "refresh_token", use: "once" },
    expects: { status: 200, contains: '"refresh_token":' },
    writes: true,
  },
  {
    name: "device",
    title: "Poll of a device, pending",
    endpoint: "token",
    authorization: null,
    form: formOf({ grant_type: DEVICE_GRANT, client_id: DEVICE.id, device_code: ARTEFACT }),
    artefact: { kind: "device_code", use: "once" },
    expects: { status: 400, contains: "authorization_pending" },
    writes: false,
  },
  {
    name: "revocation",
    title: "Revocation of an access token",
    endpoint: "revocation",
    authorization: basic(APP),
    form: formOf({ token: ARTEFACT }),
    artefact: { kind: "client_token", use: "once" },
    expects: { status: 200, contains: "" },
    writes: true,
  },
  {
    name: "metadata",
    title: "Metadata",
    endpoint: "metadata",
    authorization: null,
    form: null,
    artefact: null,
    expects: { status: 200, contains: '"token_endpoint":' },
    writes: false,
  },
];

const headersOf = ({ authorization, form }: Workload): [string, string][] => {
  const headers: [string, string][] = [];
  if (authorization !== null) headers.push(["Authorization", authorization]);
  if (form !== null) headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
  return headers;
};

/** Sends it once. */
export function sendOnce(workload: Workload, url: string, artefact: string): Promise<Response> {
  const { form } = workload;
  return fetch(url, {
    method: form === null ? "GET" : "POST",
    headers: headersOf(workload),
    ...(form !== null && { body: form.replace(ARTEFACT, artefact) }),
  });
}

/** As it goes over the wire, with ARTEFACT where an artefact of `artefactLength` bytes belongs. */
export function wireText(workload: Workload, url: string, artefactLength: number): string {
  const { host, pathname } = new URL(url);
  const { form } = workload;
  const lines = [
    `${form === null ? "GET" : "POST"} ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    ...headersOf(workload).map(([name, value]) => `${name}: ${value}`),
  ];
  if (form === null) return `${lines.join("\r\n")}\r\n\r\n`;
  const length = form.length + (form.includes(ARTEFACT) ? artefactLength - ARTEFACT.length : 0);
  return `${[...lines, `Content-Length: ${length}`].join("\r\n")}\r\n\r\n${form}`;
}
