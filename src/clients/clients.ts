/** Making clients: identifiers, secrets, and the policy for each way in. */

import type { Configuration } from "../configuration/schema.ts";
import { digestSecret, mintCredential, recordIdText } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import { type Catalogue, INTROSPECT_SCOPE } from "../protocol/catalogue.ts";
import { GRANT_TYPES } from "../protocol/grant-types.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import type { ClientRecord, ClientSecretRecord } from "../store/records.ts";
import type { ClientMetadata, MetadataPolicy } from "./metadata.ts";

/** A generated identifier. It never looks like a URL or like a person's `acc_…` (RFC 9700 §4.15). */
export const newClientId = (random: RandomBytes): ClientId =>
  `cl_${Buffer.from(random(16)).toString("base64url")}` as ClientId;

/** An identifier that somebody chose; null if it could be taken for a person's or for a metadata document's. */
export function chosenClientId(text: string): ClientId | null {
  const fine = /^[\x20-\x7E]{1,200}$/.test(text) && !text.startsWith("acc_") && !/^https?:/i.test(text);
  return fine ? (text as ClientId) : null;
}

/** A new secret. Its text is shown once; the record holds its digest. */
export function mintClientSecret(
  clock: Clock,
  random: RandomBytes,
): { readonly text: string; readonly record: ClientSecretRecord } {
  const { text, id } = mintCredential("client_secret", clock, random);
  return {
    text,
    record: { id: recordIdText(id), digest: digestSecret(text), createdAt: clock.seconds(), expiresAt: null },
  };
}

export interface NewClient {
  readonly clientId: ClientId;
  readonly source: ClientRecord["source"];
  readonly metadata: ClientMetadata;
  readonly secrets: readonly ClientSecretRecord[];
  readonly createdAt: number;
  readonly requirePkce?: boolean;
  readonly accessTokenSeconds?: number | null;
}

export const newClientRecord = (client: NewClient): ClientRecord => ({
  ...client.metadata,
  clientId: client.clientId,
  source: client.source,
  secrets: client.secrets,
  createdAt: client.createdAt,
  requirePkce: client.requirePkce ?? true,
  accessTokenSeconds: client.accessTokenSeconds ?? null,
  usedAt: null,
  unusedFrom: client.source === "registration" ? client.createdAt : null,
  disabledAt: null,
});

/** For clients of the operator: everything that exists is allowed. */
export function operatorPolicy(configuration: Configuration, catalogue: Catalogue): MetadataPolicy {
  const every = catalogue.scopes.map((entry) => entry.name);
  return {
    allowedScope: every,
    // The scope to look at other clients' tokens is had only by naming it.
    defaultScope: every.filter((name) => name !== INTROSPECT_SCOPE),
    allowedGrantTypes: GRANT_TYPES,
    privateUseSchemes: configuration.registration.private_use_schemes,
    mayHaveNoGrantType: true,
  };
}

/** For clients that register themselves. */
export function registrationPolicy(configuration: Configuration, catalogue: Catalogue): MetadataPolicy {
  const { registration } = configuration;
  return {
    allowedScope: catalogue.registrableScope,
    defaultScope: catalogue.registrableScope,
    allowedGrantTypes: registration.grant_types,
    privateUseSchemes: registration.private_use_schemes,
    mayHaveNoGrantType: false,
  };
}
