/**
 * A device client (RFC 8628), for any server: it asks, shows, and polls as §3.5 says. No terminal here and no clock of
 * its own: fetching and sleeping are passed in.
 */
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { CommandError } from "./command-error.ts";
import {
  describeError,
  type Fetch,
  type LoginClient,
  positive,
  postForm,
  readJson,
  type ServerMetadata,
  type Sleep,
  type TokenResponse,
  text,
  tokenResponseIn,
} from "./login-server.ts";

/** RFC 8628 §3.2. */
export interface DeviceAuthorization {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string | null;
  readonly expires_in: number;
  readonly interval: number;
}

export interface DeviceRequest {
  readonly scope: string | null;
  readonly resources: readonly string[];
}

/** RFC 8628 §3.1: starts the flow. */
export async function requestDeviceAuthorization(
  server: ServerMetadata,
  client: LoginClient,
  { scope, resources }: DeviceRequest,
  fetch: Fetch,
): Promise<DeviceAuthorization> {
  const form = new URLSearchParams();
  if (scope !== null) form.set("scope", scope);
  for (const resource of resources) form.append("resource", resource);
  const endpoint = server.device_authorization_endpoint;
  if (endpoint === null) {
    throw new CommandError(
      `The server ${server.issuer} does not offer the device flow (RFC 8628). Try --browser.`,
    );
  }
  const answer = await postForm(endpoint, client, form, fetch);
  const members = await readJson(answer);
  const deviceCode = text(members?.device_code);
  const userCode = text(members?.user_code);
  // Older servers called it verification_url.
  const verificationUri = text(members?.verification_uri) ?? text(members?.verification_url);
  if (!answer.ok || deviceCode === null || userCode === null || verificationUri === null) {
    throw new CommandError(`The server did not begin the sign-in: ${describeError(members, answer)}`);
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
  client: LoginClient,
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
      answer = await postForm(server.token_endpoint, client, form, fetch);
    } catch {
      // §3.5: on a connection that fails, back off; the person may still be at it.
      interval *= 2;
      continue;
    }
    const members = await readJson(answer);
    const response = tokenResponseIn(members, answer);
    if (response !== null) return response;
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
