/**
 * The common part of both ways to sign in from the command line: finding a server, registering, and explaining refusals.
 * oauth4webapi implements the protocol, so this client is also an independent check of the server.
 */
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  customFetch,
  DPoP,
  type DPoPHandle,
  discoveryRequest,
  dynamicClientRegistrationRequest,
  isDPoPNonceError,
  JSON_ATTRIBUTE_COMPARISON,
  None,
  OperationProcessingError,
  processDiscoveryResponse,
  processDynamicClientRegistrationResponse,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from "oauth4webapi";
import { printable } from "../platform/printable.ts";
import { CommandError } from "./command-error.ts";
import type { ProofKey } from "./proof-key.ts";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
export type Sleep = (millis: number) => Promise<void>;

/** The library's options for requests. */
interface RequestOptions {
  readonly [customFetch]: (url: string, init: RequestInit) => Promise<Response>;
  readonly [allowInsecureRequests]: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** A server that was found. */
export interface Server {
  readonly metadata: AuthorizationServer;
  readonly options: RequestOptions;
}

/** The identity of this program at the server, and how it proves that. */
export interface LoginClient {
  readonly client: Client;
  readonly authentication: ClientAuth;
  /** Makes the proofs to whose key the tokens are bound (RFC 9449); null for bearer tokens. */
  readonly proofs: DPoPHandle | null;
}

/** RFC 6749 §2.3.1: a secret goes into the Authorization header; a public client names itself in the body. */
export const loginClient = (
  clientId: string,
  clientSecret: string | null,
  key: Pick<ProofKey, "privateKey" | "publicKey"> | null = null,
): LoginClient => ({
  client: { client_id: clientId },
  authentication: clientSecret === null ? None() : ClientSecretBasic(clientSecret),
  proofs: key === null ? null : DPoP({}, key),
});

/** The options of a request for tokens. */
export const tokenOptions = ({ options }: Server, { proofs }: LoginClient) =>
  proofs === null ? options : { ...options, DPoP: proofs };

/** RFC 9449 §8: the server wants a nonce in the proof. The library has kept it by now, so the same request succeeds. */
export const wantsNonce = (error: unknown): boolean => isDPoPNonceError(error);

/** RFC 8414 §3: finds the server's metadata. Throws CommandError if there is none. */
export async function discover(issuer: string, fetch: Fetch): Promise<Server> {
  const url = parseIssuer(issuer);
  const options = await requestOptions(issuer, fetch);
  for (const algorithm of ["oauth2", "oidc"] as const) {
    const answer = await discoveryRequest(url, { ...options, algorithm });
    const metadata = await metadataIn(answer, url, issuer);
    if (metadata === null) continue;
    if (metadata.token_endpoint === undefined)
      throw new CommandError(`The server ${issuer} names no token endpoint in its metadata.`);
    return { metadata, options };
  }
  throw new CommandError(
    `There is no authorization server at ${issuer}: it has no metadata document. Check --issuer.`,
  );
}

function parseIssuer(issuer: string): URL {
  if (URL.canParse(issuer) && /^https?:/.test(issuer)) return new URL(issuer);
  throw new CommandError(`'${issuer}' is not a URL. Write the issuer as https://auth.example.org.`);
}

/** Every request names this program in its User-Agent: the server shows that to the person who is to allow it. */
async function requestOptions(issuer: string, fetch: Fetch): Promise<RequestOptions> {
  const { version } = await import("../../package.json");
  return {
    [customFetch]: (url, init) => reach(url, init, fetch),
    // An https server whose metadata names http addresses would send tokens in the clear.
    [allowInsecureRequests]: issuer.startsWith("http:"),
    headers: { "User-Agent": `tessera-login/${version}` },
  };
}

/** The metadata in an answer; null if it is none. Throws CommandError if it speaks for another server (RFC 8414 §3.3). */
async function metadataIn(answer: Response, url: URL, issuer: string): Promise<AuthorizationServer | null> {
  let named: unknown;
  try {
    const metadata = await processDiscoveryResponse(url, answer);
    if (metadata.issuer === issuer) return metadata;
    named = metadata.issuer;
  } catch (error) {
    named = issuerOfAnother(error);
    if (named === undefined) return null;
  }
  throw new CommandError(
    `The server at ${issuer} calls itself ${JSON.stringify(named)}. Use exactly that as --issuer if you trust it.`,
  );
}

/** The issuer that the library found instead of the expected one; undefined for any other error. */
function issuerOfAnother(error: unknown): unknown {
  if (!(error instanceof OperationProcessingError) || error.code !== JSON_ATTRIBUTE_COMPARISON)
    return undefined;
  return membersOf(membersOf(error.cause).body).issuer;
}

export interface Registration {
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
}

/** RFC 7591: registers a public client for this flow only. Returns its identifier. */
export async function registerClient(
  { metadata, options }: Server,
  { grantTypes, redirectUris }: Registration,
): Promise<string> {
  const operator = "ask the operator for a client and name it with --client-id.";
  // Servers that let strangers register for the code flow need not let them for devices.
  const advice = redirectUris.length > 0 ? `A${operator.slice(1)}` : `Sign in with --browser, or ${operator}`;
  if (metadata.registration_endpoint === undefined)
    throw new CommandError(`The server does not let clients register themselves. ${advice}`);
  const wanted = {
    client_name: "tessera login",
    grant_types: [...grantTypes, "refresh_token"],
    response_types: redirectUris.length > 0 ? ["code"] : [],
    ...(redirectUris.length > 0 ? { redirect_uris: [...redirectUris] } : {}),
    token_endpoint_auth_method: "none",
  };
  try {
    const answer = await dynamicClientRegistrationRequest(metadata, wanted, options);
    return (await processDynamicClientRegistrationResponse(answer)).client_id;
  } catch (error) {
    const { words } = await refusalIn(error);
    throw new CommandError(`The server refused to register a client: ${words} ${advice}`);
  }
}

/** Why a server gave no token. */
export interface Refusal {
  /** The error code of RFC 6749 §5.2 and RFC 8628 §3.5; null if the answer has none. */
  readonly error: string | null;
  /** The status of the answer; null if the status is not the fault. */
  readonly status: number | null;
  /** A sentence for people: the server's own words, if there are any. */
  readonly words: string;
}

/** The refusal in an error of the library. Throws every other error as it is. */
export async function refusalIn(error: unknown): Promise<Refusal> {
  if (error instanceof ResponseBodyError) return refusal(error.cause, error.status);
  // The library throws before it reads the body, which says more than the header.
  if (error instanceof WWWAuthenticateChallengeError) {
    return refusal(await error.response.json().catch(() => null), error.status);
  }
  const cause = error instanceof OperationProcessingError ? error.cause : null;
  if (cause instanceof Response) return refusal(null, cause.status);
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError) {
    return { error: null, status: null, words: `what it says cannot be used: ${error.message}.` };
  }
  throw error;
}

function refusal(body: unknown, status: number): Refusal {
  const { error, error_description: description } = membersOf(body);
  if (typeof error !== "string") return { error: null, status, words: `it answered with status ${status}.` };
  const words =
    typeof description === "string" && description !== ""
      ? `${description.replace(/\.$/, "")} (${error}).`
      : `${error}.`;
  return { error, status, words: printable(words) };
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

async function reach(url: string, request: RequestInit, fetch: Fetch): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    throw unreachable(new URL(url).origin, error);
  }
}

/** The names of OpenSSL and Bun for the errors of an untrusted certificate. */
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
