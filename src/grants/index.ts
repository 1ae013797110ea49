/**
 * Grants: one file per grant type. This folder owns what a code or token may be exchanged for; it never reads a raw
 * request and never writes a response.
 *
 * The table drives the token endpoint, and the metadata document lists it: what is here runs, what is not does not.
 */
import { authorizationCodeGrant } from "./authorization-code.ts";
import { clientCredentialsGrant } from "./client-credentials.ts";
import { deviceCodeGrant } from "./device-code.ts";
import type { Grant } from "./grant.ts";
import { refreshTokenGrant } from "./refresh-token.ts";

export const GRANTS: readonly Grant[] = [
  authorizationCodeGrant,
  refreshTokenGrant,
  clientCredentialsGrant,
  deviceCodeGrant,
];
