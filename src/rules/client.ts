/** Clients: issuing to them, noting their use, changing and removing them. */
import { isDeepStrictEqual } from "node:util";
import type { ClientMetadata } from "../clients/metadata.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { usesSecret } from "../protocol/client-authentication.ts";
import { isSubset } from "../protocol/scope.ts";
import { sectorOf } from "../protocol/sector.ts";
import { type Change, check, hold, insert, remove, sweep, update } from "../store/contract.ts";
import {
  type ClientRecord,
  type ClientRules,
  type ClientSecretRecord,
  type ClientSource,
  clients,
  clientWords,
  type DocumentBlockRecord,
  describesItself,
  documentBlocks,
  type KeptDocument,
} from "../store/tables/clients.ts";
import type { DisabledBy } from "../store/tables/columns.ts";
import { consents } from "../store/tables/grants.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { backchannelRequests, deviceCodes } from "../store/tables/requests.ts";
import { type AccessTokenRecord, accessTokens } from "../store/tables/tokens.ts";
import { logoutNotices } from "../store/tables/waiting.ts";
import { concluded, type Decision } from "./decision.ts";
import { accessSweeps, asItWas, touchClient } from "./grant.ts";
import { clientWordChanges } from "./search-words.ts";

/** A registration counts as used for this long beyond its last token, so that its use is noted once a day at most. */
const USE_NOTED_FOR_SECONDS = 86_400;

export const isEnabled = <Client extends Pick<ClientRecord, "disabledAt">>(
  client: Client | null,
): client is Client => client !== null && client.disabledAt === null;

/**
 * Whether the operator vouches for the client: the operator made it, vouched for it, or vouches for all that register
 * (`registration.vouched`). What people allow a client vouches for nothing: anyone may have an account.
 */
export const isVouchedFor = (
  { source, vouchedAt }: Pick<ClientRecord, "source" | "vouchedAt">,
  registration: { readonly vouched: boolean },
): boolean =>
  !describesItself(source) || (source === "registration" && registration.vouched) || vouchedAt !== null;

/**
 * Whether a person's yes to the client counts: the operator vouches for the client, or the person ticked the box that says
 * that they began this themselves. A second click that was meant for another page does not find the box
 * (double-clickjacking).
 */
export const isYesMeant = (vouched: boolean, acknowledged: boolean): boolean => vouched || acknowledged;

/**
 * Whether the reader of a page may see all redirect URIs of the client. They can name hosts that only the makers of the
 * application know, such as a test system, and everyone who uses the application knows its identifier. So administrators
 * see them. Everyone sees those of a public client that registered itself: the registration asked no secret of it, and what
 * it registered is what every copy of the program sends.
 */
export const maySeeRedirectUris = (
  { source, isPublic }: Pick<ClientRecord, "source"> & { readonly isPublic: boolean },
  reader: AccountRecord | null,
): boolean =>
  (reader?.administrator === true && reader.disabledAt === null) || (describesItself(source) && isPublic);

/** Notes that the operator vouches for the client, or no longer does (null). False if there is no such client. */
export const vouchForClient = (
  client: ClientRecord | null,
  vouchedAt: EpochSeconds | null,
): Decision<boolean> =>
  client === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [touchClient(client, { vouchedAt })],
        events: [
          { event: vouchedAt === null ? "client.unvouched" : "client.vouched", client: client.clientId },
        ],
      };

/**
 * Guards that the client has not changed, and notes that a person has allowed it something, so that it stays for good.
 * Only the first note writes. Later the client is held instead, so that a removal of its access waits for this commit.
 */
export function allowClient(client: ClientRecord, now: EpochSeconds): Change {
  const { clientId, usedAt, unusedFrom } = client;
  return usedAt !== null && unusedFrom === null
    ? hold(clients, { clientId }, asItWas(client))
    : update(clients, { clientId }, asItWas(client), { usedAt: usedAt ?? now, unusedFrom: null });
}

/**
 * RFC 6749 §4.4: a token for the client itself. If the use of the client must be noted, token and note are one commit,
 * because the clean-up may be removing the client just now. A token of a removed client is dead: its number is gone.
 */
