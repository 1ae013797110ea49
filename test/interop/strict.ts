/** The common part of the tests with `oauth4webapi`: discovery, and refusals as the client sees them. */
import { expect } from "bun:test";
import * as oauth from "oauth4webapi";
import type { ListeningServer } from "../support/listening.ts";

export const insecure = { [oauth.allowInsecureRequests]: true } as const;

export async function discover({ issuer }: ListeningServer, algorithm: "oauth2" | "oidc") {
  const at = new URL(issuer);
  return oauth.processDiscoveryResponse(at, await oauth.discoveryRequest(at, { algorithm, ...insecure }));
}

/** The error that the client throws. */
async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (answer) => {
      throw new Error(`It was not refused: ${JSON.stringify(answer)}`);
    },
    (error) => error,
  );
}

/** A JSON body with `error` and a status (RFC 6749 §5.2), and no challenge. */
export async function expectBodyError(work: Promise<unknown>, status: number, error: string): Promise<void> {
  const found = await errorOf(work);
  if (!(found instanceof oauth.ResponseBodyError)) throw found;
  expect({ status: found.status, error: found.error }).toEqual({ status, error });
  expect(found.error_description).toBeString();
}

/** A challenge that can be parsed (RFC 9110 §11.6.1, RFC 6750 §3). */
export async function expectChallenge(
  work: Promise<unknown>,
  status: number,
  challenge: { scheme: string; parameters: object },
): Promise<void> {
  const found = await errorOf(work);
  if (!(found instanceof oauth.WWWAuthenticateChallengeError)) throw found;
  expect(found.status).toBe(status);
  expect(found.cause).toMatchObject([challenge]);
}
