/**
 * A device client (RFC 8628), for any server: it asks, and polls as §3.5 says. It knows no terminal and no clock; the
 * caller passes in how to sleep.
 */
import {
  type DeviceAuthorizationResponse,
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
  processDeviceCodeResponse,
  type TokenEndpointResponse,
} from "oauth4webapi";
import { CommandError } from "./command-error.ts";
import {
  type LoginClient,
  refusalIn,
  type Server,
  type Sleep,
  tokenOptions,
  wantsNonce,
} from "./login-server.ts";

/** RFC 8628 §3.1: starts the flow. `wanted` has the parameters for scope and resources. */
export async function requestDeviceAuthorization(
  { metadata, options }: Server,
  { client, authentication }: LoginClient,
  wanted: URLSearchParams,
): Promise<DeviceAuthorizationResponse> {
  if (metadata.device_authorization_endpoint === undefined) {
    throw new CommandError(
      `The server ${metadata.issuer} does not offer the device flow (RFC 8628). Try --browser.`,
    );
  }
  try {
    const answer = await deviceAuthorizationRequest(metadata, client, authentication, wanted, options);
    return await processDeviceAuthorizationResponse(metadata, client, await withStandardName(answer));
  } catch (error) {
    const { words } = await refusalIn(error);
    throw new CommandError(`The server did not begin the sign-in: ${words}`);
  }
}

/** Servers older than RFC 8628, such as Google's, call it verification_url. */
async function withStandardName(answer: Response): Promise<Response> {
  if (!answer.ok) return answer;
  const text = await answer.text();
  return new Response(
    text.includes('"verification_uri"') ? text : text.replace('"verification_url"', '"verification_uri"'),
    answer,
  );
}

/** RFC 8628 §3.2: without an interval, 5 seconds. */
const INTERVAL_SECONDS = 5;

/** RFC 8628 §3.5: polls until the person has answered. Throws CommandError when there will be no token. */
export async function pollForToken(
  server: Server,
  loginAs: LoginClient,
  device: Pick<DeviceAuthorizationResponse, "device_code" | "expires_in" | "interval">,
  sleep: Sleep,
): Promise<TokenEndpointResponse> {
  const { metadata } = server;
  const { client, authentication } = loginAs;
  let interval = device.interval ?? INTERVAL_SECONDS;
  let waited = 0;
  while (waited < device.expires_in) {
    await sleep(interval * 1000);
    waited += interval;
    try {
      const { device_code } = device;
      const options = tokenOptions(server, loginAs);
      const answer = await deviceCodeGrantRequest(metadata, client, authentication, device_code, options);
      return await processDeviceCodeResponse(metadata, client, answer);
    } catch (thrown) {
      // §3.5: if the connection fails, back off; the person may still answer.
      if (thrown instanceof CommandError) {
        interval *= 2;
        continue;
      }
      if (wantsNonce(thrown)) continue;
      const { error, status, words } = await refusalIn(thrown);
      // A server that is busy or restarting is no reason to give up.
      const isBusy = status !== null && (status >= 500 || status === 429);
      if (error === "slow_down" || isBusy) interval += 5;
      else if (error === "access_denied") {
        throw new CommandError("Access was denied on the page. If that was a mistake, start again.");
      } else if (error === "expired_token") throw expired();
      else if (error !== "authorization_pending") throw new CommandError(`The server refused: ${words}`);
    }
  }
  throw expired();
}

const expired = (): CommandError =>
  new CommandError("The code has expired before a person entered it. Start again.");
