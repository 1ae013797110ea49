/** @jsxImportSource hono/jsx */
/** RFC 8628 §3.3: a person types the code of a device, sees who asks, and answers. Nothing is approved by a GET. */
import type { Context } from "../context.ts";
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import { userCodeDigest } from "../endpoints/device-authorization.ts";
import { deviceGrant } from "../grants/device-code.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { DEVICE_CODE_GRANT } from "../protocol/grant-types.ts";
import { formatUserCode, normalizeUserCode } from "../protocol/user-code.ts";
import type { AccountRecord, ClientRecord, DeviceCodeRecord } from "../store/records.ts";
import { accessWords } from "./access.ts";
import { clientName, displayText, isOwnComputer } from "./display.ts";
import { openForm, readForm, sealFormData, unsealFormData } from "./forms.ts";
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
 * RFC 8628 §5.1: wrong codes are limited per person and per address. An attempt is counted before the look-up, so that
 * parallel guesses all count, and taken back if it was right. Throws StoreUnavailable; then it counts for the address only.
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

async function findAskingDevice({ store, keys, clock }: Context, code: string): Promise<FoundDevice | null> {
  const device = await store.findPendingDeviceCode(userCodeDigest(keys, code), clock.seconds());
  const client = device === null ? null : await store.findClient(device.clientId);
  return device === null || client === null || !mayAsk(client) ? null : { device, client };
}

/** Checked when the code is shown and again when it is answered: either can change in between. */
const mayAsk = (client: ClientRecord): boolean =>
  client.disabledAt === null && client.grantTypes.includes(DEVICE_CODE_GRANT);

const showDevice =
  (context: Context): Handler =>
  async (incoming) => {
    const { configuration, sessions } = context;
    const typed = incoming.url.searchParams.get("user_code") ?? "";
    const signedIn = await sessions.find(incoming.request);
    if (signedIn === null) {
      const here = pagePath(configuration, "/device", { user_code: displayText(typed, 40) });
      return seeOther(pagePath(configuration, "/login", { return_to: here }));
    }
    const { account } = signedIn;
    // A link on another site must not use up the guesses of the person who follows it: they press the button themselves.
    const fromElsewhere = incoming.request.headers.get("sec-fetch-site") === "cross-site";
    if (typed === "" || fromElsewhere) return codePage(context, incoming, account, typed, null);
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
  // Bound to this browser's session: a code that one person was shown cannot be answered by another (THREATS 25).
  const sealedDevice = sealFormData(context, cookieValue, "device", recordIdText(device.id));
  const form = openForm(context, incoming, "device", sealedDevice);
  const frame = pageFrame(context, incoming);
  return respondWithPage(
    <DeviceConfirmView
      frame={frame}
      clientName={clientName(client)}
      unverified={client.source === "registration"}
      userCode={formatUserCode(code)}
      access={accessWords(context, frame.texts, device.scope, device.resources)}
      startedAt={device.createdAt}
      requesterAddress={device.requesterAddress}
      fromThisComputer={isOwnComputer(context.configuration, device.requesterAddress)}
      requesterAgent={device.requesterAgent}
      signedInAs={account.username}
      token={form.token}
      sealedDevice={sealedDevice}
    />,
  );
}

const answerDevice =
  (context: Context): Handler =>
  async (incoming) => {
    const { configuration, sessions, store, clock, log } = context;
    const form = await readForm(context, incoming, "device", "device");
    const signedIn = await sessions.find(incoming.request);
    if (signedIn === null) {
      return seeOther(pagePath(configuration, "/login", { return_to: pagePath(configuration, "/device") }));
    }
    const { account } = signedIn;
    const decision = form.get("decision");
    if (decision !== "allow" && decision !== "deny") throw new OAuthError("parameter_invalid");
    const cookieValue = sessions.cookieValue(incoming.request);
    const id = parseRecordId(unsealFormData(context, cookieValue, "device", form.get("device")).text);
    const found = id === null ? null : await store.findDeviceCode(id);
    const device = found?.device ?? null;
    const client = device === null ? null : await store.findClient(device.clientId);
    // Who denied is not kept, only who allowed.
    let outcome: DeviceOutcome = found?.grant?.subject === account.subject ? "answered" : "decided";
    if (device !== null && client !== null && mayAsk(client)) {
      const grant = decision === "allow" ? deviceGrant(context, device, account) : null;
      if (await store.decideDeviceCode(device.id, grant, clock.seconds())) {
        outcome = decision === "allow" ? "approved" : "denied";
        log.info(`device ${outcome}`, { subject: account.subject, client: client.clientId });
      }
    }
    return respondWithPage(
      <DeviceDoneView
        frame={pageFrame(context, incoming)}
        outcome={outcome}
        clientName={client === null ? "" : clientName(client)}
      />,
      { status: outcome === "approved" || outcome === "denied" ? 200 : 409 },
    );
  };

export const deviceRoutes = (context: Context): Route[] => [
  {
    path: "/device",
    audience: "people",
    cors: "nobody",
    methods: { GET: showDevice(context), POST: answerDevice(context) },
  },
];
