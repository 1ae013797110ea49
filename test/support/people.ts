/** Stored data that tests of pages need: people's access and setup links. */

import { mintCredential, newRecordId } from "../../src/credentials/credential.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import { shardOf } from "../../src/store/declare.ts";
import type { GrantRecord } from "../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import type { TestServer } from "./server.ts";

/** The authentication that a session and a grant record after a sign-in with a password. */
export const BY_PASSWORD = { authenticationMethods: ["pwd"], authenticationLevel: "1" } as const;

/** Makes a setup link, and returns the `token` of its address. */
export async function makeSetupLink({ context, clock }: TestServer, seconds = 600): Promise<string> {
  const minted = mintCredential("setup_link", clock, context.random);
  await context.store.createSetupLink({
    id: minted.id,
    digest: minted.digest,
    expiresAt: clock.seconds() + seconds,
  });
  return minted.text;
}

/** Gives a client access, as if the person had agreed and the client had fetched its tokens. */
export async function grantAccess(
  { context, clock }: TestServer,
  account: AccountRecord,
  clientId: string,
  scope: readonly string[],
  resources: readonly string[] = [],
  via: GrantRecord["via"] = "authorization_code",
): Promise<GrantRecord> {
  const { store, random } = context;
  const client = await store.findClient(clientId);
  if (client === null) throw new Error(`There is no client ${clientId}.`);
  const now = clock.seconds();
  const code = mintCredential("device_code", clock, random);
  const shard = shardOf(code.id);
  const accessToken = mintCredential("access_token", clock, random, shard);
  const grant: GrantRecord = {
    id: newRecordId(clock, random, shard),
    subject: account.subject,
    username: account.username,
    clientId: client.clientId,
    scope: parseScope(scope.join(" ")),
    resources: resources.map(parseResourceIndicator),
    authorizationDetails: null,
    via,
    session: null,
    claims: null,
    address: "203.0.113.7",
    online: false,
    authenticatedAt: now,
    program: null,
    system: null,
    ...BY_PASSWORD,
    createdAt: now,
    expiresAt: now + 600,
    activatedAt: null,
    revokedAt: null,
    revokedReason: null,
  };
  const userCode = random(32) as Uint8Array as typeof code.digest;
  await store.createDeviceCode({
    id: code.id,
    digest: code.digest,
    userCodeDigest: userCode,
    clientId: client.clientId,
    scope: grant.scope,
    resources: grant.resources,
    authorizationDetails: null,
    createdAt: now,
    expiresAt: now + 600,
    requesterAddress: "198.51.100.4",
    requesterAgent: "",
    status: "pending",
    grantId: null,
    deniedBy: null,
    usedAt: null,
  });
  await store.decideDeviceCode(code.id, grant, now);
  const outcome = await store.redeemDeviceCode(code.id, {
    now,
    accessToken: {
      id: accessToken.id,
      digest: accessToken.digest,
      grantId: grant.id,
      clientId: client.clientId,
      subject: account.subject,
      scope: grant.scope,
      resources: grant.resources,
      confirmation: null,
      issuedAt: now,
      expiresAt: now + 3600,
    },
    refreshToken: null,
  });
  if (outcome !== "issued") throw new Error(`The access was ${outcome}.`);
  return grant;
}
