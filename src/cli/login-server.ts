/** What both ways of signing in from the command line share: finding a server, registering, and posting forms to it. */
import { CommandError } from "./command-error.ts";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
export type Sleep = (millis: number) => Promise<void>;

/** What the flows need of a server's metadata (RFC 8414). */
export interface ServerMetadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly authorization_endpoint: string | null;
  readonly device_authorization_endpoint: string | null;
  readonly registration_endpoint: string | null;
  readonly userinfo_endpoint: string | null;
}

export type TokenResponse = Readonly<Record<string, unknown>> & { readonly access_token: string };

/** Who this program is to the server. */
export interface LoginClient {
  readonly clientId: string;
  readonly clientSecret: string | null;
}

type Members = Readonly<Record<string, unknown>>;

/** RFC 8414 §3: finds the server's metadata. Throws CommandError if there is none. */
export async function discover(issuer: string, fetch: Fetch): Promise<ServerMetadata> {
  const { origin, pathname } = parseIssuer(issuer);
  const path = pathname.replace(/\/$/, "");
  const candidates = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const url of candidates) {
    const answer = await reach(url, { headers: { Accept: "application/json" } }, fetch);
    const members = answer.ok ? await readJson(answer) : null;
    if (members === null) continue;
    // RFC 8414 §3.3: a document that speaks for somebody else must not be used.
    if (members.issuer !== issuer) {
      throw new CommandError(
        `The server at ${issuer} calls itself ${JSON.stringify(members.issuer)}. Use exactly that as --issuer if you trust it.`,
      );
    }
    const token = text(members.token_endpoint);
    if (token === null)
      throw new CommandError(`The server ${issuer} names no token endpoint in its metadata.`);
    return {
      issuer,
      token_endpoint: token,
      authorization_endpoint: text(members.authorization_endpoint),
      device_authorization_endpoint: text(members.device_authorization_endpoint),
      registration_endpoint: text(members.registration_endpoint),
      userinfo_endpoint: text(members.userinfo_endpoint),
    };
  }
  throw new CommandError(
    `There is no authorization server at ${issuer}: it has no metadata document. Check --issuer.`,
  );
}

function parseIssuer(issuer: string): URL {
  if (URL.canParse(issuer) && /^https?:/.test(issuer)) return new URL(issuer);
  throw new CommandError(`'${issuer}' is not a URL. Write the issuer as https://auth.example.org.`);
}

export interface Registration {
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
}

/** RFC 7591: a public client that can do nothing but the flow at hand. Returns its identifier. */
export async function registerClient(
  server: ServerMetadata,
  { grantTypes, redirectUris }: Registration,
  fetch: Fetch,
): Promise<string> {
  const advice = "Ask the operator for a client and name it with --client-id.";
  const endpoint = server.registration_endpoint;
  if (endpoint === null)
    throw new CommandError(`The server does not let clients register themselves. ${advice}`);
  const answer = await reach(
    endpoint,
    {
      method: "POST",
      redirect: "error",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({
        client_name: "tessera login",
        grant_types: [...grantTypes, "refresh_token"],
        response_types: redirectUris.length > 0 ? ["code"] : [],
        ...(redirectUris.length > 0 ? { redirect_uris: redirectUris } : {}),
        token_endpoint_auth_method: "none",
      }),
    },
    fetch,
  );
  const members = await readJson(answer);
  const clientId = text(members?.client_id);
  if (clientId !== null) return clientId;
  throw new CommandError(
    `The server refused to register a client: ${describeError(members, answer)} ${advice}`,
  );
}

/** The token response in an answer; null if it is none (RFC 6749 §5.1). */
export function tokenResponseIn(members: Members | null, answer: Response): TokenResponse | null {
  const accessToken = text(members?.access_token);
  return answer.ok && members !== null && accessToken !== null
    ? { ...members, access_token: accessToken }
    : null;
}

/** RFC 6749 §2.3.1: a secret goes into the Authorization header, percent-encoded; a public client names itself. */
export function postForm(
  url: string,
  client: LoginClient,
  form: URLSearchParams,
  fetch: Fetch,
): Promise<Response> {
  const headers: Record<string, string> = {
    "Content-Type": "application/x-www-form-urlencoded",
    Accept: "application/json",
  };
  if (client.clientSecret === null) form.set("client_id", client.clientId);
  else headers.Authorization = `Basic ${btoa(`${encode(client.clientId)}:${encode(client.clientSecret)}`)}`;
  // What is sent is secret, and meant for this address only.
  return reach(url, { method: "POST", redirect: "error", headers, body: form.toString() }, fetch);
}

const encode = (value: string): string => new URLSearchParams({ v: value }).toString().slice(2);

interface Request extends RequestInit {
  readonly headers: Readonly<Record<string, string>>;
}

/** Every request says who asks: the server shows it to the person who is to allow it. */
async function reach(url: string, request: Request, fetch: Fetch): Promise<Response> {
  const { version } = await import("../../package.json");
  const headers = { ...request.headers, "User-Agent": `tessera-login/${version}` };
  try {
    return await fetch(url, { ...request, headers });
  } catch (error) {
    throw unreachable(new URL(url).origin, error);
  }
}

/** What OpenSSL and Bun call a certificate that nobody here vouches for. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|self.signed|unable to verify/;

function unreachable(where: string, error: unknown): CommandError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = error instanceof Error ? error.message : String(error);
  if (UNTRUSTED.test(code) || UNTRUSTED.test(reason)) {
    return new CommandError(
      `The certificate of ${where} is not trusted on this machine (${reason}). If it is yours, name it: NODE_EXTRA_CA_CERTS=cert.pem tessera login`,
    );
  }
  if (code === "ECONNREFUSED" || code === "ConnectionRefused") {
    return new CommandError(
      `Nothing answers at ${where} (connection refused). Start the server, or check --issuer.`,
    );
  }
  return new CommandError(`The server at ${where} cannot be reached (${reason}). Check --issuer.`);
}

export async function readJson(answer: Response): Promise<Members | null> {
  const body: unknown = await answer.json().catch(() => null);
  return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : null;
}

/** The error in an answer, in words. */
export function describeError(members: Members | null, answer: Response): string {
  const error = text(members?.error);
  if (error === null) return `it answered with status ${answer.status}.`;
  const description = text(members?.error_description);
  return description === null ? `${error}.` : `${description.replace(/\.$/, "")} (${error}).`;
}

/**
 * A text that a server sent. It may be shown on a terminal, so one with control characters, which no parameter of
 * OAuth may have, counts as missing.
 */
export const text = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && !/[\p{Cc}\p{Cf}]/u.test(value) ? value : null;

export const positive = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
