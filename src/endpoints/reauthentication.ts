/**
 * OpenID Connect Core §3.1.2.1: the proof that a person signed in again for a request with `prompt=login`. The sign-in page
 * adds it to the request to which it returns. It counts once, for this session and this request.
 */
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { newFormId, useReauthentication } from "../operations/authorization.ts";
import type { Context } from "../operations/context.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { type Incoming, splitTarget } from "../platform/http.ts";
import { sameText } from "../platform/same-text.ts";
import { OAuthError } from "../protocol/errors.ts";
import { type Parameters, parseParameters } from "../protocol/parameters.ts";
import { actOfPerson } from "../rules/events.ts";
import type { SessionRecord } from "../store/tables/sign-in.ts";
import { ENDPOINT_PATHS } from "./paths.ts";

/** The parameter with the proof. RFC 6749 §8.2: a prefix of our own. */
export const REAUTHENTICATION = "tessera_reauthenticated_after";

/** The browser goes to the request at once; this is for slow lines. */
const PROOF_SECONDS = 60;

/**
 * The page after a sign-in: for an authorization request with the proof that the person just started this session for it. `since`: when
 * the person signed in. Default: now.
 */
export function withReauthentication(
  context: Context,
  returnTo: string,
  session: Pick<SessionRecord, "id" | "subject">,
  since: EpochSeconds = context.clock.seconds(),
): string {
  const parameters = requestIn(context, returnTo);
  if (parameters === null) return returnTo;
  const { path } = splitTarget(returnTo);
  const id = recordIdText(newFormId(context, session.subject));
  const expiresAt = String(since + PROOF_SECONDS);
  const query = parameters.toQuery([REAUTHENTICATION]);
  const proof = [id, expiresAt, proofMac(context, session, query, id, expiresAt)].join(".");
  return `${path}?${query}${query === "" ? "" : "&"}${REAUTHENTICATION}=${proof}`;
}

/** Whether the request has a proof for this session that was not used before. The proof is used up then. */
export async function hasSignedInAgain(
  context: Context,
  incoming: Incoming,
  parameters: Parameters,
  session: SessionRecord,
): Promise<boolean> {
  const [idText = "", expiry = "", mac = "", ...rest] = parameters.get(REAUTHENTICATION)?.split(".") ?? [];
  const id = parseRecordId(idText);
  const expected = proofMac(context, session, parameters.toQuery([REAUTHENTICATION]), idText, expiry);
  if (id === null || rest.length > 0 || !sameText(mac, expected)) return false;
  const act = actOfPerson(incoming, session.subject);
  return useReauthentication(context, act, { id, expiresAt: Number(expiry) });
}

/**
 * The page to return to without the proof, for a step of the sign-in on the way there, and whether it had a good one. The proof is
 * used up; `withReauthentication` gives another after the step.
 */
export async function takeReauthentication(
  context: Context,
  incoming: Incoming,
  returnTo: string,
  session: SessionRecord,
): Promise<{ readonly returnTo: string; readonly isTaken: boolean }> {
  const parameters = requestIn(context, returnTo);
  if (parameters?.get(REAUTHENTICATION) === undefined) return { returnTo, isTaken: false };
  const isTaken = await hasSignedInAgain(context, incoming, parameters, session);
  return { returnTo: `${splitTarget(returnTo).path}?${parameters.toQuery([REAUTHENTICATION])}`, isTaken };
}

/** The parameters of an authorization request in the address of a page; null if it is another page, or cannot be read. */
function requestIn({ issuer, configuration }: Context, returnTo: string): Parameters | null {
  const target = splitTarget(returnTo);
  if (target.path !== `${issuer.path}${ENDPOINT_PATHS.authorize}`) return null;
  try {
    return parseParameters(target.query, configuration.limits.parameters_per_request);
  } catch (error) {
    // The authorization endpoint says what is wrong with the request.
    if (error instanceof OAuthError) return null;
    throw error;
  }
}

function proofMac(
  { keys }: Context,
  session: Pick<SessionRecord, "id">,
  query: string,
  id: string,
  expiresAt: string,
): string {
  const mac = keys.mac("form", "reauthentication", recordIdText(session.id), id, expiresAt, query);
  return Buffer.from(mac).toString("base64url");
}