export function issueToClient(
  client: ClientRecord,
  token: AccessTokenRecord,
): Decision<"issued" | "refused"> {
  if (!isEnabled(client)) return concluded("refused");
  return {
    outcome: "issued",
    changes: [noteUse(client, token), insert(accessTokens, token)],
    events: [{ event: "token.issued", client: client.clientId, via: "client_credentials" }],
  };
}

/** Guards that the client has not changed, and notes for a day that it is in use if it may be removed as unused. */
export function noteUse(client: ClientRecord, { issuedAt, expiresAt }: AccessTokenRecord): Change {
  const { clientId, usedAt, unusedFrom } = client;
  const isNoted = unusedFrom === null || unusedFrom >= expiresAt;
  if (usedAt !== null && isNoted) return check(clients, { clientId }, asItWas(client));
  return update(
    clients,
    { clientId },
    // A remembered caller may be older than a note of its use, and must not undo the note.
    { ...asItWas(client), usedAt, unusedFrom },
    {
      usedAt: usedAt ?? issuedAt,
      unusedFrom: isNoted ? unusedFrom : expiresAt + USE_NOTED_FOR_SECONDS,
    },
  );
}

const CREATION_EVENTS: Partial<Record<ClientSource, "client.registered" | "client.discovered">> = {
  registration: "client.registered",
  metadata_document: "client.discovered",
};

/** False, and nothing changed, if the identifier is taken. */
export const createClient = (found: ClientRecord | null, client: ClientRecord): Decision<boolean> =>
  found !== null
    ? concluded(false)
    : {
        outcome: true,
        changes: [insert(clients, client), ...clientWordChanges(null, client)],
        events: [
          {
            event: CREATION_EVENTS[client.source] ?? "client.created",
            client: client.clientId,
          },
        ],
      };

/**
 * Replaces the metadata and secrets of a client, and keeps its number and use. Creates it if it is missing. A client that was
 * left out of the configuration comes back; one that the operator disabled stays disabled.
 */
export function putClient(found: ClientRecord | null, client: ClientRecord): Decision<"put"> {
  if (found === null) return { ...createClient(null, client), outcome: "put" };
  const { number, revision, createdAt, usedAt, unusedFrom, vouchedAt } = found;
  const { disabledAt, disabledBy } = found.disabledBy === "left_out" ? client : found;
  const kept = { number, createdAt, usedAt, unusedFrom, vouchedAt, disabledAt, disabledBy };
  const replaced = { ...client, ...kept, revision: revision + 1 };
  return {
    outcome: "put",
    changes: [
      update(clients, { clientId: client.clientId }, asItWas(found), withoutKey(replaced)),
      ...clientWordChanges(found, replaced),
    ],
    events: [{ event: "client.changed", client: client.clientId }],
  };
}

const withoutKey = ({ clientId: _, ...rest }: ClientRecord): Omit<ClientRecord, "clientId"> => rest;

/**
 * Changes what the client may do and how people see it. Its grants and tokens stay. A client whose new method uses no secret loses its
 * secrets. `newSecret`: the first secret of a client that had none and is to have one. False if there is no such client.
 */
export function changeClient(
  client: ClientRecord | null,
  changes: Partial<ClientRecord>,
  newSecret: ClientSecretRecord | null,
): Decision<boolean> {
  if (client === null) return concluded(false);
  const method = changes.tokenEndpointAuthMethod ?? client.tokenEndpointAuthMethod;
  const added = newSecret === null ? [] : [newSecret];
  const secrets = !usesSecret(method) ? [] : client.secrets.length === 0 ? added : client.secrets;
  return {
    outcome: true,
    changes: [
      touchClient(client, { ...changes, secrets }),
      ...clientWordChanges(client, { ...client, ...changes }),
    ],
    events: [{ event: "client.changed", client: client.clientId }],
  };
}

