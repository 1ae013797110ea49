/** The issuers whose tokens this server believes, for those who manage it. The configuration declares them. */
import type { Configuration } from "../../configuration/schema.ts";
import type { Authority } from "../../rules/role.ts";
import type { Context } from "../context.ts";
import { keysFault, type TrustedIssuer, type TrustedIssuers } from "../trusted-issuers.ts";
import { known, requirePermission } from "./authority.ts";

/** An issuer in words that answers and lists share. */
export const describeIssuer = (
  { clients }: Pick<Configuration, "clients">,
  issuers: Pick<TrustedIssuers, "placeOfKeys">,
  issuer: TrustedIssuer,
) => ({
  issuer: issuer.issuer,
  keys: issuers.placeOfKeys(issuer),
  audience: issuer.audience,
  algorithms: issuer.algorithms,
  clients: clients
    .filter(({ workloads = [] }) => workloads.some((each) => each.issuer === issuer.issuer))
    .map(({ client_id }) => client_id),
  people:
    issuer.people === undefined
      ? null
      : {
          by: issuer.people.by,
          profiles: issuer.people.profiles,
          clients: issuer.people.clients,
          scope: issuer.people.scope,
        },
});

export type KnownIssuer = ReturnType<typeof describeIssuer>;

/** Whether the keys of an issuer can be had now. */
export async function checkIssuer(issuers: TrustedIssuers, issuer: TrustedIssuer) {
  const { keys, fault } = await keysFault(issuers, issuer);
  const found = (keys?.keys ?? []).map(({ kid, kty, alg }) => ({
    kid: typeof kid === "string" ? kid : null,
    kty: String(kty),
    alg: typeof alg === "string" ? alg : null,
  }));
  return { issuer: issuer.issuer, keys: found, fault, place: issuers.placeOfKeys(issuer) };
}

export type CheckedIssuer = Awaited<ReturnType<typeof checkIssuer>>;

export function listTrustedIssuers(
  { configuration, trustedIssuers }: Context,
  authority: Authority,
): KnownIssuer[] {
  requirePermission(authority, "clients.read");
  return trustedIssuers.all.map((issuer) => describeIssuer(configuration, trustedIssuers, issuer));
}

/** Gets the keys of an issuer now. Throws `object_unknown` for one that is not trusted. */
export function checkTrustedIssuer(
  { trustedIssuers }: Context,
  authority: Authority,
  issuer: string,
): Promise<CheckedIssuer> {
  // The server asks another one: not for those who only look.
  requirePermission(authority, "clients.write");
  return checkIssuer(trustedIssuers, known(trustedIssuers.named(issuer)));
}

/** The authorization servers for which clients get assertions (ID-JAG). */
export function listAssertionAudiences(
  { configuration }: Context,
  authority: Authority,
): Configuration["id_jag_audiences"] {
  requirePermission(authority, "clients.read");
  return configuration.id_jag_audiences;
}
