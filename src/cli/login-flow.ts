/**
 * A device client (RFC 8628), for any server: it asks, shows, and polls as §3.5 says. No terminal here and no clock of
 * its own: fetching and sleeping are passed in.
 */
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { CommandError } from "./command-error.ts";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
export type Sleep = (millis: number) => Promise<void>;

/** What the flow needs of a server's metadata (RFC 8414). */
export interface ServerMetadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly device_authorization_endpoint: string;
  readonly registration_endpoint: string | null;
}

/** RFC 8628 §3.2. */
export interface DeviceAuthorization {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string | null;
  readonly expires_in: number;
  readonly interval: number;
}

export type TokenResponse = Readonly<Record<string, unknown>> & { readonly access_token: string };

export interface DeviceClient {
  readonly clientId: string;
  readonly clientSecret: string | null;
}

type Members = Readonly<Record<string, unknown>>;

/** RFC 8414 §3: finds the server's metadata. Throws CommandError if there is none, or if it cannot do this flow. */
export async function discover(issuer: string, fetch: Fetch): Promise<ServerMetadata> {
  const { origin, pathname } = parseIssuer(issuer);
  const path = pathname.replace(/\/$/, "");
  const candidates = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const url of candidates) {
    const answer = await reach(() => fetch(url, { headers: { Accept: "application/json" } }), origin);
    const members = answer.ok ? await readJson(answer) : null;
    if (members === null) continue;
    // RFC 8414 §3.3: a document that speaks for somebody else must not be used.
    if (members.issuer !== issuer) {
      throw new CommandError(
        `The server at ${issuer} calls itself ${JSON.stringify(members.issuer)}. Use exactly that as --issuer if you trust it.`,
      );
    }
    const device = text(members.device_authorization_endpoint);
    const token = text(members.token_endpoint);
    if (device === null || token === null) {
      throw new CommandError(
        `The server ${issuer} does not offer the device flow (RFC 8628). Sign in another way.`,
      );
    }
    return {
      issuer,
      token_endpoint: token,
      device_authorization_endpoint: device,
      registration_endpoint: text(members.registration_endpoint),
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

/** RFC 7591: a public client that can do nothing but this flow. Returns its identifier. */
export async function registerDeviceClient(server: ServerMetadata, fetch: Fetch): Promise<string> {
  const advice = "Ask the operator for a client and name it with --client-id.";
  const endpoint = server.registration_endpoint;
  if (endpoint === null)
    throw new CommandError(`The server does not let clients register themselves. ${advice}`);
  const answer = await reach(
    () =>
      fetch(endpoint, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({
          client_name: "tessera login",
          grant_types: [DEVICE_CODE_GRANT, "refresh_token"],
          response_types: [],
          token_endpoint_auth_method: "none",
        }),
      }),
    server.issuer,
  );
  const members = await readJson(answer);
  const clientId = text(members?.client_id);
  if (clientId !== null) return clientId;
  throw new CommandError(
    `The server refused to register a client: ${describeError(members, answer)} ${advice}`,
  );
}

export interface DeviceRequest {
  readonly scope: string | null;
  readonly resources: readonly string[];
}

/** RFC 8628 §3.1: starts the flow. */
export async function requestDeviceAuthorization(
  server: ServerMetadata,
  client: DeviceClient,
  { scope, resources }: DeviceRequest,
  fetch: Fetch,
): Promise<DeviceAuthorization> {
  const form = new URLSearchParams();
  if (scope !== null) form.set("scope", scope);
  for (const resource of resources) form.append("resource", resource);
  const answer = await post(server.device_authorization_endpoint, client, form, fetch);
  const members = await readJson(answer);
  const deviceCode = text(members?.device_code);
  const userCode = text(members?.user_code);
  // Older servers called it verification_url.
  const verificationUri = text(members?.verification_uri) ?? text(members?.verification_url);
  if (!answer.ok || deviceCode === null || userCode === null || verificationUri === null) {
    throw new CommandError(`The server refused to start: ${describeError(members, answer)}`);
  }
  return {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: verificationUri,
    verification_uri_complete: text(members?.verification_uri_complete),
    expires_in: positive(members?.expires_in) ?? 900,
    // RFC 8628 §3.2: without an interval, 5 seconds.
    interval: positive(members?.interval) ?? 5,
  };
}

/** RFC 8628 §3.5: asks again and again until the person has answered. Throws CommandError when there will be no token. */
export async function pollForToken(
  server: Pick<ServerMetadata, "token_endpoint">,
  client: DeviceClient,
  device: DeviceAuthorization,
  { fetch, sleep }: { readonly fetch: Fetch; readonly sleep: Sleep },
): Promise<TokenResponse> {
  let interval = device.interval;
  let waited = 0;
  while (waited < device.expires_in) {
    await sleep(interval * 1000);
    waited += interval;
    const form = new URLSearchParams({ grant_type: DEVICE_CODE_GRANT, device_code: device.device_code });
    let answer: Response;
    try {
      answer = await post(server.token_endpoint, client, form, fetch);
    } catch {
      // §3.5: on a connection that fails, back off; the person may still be at it.
      interval *= 2;
      continue;
    }
    const members = await readJson(answer);
    const accessToken = text(members?.access_token);
    if (answer.ok && members !== null && accessToken !== null)
      return { ...members, access_token: accessToken };
    switch (members?.error) {
      case "authorization_pending":
        break;
      case "slow_down":
        interval += 5;
        break;
      case "access_denied":
        throw new CommandError("Access was denied on the page. If that was a mistake, start again.");
      case "expired_token":
        throw expired();
      default:
        // A server that is busy or restarting is no reason to give up.
        if (answer.status < 500 && answer.status !== 429) {
          throw new CommandError(`The server refused: ${describeError(members, answer)}`);
        }
        interval += 5;
    }
  }
  throw expired();
}

const expired = (): CommandError =>
  new CommandError("The code has expired: nobody entered it in time. Start again.");

/** RFC 6749 §2.3.1: a secret goes into the Authorization header, percent-encoded; a public client names itself. */
function post(url: string, client: DeviceClient, form: URLSearchParams, fetch: Fetch): Promise<Response> {
  const headers: Record<string, string> = {
    "Content-Type": "application/x-www-form-urlencoded",
    Accept: "application/json",
  };
  if (client.clientSecret === null) form.set("client_id", client.clientId);
  else headers.Authorization = `Basic ${btoa(`${encode(client.clientId)}:${encode(client.clientSecret)}`)}`;
  return reach(() => fetch(url, { method: "POST", headers, body: form.toString() }), new URL(url).origin);
}

const encode = (value: string): string => new URLSearchParams({ v: value }).toString().slice(2);

async function reach(request: () => Promise<Response>, where: string): Promise<Response> {
  try {
    return await request();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `The server at ${where} cannot be reached (${reason}). Is it running? Check --issuer.`,
    );
  }
}

async function readJson(answer: Response): Promise<Members | null> {
  const body: unknown = await answer.json().catch(() => null);
  return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : null;
}

/** What a server says goes to a terminal: control characters do not. */
function describeError(members: Members | null, answer: Response): string {
  const error = text(members?.error);
  if (error === null) return `it answered with status ${answer.status}.`;
  const description = text(members?.error_description);
  return (description === null ? `${error}.` : `${error}: ${description}`).replace(/\p{Cc}/gu, "?");
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const positive = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