/** What people are told of a client, and where they are sent: for these the operator vouched. */
const isSameToPeople = (client: ClientRecord, next: ClientMetadata): boolean =>
  client.clientName === next.clientName &&
  isSubset(next.redirectUris, client.redirectUris) &&
  isSubset(next.postLogoutRedirectUris, client.postLogoutRedirectUris) &&
  ADDRESSES_FOR_PEOPLE.every((name) => next[name] === null || next[name] === client[name]) &&
  Object.entries(next.localized).every(([name, text]) => client.localized[name] === text);

const ADDRESSES_FOR_PEOPLE = ["clientUri", "tosUri", "policyUri", "initiateLoginUri"] as const;

/** Whether the client knows people under the same names as before (`subjectFor`). */
const knowsPeopleAsBefore = (client: ClientRecord, next: ClientMetadata): boolean =>
  client.subjectType === next.subjectType &&
  (client.subjectType === "public" || sectorOf(client) === sectorOf({ ...client, ...next }));

/**
 * A client that registered itself replaces its metadata. The operator vouched for a name and for addresses, so a new name or
 * address ends that. If the client is to know people under other names, the access that it has ends: by a refresh it would learn
 * which person is which, and in a sector where it can receive no code.
 */
export function changeRegistration(
  client: ClientRecord,
  metadata: ClientMetadata & Partial<Pick<ClientRecord, "document">>,
  newSecret: ClientSecretRecord | null,
  now: EpochSeconds,
): Decision<boolean> {
  const { clientId } = client;
  const losesTrust = client.vouchedAt !== null && !isSameToPeople(client, metadata);
  const decision = changeClient(client, { ...metadata, ...(losesTrust && { vouchedAt: null }) }, newSecret);
  return {
    ...decision,
    ...(!knowsPeopleAsBefore(client, metadata) && {
      sweeps: [
        ...accessSweeps({ clientId }, "client_changed", now),
        // A notice names the person too.
        sweep(logoutNotices, { clientId }, null),
      ],
    }),
    events: [
      ...(decision.events ?? []),
      ...(losesTrust ? [{ event: "client.unvouched", client: clientId } as const] : []),
    ],
  };
}

/**
 * Whether the operator may change the client so: what a metadata document says would be back at the next fetch. What the operator alone
 * says of a client, such as its groups, is in no document.
 */
export const mayChangeTo = (
  client: ClientRecord,
  changes: ClientMetadata & Partial<ClientRules>,
): boolean => {
  const {
    requirePkce: _,
    accessTokenSeconds: _1,
    accessTokenFormat: _2,
    minimumAcr: _3,
    ...others
  } = changes;
  const { allowedGroups: _4, deniedGroups: _5, claims: _6, ...metadata } = others;
  return client.source !== "metadata_document" || isSameMetadata(client, metadata);
};

/**
 * A client's metadata document was fetched again. If it says the same, only that is noted. Otherwise the client is as the document
 * says, as if it had changed its registration; and (§6.3 of the draft) what people allowed is forgotten with what they were told: they
 * are asked again. Access ends if the client proves itself otherwise than before: a grant that took a key to use must not be usable
 * without one.
 */
export function changeDocument(
  client: ClientRecord,
  metadata: ClientMetadata,
  document: KeptDocument,
  now: EpochSeconds,
): Decision<boolean> {
  const { clientId } = client;
  if (isSameMetadata(client, metadata))
    return { outcome: true, changes: [update(clients, { clientId }, asItWas(client), { document })] };
  const decision = changeRegistration(client, { ...metadata, document }, null, now);
  const isToldMore = !isSameToPeople(client, metadata) || !isSubset(metadata.scope, client.scope);
  const provesOtherwise = client.tokenEndpointAuthMethod !== metadata.tokenEndpointAuthMethod;
  const sweeps = provesOtherwise
    ? accessSweeps({ clientId }, "client_changed", now)
    : isToldMore
      ? [sweep(consents, { clientId }, null)]
      : [];
  return { ...decision, sweeps: [...(decision.sweeps ?? []), ...sweeps] };
}

