/** RFC 9126: pushed authorization requests, from the client's push to the answer of a person. */
import { type PresentedCredential, secretMatches } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Reason } from "../protocol/errors.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Change, insert, update } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import {
  type AuthorizationCodeRecord,
  type PushedRequestRecord,
  pushedRequests,
} from "../store/tables/requests.ts";
import type { SessionRecord } from "../store/tables/sign-in.ts";
import { concluded, type Decision } from "./decision.ts";

/** A person signs in and answers within this time after they came with the request. */
export const ANSWER_SECONDS = 3600;

/** How long the server still knows a request that has expired, so that it can say so. */
export const PUSHED_REQUEST_REMEMBERED_SECONDS = 600;

/**
 * A stored request takes no more, in bytes of its names and values. Strangers push thousands in their budget, which stay for an hour, so
 * theirs are as short as those in an address (THREATS 42).
 */
export const longestRequest = (isStranger: boolean): number => (isStranger ? 8192 : 32_768);

export const isTooLong = (
  { parameters }: Pick<PushedRequestRecord, "parameters">,
  isStranger: boolean,
): boolean =>
  parameters.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0) >
  longestRequest(isStranger);

export const pushRequest = (pushed: PushedRequestRecord): Decision<void> => ({
  outcome: undefined,
  changes: [insert(pushedRequests, pushed)],
});

/**
 * Whether the client pushed it. A client that was removed has taken its number along, so another one of its name has no part in its
 * requests. The client of a metadata document gets its number when a person first allows it something; its name is its own.
 */
const isOf = (
  { clientId, clientNumber }: PushedRequestRecord,
  client: Pick<ClientRecord, "clientId" | "number" | "source">,
): boolean =>
  clientId === client.clientId && (client.source === "metadata_document" || clientNumber === client.number);

/** RFC 9126 §2.2 and §4: why the client may not come with this request; null if it may. One that was answered is no fault yet. */
export function requestFault(
  presented: PresentedCredential | null,
  pushed: PushedRequestRecord | null,
  client: Pick<ClientRecord, "clientId" | "number" | "source">,
  now: EpochSeconds,
): Reason | null {
  if (presented === null || pushed === null || !secretMatches(presented.secret, pushed.digest))
    return "pushed_request_unknown";
  if (!isOf(pushed, client)) return "pushed_request_of_other_client";
  return pushed.usedAt === null && pushed.expiresAt <= now ? "pushed_request_expired" : null;
}

const isOpen = (pushed: PushedRequestRecord | null, now: EpochSeconds): pushed is PushedRequestRecord =>
  pushed !== null && pushed.usedAt === null && pushed.expiresAt > now;

/** A person must be asked, so the request lives for as long as that takes. It is lengthened once, however often the page is opened. */
export const openRequest = (pushed: PushedRequestRecord | null, now: EpochSeconds): Decision<void> =>
  isOpen(pushed, now) && pushed.openedAt === null
    ? {
        outcome: undefined,
        changes: [
          update(
            pushedRequests,
            { id: pushed.id },
            { openedAt: null, usedAt: null },
            { openedAt: now, expiresAt: now + ANSWER_SECONDS },
          ),
        ],
      }
    : concluded(undefined);

/**
 * The change that uses the request up, in the commit of its answer (THREATS 14). Null if it was answered before or has expired.
 * `resultId`: the code; null for a no.
 */
export const useRequest = (
  pushed: PushedRequestRecord | null,
  resultId: RecordId | null,
  now: EpochSeconds,
): Change | null =>
  isOpen(pushed, now)
    ? update(pushedRequests, { id: pushed.id }, { usedAt: null }, { usedAt: now, resultId })
    : null;

/** The person leaves without an answer, which is a no. False if the request was answered before, or has expired. */
export function leaveRequest(pushed: PushedRequestRecord | null, now: EpochSeconds): Decision<boolean> {
  const use = useRequest(pushed, null, now);
  return use === null ? concluded(false) : { outcome: true, changes: [use] };
}

export interface PushedAnswerFacts {
  readonly pushed: PushedRequestRecord | null;
  readonly code: AuthorizationCodeRecord | null;
  readonly grant: GrantRecord | null;
}

/**
 * The answer that the request got before: a double click, the back button and a reload get it again, in the session that gave it and
 * while the code is open. It is the same code, never another one.
 */
export function earlierAnswer(
  { pushed, code, grant }: PushedAnswerFacts,
  session: Pick<SessionRecord, "subject" | "continuity"> | null,
  now: EpochSeconds,
): "denied" | "answered" | { readonly code: AuthorizationCodeRecord } {
  if (pushed === null || pushed.usedAt === null) return "answered";
  if (pushed.resultId === null) return "denied";
  const isOpenCode = code !== null && code.usedAt === null && code.expiresAt > now;
  const isSame =
    grant !== null &&
    grant.revokedAt === null &&
    grant.session !== null &&
    session !== null &&
    grant.subject === session.subject &&
    Buffer.compare(grant.session, session.continuity) === 0;
  return isOpenCode && isSame ? { code } : "answered";
}
