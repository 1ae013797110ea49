/** @jsxImportSource hono/jsx */
/** RFC 8628 §3.3: a person types the code of a device, sees who asks, and answers. Nothing is approved by a GET. */

import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { findServedClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { answerDevice, findDevice, findDeviceByUserCode, userCodeDigest } from "../operations/devices.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import type { AttemptLimit } from "../platform/attempts.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { formatUserCode, normalizeUserCode } from "../protocol/user-code.ts";
import { isEnabled, isVouchedFor, isYesMeant } from "../rules/client.ts";
import { earlierAnswer } from "../rules/device-code.ts";
import { actOfPerson } from "../rules/events.ts";
import { isPending } from "../rules/polling.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { DeviceCodeRecord } from "../store/tables/requests.ts";
import { clientLogo } from "./assets.ts";
import { clientName, displayText, isOwnComputer, markedName } from "./display.ts";
import { ACKNOWLEDGED, openForm, readForm, type Submitted, sealFormData, unsealFormData } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { offering } from "./page-error.ts";
import { askedAccess, hindrance, levelOfAsked } from "./question.ts";
import { respondWithPage } from "./respond.tsx";
import { relativeTime } from "./time.ts";
import { pagePath } from "./urls.ts";
import {
  DeviceCodeView,
  DeviceConfirmView,
  DeviceDoneView,
  type DeviceOutcome,
  USER_CODE,
} from "./views/device.tsx";

/** A device that waits for this person's answer, or that they answered before. */
interface FoundDevice {
  readonly device: DeviceCodeRecord;
  /** Null if the client is gone, which can be only after the answer. */
  readonly client: ClientRecord | null;
  readonly answer: "approved" | "denied" | null;
}

/** The page that asks about the device with this code, or shows how it was answered. */
const pageOfCode = ({ issuer }: Context, typed: string): string =>
  pagePath(issuer, "/device", { user_code: displayText(typed, 40) });

type CodeFault = "malformed" | "unknown" | "stale" | { readonly retryAfterSeconds: number };

function codePage(
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  typed: string,
  fault: CodeFault | null,
): Promise<Response> {
  const frame = pageFrame(context, incoming, undefined, { here: pageOfCode(context, typed) });
  const { device, language } = frame.texts;
  const limited = typeof fault === "object" && fault !== null;
  const words = limited
    ? device.limited(relativeTime(language, fault.retryAfterSeconds))
    : fault === null
      ? null
      : device[fault];
  return respondWithPage(
    <DeviceCodeView
      frame={frame}
      signedInAs={account.username}
      typed={displayText(typed, 40)}
      fault={words}
    />,
    {
      status: limited ? 429 : fault === null ? 200 : 422,
      retryAfterSeconds: limited ? fault.retryAfterSeconds : undefined,
    },
  );
}

/** The limits that a guess counts for, each with the key for which it counts: a network, a person, and all together. */
const guessLimits = (
  { limits }: Context,
  { subject }: AccountRecord,
  address: string,
): readonly (readonly [AttemptLimit, string])[] => [
  [limits.userCodePerAddress, address],
  [limits.userCodePerAccount, subject],
  [limits.userCode, ""],
];

/**
 * RFC 8628 §5.1: wrong codes are limited per person, per address and in all. An attempt counts before the look-up, so that parallel
 * guesses all count; a right code takes it back. If the store fails (StoreUnavailable), it counts for the address only.
 */
async function lookUpCode(
  context: Context,
  code: string,
  account: AccountRecord,
  address: string,
): Promise<FoundDevice | CodeFault> {
  const counted: (readonly [AttemptLimit, string])[] = [];
  const forgive = (): void => {
    for (const [limit, key] of counted) limit.forgive(key);
  };
  for (const [limit, key] of guessLimits(context, account, address)) {
    const retryAfterSeconds = limit.attempt(key);
    if (retryAfterSeconds > 0) {
      forgive();
      return { retryAfterSeconds };
    }
    counted.push([limit, key]);
  }
  let found: FoundDevice | null;
  try {
    found = await findForPerson(context, code, account);
  } catch (error) {
    // Neither the person nor anyone else is to blame.
    counted.shift();
    forgive();
    throw error;
  }
  if (found === null) return "unknown";
  forgive();
  return found;
}

/** A code that another person answered is as unknown as one that does not exist. */
async function findForPerson(
  context: Context,
  code: string,
  { subject }: AccountRecord,
): Promise<FoundDevice | null> {
  const { keys, clock } = context;
  const facts = await findDeviceByUserCode(context, userCodeDigest(keys, code));
  const { device } = facts;
  if (device === null) return null;
  const client = await findServedClient(context, device.clientId);
  const answer = earlierAnswer(facts, subject);
  if (answer !== null) return { device, client, answer };
  return isPending(device, clock.seconds()) && mayAsk(client) ? { device, client, answer } : null;
}

/** Checked when the page shows the code and again when the person answers: the client can change in between. */
const mayAsk = (client: ClientRecord | null): client is ClientRecord =>
  isEnabled(client) && client.grantTypes.includes(DEVICE_CODE_GRANT);

const toSignIn = (context: Context, typed: string): Response =>
  seeOther(pagePath(context.issuer, "/login", { return_to: pageOfCode(context, typed) }));

const showDevice =
  (context: Context): Handler =>
  async (incoming) => {
    const typed = queryOf(incoming).get(USER_CODE) ?? "";
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) return toSignIn(context, typed);
    const { account } = signedIn;
    // A link on another site must not use up the guesses of the person who follows it: the person must press the button.
    const fromElsewhere = incoming.request.headers.get("sec-fetch-site") === "cross-site";
    // A HEAD shows no page, so it is no guess either.
    const isHead = incoming.request.method === "HEAD";
    if (fromElsewhere || isHead) return codePage(context, incoming, account, typed, null);
    return pageForCode(context, incoming, signedIn, typed, "asked");
  };