/** The operator takes no metadata documents from there any more. `full`: there is no room for another block. */
export const blockDocuments = (
  found: DocumentBlockRecord | null,
  pattern: string,
  { isFull, now }: { readonly isFull: boolean; readonly now: EpochSeconds },
): Decision<"blocked" | "known" | "full"> =>
  found !== null
    ? concluded("known")
    : isFull
      ? concluded("full")
      : {
          outcome: "blocked",
          changes: [insert(documentBlocks, { pattern, createdAt: now })],
          urgent: true,
          events: [{ event: "documents.blocked", reason: pattern }],
        };

/** False if it was not blocked. */
export const unblockDocuments = (found: DocumentBlockRecord | null): Decision<boolean> =>
  found === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [remove(documentBlocks, { pattern: found.pattern })],
        events: [{ event: "documents.unblocked", reason: found.pattern }],
      };

/** Whether the client is what the metadata say. */
const isSameMetadata = (client: ClientRecord, metadata: ClientMetadata): boolean =>
  (Object.keys(metadata) as (keyof ClientMetadata)[]).every((name) =>
    isDeepStrictEqual(client[name], metadata[name]),
  );

/** Its tokens are inactive until it is enabled again; its grants stay. False if there is no such client. */
export const disableClient = (
  client: ClientRecord | null,
  now: EpochSeconds,
  by: DisabledBy = "operator",
): Decision<boolean> =>
  client === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [touchClient(client, { disabledAt: client.disabledAt ?? now, disabledBy: by })],
        urgent: true,
        events: [{ event: "client.disabled", client: client.clientId, reason: by }],
      };

/**
 * A client that the configuration left out belongs to the operator from then on; otherwise the next start would disable it
 * again. False if there is no such client.
 */
export const enableClient = (client: ClientRecord | null): Decision<boolean> =>
  client === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [
          touchClient(client, {
            disabledAt: null,
            disabledBy: null,
            ...(client.disabledBy === "left_out" && { source: "operator" }),
          }),
        ],
        events: [{ event: "client.enabled", client: client.clientId }],
      };

/** False if there is no such client. */
export const addSecret = (client: ClientRecord | null, secret: ClientSecretRecord): Decision<boolean> =>
  client === null
    ? concluded(false)
    : {
        outcome: true,
        changes: [touchClient(client, { secrets: [...client.secrets, secret] })],
        events: [{ event: "client_secret.added", client: client.clientId }],
      };

/**
 * False if there is no such client or secret. `number`: null if the client's access tokens stay alive, else its new number
 * (`endClientTokens`).
 */
export function removeSecret(
  client: ClientRecord | null,
  secretId: string,
  number: number | null,
): Decision<boolean> {
  const secrets = client?.secrets.filter((secret) => secret.id !== secretId) ?? [];
  if (client === null || secrets.length === client.secrets.length) return concluded(false);
  const about = { client: client.clientId };
  return {
    outcome: true,
    changes: [touchClient(client, { secrets, ...(number !== null && { number }) })],
    urgent: true,
    events: [
      { event: "client_secret.removed", ...about },
      ...(number === null ? [] : [{ event: "client_tokens.ended", ...about } as const]),
    ],
  };
}

/**
 * Ends every access token of the client: access tokens name the client by its number, and it gets another one. `number`: one
 * that no client has. Its grants stay, so that its refresh tokens get new access tokens.
 */
export function endClientTokens(client: ClientRecord | null, number: number): Decision<boolean> {
  if (client === null) return concluded(false);
  return {
    outcome: true,
    changes: [touchClient(client, { number })],
    urgent: true,
    events: [{ event: "client_tokens.ended", client: client.clientId }],
  };
}

/** Removes the client, and revokes its grants. Tokens for the client itself die with its number. */
export function removeClient(client: ClientRecord | null, now: EpochSeconds): Decision<boolean> {
  if (client === null) return concluded(false);
  const { clientId } = client;
  return {
    outcome: true,
    changes: [touchClient(client, {})],
    sweeps: [
      ...accessSweeps({ clientId }, "client_removed", now),
      sweep(deviceCodes, { clientId }, null),
      sweep(backchannelRequests, { clientId }, null),
      sweep(clientWords, { clientId }, null),
      sweep(clients, { clientId }, null),
    ],
    urgent: true,
    events: [{ event: "client.removed", client: clientId }],
  };
}
