/** @jsxImportSource hono/jsx */
/** RFC 8628 §3.3: a person types the code of a device, sees who asks, and answers. Nothing is approved by a GET. */

import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { findServedClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { answerDevice, findDevice, findPendingDevice, userCodeDigest } from "../operations/devices.ts";
import { findSignedIn } from "../operations/sessions.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { formatUserCode, normalizeUserCode } from "../protocol/user-code.ts";
import { isVouchedFor } from "../rules/client.ts";
import { actOfPerson } from "../rules/events.ts";
import type { AccountRecord, ClientRecord, DeviceCodeRecord } from "../store/tables.ts";
import { accessWords, isOnlyHere } from "./access.ts";
import { clientLogo } from "./assets.ts";
import { clientName, displayText, isOwnComputer, markedName } from "./display.ts";
import { ACKNOWLEDGED, openForm, readForm, sealFormData, unsealFormData } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { relativeTime } from "./time.ts";
import { pagePath } from "./urls.ts";
import { DeviceCodeView, DeviceConfirmView, DeviceDoneView, type DeviceOutcome } from "./views/device.tsx";

interface FoundDevice {
  readonly device: DeviceCodeRecord;
  readonly client: ClientRecord;
}

type CodeFault = "malformed" | "unknown" | { readonly retryAfterSeconds: number };

function codePage(
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  typed: string,
  fault: CodeFault | null,
): Promise<Response> {
  const frame = pageFrame(context, incoming);
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

/**
 * RFC 8628 §5.1: wrong codes are limited per person and per address. An attempt counts before the look-up, so that parallel
 * guesses all count; a right code takes it back. If the store fails (StoreUnavailable), it counts for the address only.
 */
async function lookUpCode(
  context: Context,
  code: string,
  account: AccountRecord,
  address: string,
): Promise<FoundDevice | CodeFault> {
  const { limits } = context;
  const addressWait = limits.userCodePerAddress.attempt(address);
  if (addressWait > 0) return { retryAfterSeconds: addressWait };
  const accountWait = limits.userCodePerAccount.attempt(account.subject);
  if (accountWait > 0) {
    limits.userCodePerAddress.forgive(address);
    return { retryAfterSeconds: accountWait };
  }
  let found: FoundDevice | null;
  try {
    found = await findAskingDevice(context, code);
  } catch (error) {
    // The person is not to blame.
    limits.userCodePerAccount.forgive(account.subject);
    throw error;
  }
  if (found === null) return "unknown";
  limits.userCodePerAddress.forgive(address);
  limits.userCodePerAccount.forgive(account.subject);
  return found;
}

async function findAskingDevice(context: Context, code: string): Promise<FoundDevice | null> {
  const { keys, clock } = context;
  const device = await findPendingDevice(context, userCodeDigest(keys, code), clock.seconds());
  const client = device === null ? null : await findServedClient(context, device.clientId);
  return device === null || client === null || !mayAsk(client) ? null : { device, client };
}

/** Checked when the page shows the code and again when the person answers: the client can change in between. */
const mayAsk = (client: ClientRecord): boolean =>
  client.disabledAt === null && client.grantTypes.includes(DEVICE_CODE_GRANT);

const showDevice =
  (context: Context): Handler =>
  async (incoming) => {
    const { issuer } = context;
    const typed = queryOf(incoming).get("user_code") ?? "";
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) {
      const here = pagePath(issuer, "/device", { user_code: displayText(typed, 40) });
      return seeOther(pagePath(issuer, "/login", { return_to: here }));
    }
    const { account } = signedIn;
    // A link on another site must not use up the guesses of the person who follows it: the person must press the button.
    const fromElsewhere = incoming.request.headers.get("sec-fetch-site") === "cross-site";
    // A HEAD shows no page, so it is no guess either.
    const isHead = incoming.request.method === "HEAD";
    if (typed === "" || fromElsewhere || isHead) return codePage(context, incoming, account, typed, null);
    const code = normalizeUserCode(typed);
    if (code === null) return codePage(context, incoming, account, typed, "malformed");
    const found = await lookUpCode(context, code, account, incoming.address);
    if (typeof found === "string" || "retryAfterSeconds" in found) {
      return codePage(context, incoming, account, typed, found);
    }
    return confirmPage(context, incoming, account, code, found.device, found.client);
  };

function confirmPage(
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  code: string,
  device: DeviceCodeRecord,
  client: ClientRecord,
): Promise<Response> {
  const { cookieValue } = openForm(context, incoming, "device");
  // The seal binds the code to this browser's session: another person cannot answer it (THREATS 25).
  const sealedDevice = sealFormData(context, cookieValue, "device", recordIdText(device.id), account.subject);
  const form = openForm(context, incoming, "device", sealedDevice);
  const frame = pageFrame(context, incoming);
  return respondWithPage(
    <DeviceConfirmView
      frame={frame}
      clientName={clientName(client)}
      unverified={!isVouchedFor(client, context.configuration.registration)}
      userCode={formatUserCode(code)}
      access={accessWords(context, frame.texts, device.scope, device.resources)}
      onlyHere={isOnlyHere(context, device.scope, device.resources)}
      logo={clientLogo(context, client)}
      startedAt={device.createdAt}
      requesterAddress={device.requesterAddress}
      fromThisComputer={isOwnComputer(context.issuer, device.requesterAddress)}
      requesterAgent={device.requesterAgent}
      signedInAs={account.username}
      token={form.token}
      sealedDevice={sealedDevice}
    />,
  );
}

const takeAnswer =
  (context: Context): Handler =>
  async (incoming) => {
    const { issuer, sessionCookie } = context;
    const form = await readForm(context, incoming, "device", "device");
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) {
      return seeOther(pagePath(issuer, "/login", { return_to: pagePath(issuer, "/device") }));
    }
    const { account } = signedIn;
    const decision = form.get("decision");
    if (decision !== "allow" && decision !== "deny") throw new OAuthError("parameter_invalid");
    const cookieValue = sessionCookie.read(incoming.request);
    const id = parseRecordId(unsealFormData(context, cookieValue, "device", form.get("device")).text);
    const found = id === null ? null : await findDevice(context, id);
    const device = found?.device ?? null;
    const client = device === null ? null : await findServedClient(context, device.clientId);
    // The store keeps who allowed a code, but not who denied it.
    // A second click that was meant for another page does not find the box (double-clickjacking).
    const isMeant =
      decision === "deny" ||
      client === null ||
      form.get(ACKNOWLEDGED) !== undefined ||
      isVouchedFor(client, context.configuration.registration);
    if (!isMeant) return seeOther(pagePath(issuer, "/device"));
    let outcome: DeviceOutcome = found?.grant?.subject === account.subject ? "answered" : "decided";
    if (device !== null && client !== null && mayAsk(client)) {
      const act = actOfPerson(incoming, account.subject);
      const allowed = decision === "allow";
      if (await answerDevice(context, act, device, signedIn, allowed))
        outcome = allowed ? "approved" : "denied";
    }
    const frame = pageFrame(context, incoming);
    const { registration } = context.configuration;
    return respondWithPage(
      <DeviceDoneView
        frame={frame}
        outcome={outcome}
        clientName={client === null ? "" : markedName(client, registration, frame.texts)}
      />,
      { status: outcome === "approved" || outcome === "denied" ? 200 : 409 },
    );
  };

export const deviceRoutes = (context: Context): Route[] => [
  {
    path: "/device",
    audience: "people",
    cors: "nobody",
    methods: { GET: showDevice(context), POST: takeAnswer(context) },
  },
];