/** Whether the page asks for the first time, or again because the person sent a form that was too old. */
type Asking = "asked" | "asked_again";

/** The question about the device with this code, the answer that the person gave before, or what is wrong with the code. */
async function pageForCode(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  typed: string,
  asking: Asking,
): Promise<Response> {
  const { account } = signedIn;
  if (typed === "")
    return codePage(context, incoming, account, typed, asking === "asked_again" ? "stale" : null);
  const code = normalizeUserCode(typed);
  if (code === null) return codePage(context, incoming, account, typed, "malformed");
  const found = await lookUpCode(context, code, account, incoming.address);
  if (typeof found === "string" || "retryAfterSeconds" in found) {
    return codePage(context, incoming, account, typed, found);
  }
  const { device, client, answer } = found;
  if (answer !== null) return donePage(context, incoming, client, { answer });
  // A client that is gone cannot ask.
  if (client === null) return codePage(context, incoming, account, typed, "unknown");
  const level = levelOfAsked(context, client, device, account);
  const hindered = await hindrance(context, incoming, client, level, signedIn, pageOfCode(context, typed));
  if (hindered !== null) return hindered;
  return confirmPage(context, incoming, account, code, device, client, asking);
}

function confirmPage(
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  code: string,
  device: DeviceCodeRecord,
  client: ClientRecord,
  asking: Asking,
): Promise<Response> {
  const { cookieValue } = openForm(context, incoming, "device");
  // The seal binds the code to this browser's session: another person cannot answer it (THREATS 25).
  const sealedDevice = sealFormData(context, cookieValue, "device", recordIdText(device.id), account.subject);
  const form = openForm(context, incoming, "device", sealedDevice);
  const frame = pageFrame(context, incoming, undefined, { here: pageOfCode(context, code) });
  return respondWithPage(
    <DeviceConfirmView
      frame={frame}
      clientName={clientName(client, frame.texts)}
      unverified={!isVouchedFor(client, context.configuration.registration)}
      userCode={formatUserCode(code)}
      asked={askedAccess(context, frame.texts, device)}
      logo={clientLogo(context, client)}
      startedAt={device.createdAt}
      requesterAddress={device.requesterAddress}
      fromThisComputer={isOwnComputer(context.issuer, device.requesterAddress)}
      requesterAgent={device.requesterAgent}
      signedInAs={account.username}
      token={form.token}
      sealedDevice={sealedDevice}
      fault={asking === "asked_again" ? frame.texts.device.stale : null}
    />,
    { status: asking === "asked_again" ? 422 : 200 },
  );
}

interface Answered {
  /** The answer that counts; null if the code is no longer open, and this person did not answer it. */
  readonly answer: "approved" | "denied" | null;
  /** The answer that the person just gave, if it differs from an earlier one, which stands. */
  readonly differs?: boolean;
}

function donePage(
  context: Context,
  incoming: Incoming,
  client: ClientRecord | null,
  { answer, differs = false }: Answered,
): Promise<Response> {
  const frame = pageFrame(context, incoming);
  const { registration } = context.configuration;
  // A client that is gone, or that may not use devices any more, has no access.
  const outcome: DeviceOutcome =
    answer === null || (answer === "approved" && !mayAsk(client)) ? "decided" : answer;
  return respondWithPage(
    <DeviceDoneView
      frame={frame}
      outcome={outcome}
      differs={differs && outcome !== "decided"}
      clientName={client === null ? "" : markedName(client, registration, frame.texts)}
    />,
    { status: outcome === "decided" || differs ? 409 : 200 },
  );
}

const takeAnswer =
  (context: Context): Handler =>
  async (incoming) => {
    const submitted = await readForm(context, incoming, "device", "device");
    const again = pageOfCode(context, submitted.form.get(USER_CODE) ?? "");
    return offering(again, () => answerForm(context, incoming, submitted));
  };

async function answerForm(
  context: Context,
  incoming: Incoming,
  { form, isFresh }: Submitted,
): Promise<Response> {
  const { sessionCookie, configuration } = context;
  const typed = form.get(USER_CODE) ?? "";
  const signedIn = await findSignedIn(context, incoming.request);
  if (signedIn === null) return toSignIn(context, typed);
  const { account } = signedIn;
  // A question that is too old, or of an earlier session, is asked again. This leads where any link could lead.
  if (!isFresh) return pageForCode(context, incoming, signedIn, typed, "asked_again");
  const decision = form.get("decision");
  if (decision !== "allow" && decision !== "deny") throw new OAuthError("parameter_invalid");
  const wanted = decision === "allow" ? "approved" : "denied";
  const cookieValue = sessionCookie.read(incoming.request);
  const id = parseRecordId(unsealFormData(context, cookieValue, "device", form.get("device")).text);
  if (id === null) throw new OAuthError("parameter_invalid");
  const { device } = await findDevice(context, id);
  const client = device === null ? null : await findServedClient(context, device.clientId);
  if (device !== null && mayAsk(client)) {
    const vouched = isVouchedFor(client, configuration.registration);
    const isMeant = isYesMeant(vouched, form.get(ACKNOWLEDGED) !== undefined);
    if (wanted === "approved") {
      const here = pageOfCode(context, typed);
      const level = levelOfAsked(context, client, device, account);
      const hindered = await hindrance(context, incoming, client, level, signedIn, here);
      if (hindered !== null) return hindered;
      if (!isMeant) return seeOther(here);
    }
    const act = actOfPerson(incoming, account.subject);
    if (await answerDevice(context, act, device, signedIn, wanted === "approved"))
      return donePage(context, incoming, client, { answer: wanted });
  }
  // The person sent the form twice, by a double click or the back button: the first answer stands, and is shown again.
  const answer = earlierAnswer(await findDevice(context, id), account.subject);
  return donePage(context, incoming, client, {
    answer,
    differs: answer !== null && answer !== wanted,
  });
}

export const deviceRoutes = (context: Context): Route[] => [
  {
    path: "/device",
    audience: "people",
    cors: "nobody",
    methods: { GET: showDevice(context), POST: takeAnswer(context) },
  },
];
