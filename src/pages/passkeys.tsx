/** @jsxImportSource hono/jsx */
/** A person's passkeys: adding, naming and removing them, and doing without a password. */
import { isPasskeyName, isSecurityKey, PASSKEY_NAME_CHARACTERS, userHandleOf } from "../accounts/passkeys.ts";
import type { Context } from "../operations/context.ts";
import {
  addPasskey,
  askForNewPasskey,
  listPasskeys,
  passkeyIdText,
  relyingParty,
  removePasskey,
  removePassword,
  renamePasskey,
} from "../operations/passkeys.ts";
import { readablePasskeys } from "../operations/readable-passkeys.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { type Handler, type Incoming, json, queryOf, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { parseCredentialId } from "../protocol/webauthn.ts";
import { actOfPerson } from "../rules/events.ts";
import type { PasskeyRecord } from "../store/tables/sign-in.ts";
import { accountFrame, personFrame } from "./account/section.ts";
import type { Way } from "./account/way.ts";
import { openForm, readForm } from "./forms.ts";
import { NOTICE, type PasskeyNotice, readNotice, sealNotice } from "./notice.ts";
import { askRecentSignIn, lacks } from "./recent.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { pageAddress, pagePath, parseReturnPath } from "./urls.ts";
import { PASSKEY } from "./views/passkey-form.tsx";
import { type PasskeyRow, PasskeysView } from "./views/passkeys.tsx";

const PATH = "/account/passkeys";

/** The name of a passkey, as people are shown it. */
export const passkeyName = (
  passkey: PasskeyRecord,
  { passkeys: { kinds } }: Pick<Texts, "passkeys">,
): string =>
  passkey.name === "" ? (isSecurityKey(passkey) ? kinds.securityKey : kinds.passkey) : passkey.name;

/** What the list of the ways to sign in says of passkeys. */
export const passkeysRow: Way = async (context, { texts: { passkeys }, path }, { account }) => {
  const own = await listPasskeys(context, account.subject);
  const readable = await readablePasskeys(own);
  const isOnlyWay = readable.length === 1 && account.passwordHash === null;
  return {
    label: passkeys.title,
    state: passkeys.state(own.length),
    href: path(PATH),
    warns: isOnlyWay || readable.length < own.length,
  };
};

const rowOf = (passkey: PasskeyRecord, isReadable: boolean, texts: Texts): PasskeyRow => ({
  id: passkeyIdText(passkey),
  name: passkeyName(passkey, texts),
  addedAt: passkey.createdAt,
  usedAt: passkey.usedAt,
  isSynced: passkey.backedUp,
  isListed: passkey.discoverable,
  isReadable,
});

interface Again {
  /** Why nothing was done. */
  readonly fault?: string;
  readonly returnTo?: string | null;
}

async function passkeysPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { fault, returnTo = null }: Again = {},
): Promise<Response> {
  const { account } = signedIn;
  const form = openForm(context, incoming, "passkeys");
  const told = readNotice(context, incoming, "passkeys");
  const { passkeys } = personFrame(context, incoming, account).texts;
  const frame = accountFrame(context, incoming, account, PATH, {
    notice: told === null ? null : passkeys.notices[told.about],
    alert: fault ?? null,
  });
  const own = await listPasskeys(context, account.subject);
  const readable = await readablePasskeys(own);
  const here = pagePath(context.issuer, PATH, { return_to: returnTo });
  const lacking = await lacks(context, signedIn);
  return respondWithPage(
    <PasskeysView
      frame={frame}
      token={form.token}
      rows={own.map((passkey) => rowOf(passkey, readable.includes(passkey), frame.texts))}
      hasPassword={account.passwordHash !== null}
      mayRemovePassword={account.passwordHash !== null && readable.length > 0}
      ask={
        lacking === null ? { ceremony: askForNewPasskey(context, form.cookieValue, account, readable) } : null
      }
      lacking={lacking}
      accepted={{
        rpId: relyingParty(context).domain,
        userId: userHandleOf(account.subject),
        allAcceptedCredentialIds: own.map(passkeyIdText),
      }}
      signIn={pagePath(context.issuer, "/login", {
        return_to: here,
        step_up: lacking === "level" ? "1" : null,
      })}
      returnTo={returnTo}
      nameCharacters={PASSKEY_NAME_CHARACTERS}
    />,
    {
      status: fault === undefined ? 200 : 422,
      setCookie: form.setCookie,
      runs: "own_script",
      leads: returnTo === null ? "nowhere_else" : "on_to_client",
    },
  );
}

const toSignIn = ({ issuer }: Context, returnTo: string | null): Response =>
  seeOther(pagePath(issuer, "/login", { return_to: pagePath(issuer, PATH, { return_to: returnTo }) }));

const showPasskeys =
  (context: Context): Handler =>
  async (incoming) => {
    const signedIn = await findSignedIn(context, incoming.request);
    const returnTo = parseReturnPath(context.issuer, queryOf(incoming).get("return_to") ?? undefined);
    return signedIn === null
      ? toSignIn(context, returnTo)
      : passkeysPage(context, incoming, signedIn, { returnTo });
  };

const changePasskeys =
  (context: Context): Handler =>
  async (incoming) => {
    const { form, isFresh } = await readForm(context, incoming, "passkeys");
    const signedIn = await findSignedIn(context, incoming.request);
    const returnTo = parseReturnPath(context.issuer, form.get("return_to"));
    if (signedIn === null) return toSignIn(context, returnTo);
    const { forms } = personFrame(context, incoming, signedIn.account).texts;
    if (!isFresh) return passkeysPage(context, incoming, signedIn, { fault: forms.stale, returnTo });
    const action = form.get("action");
    if (action === "rename") return rename(context, incoming, signedIn, form);
    // An open browser is not enough for what decides who gets in.
    const asked = await askRecentSignIn(context, signedIn, PATH);
    if (asked !== null) return asked;
    switch (action) {
      case "add":
        return add(context, incoming, signedIn, form);
      case "remove":
        return remove(context, incoming, signedIn, form);
      case "remove_password":
        return withoutPassword(context, incoming, signedIn);
      default:
        throw new OAuthError("parameter_invalid");
    }
  };

/** To the page that led here, or back to this one with a notice about what was done. */
function done(
  context: Context,
  incoming: Incoming,
  { account }: SignedIn,
  about: PasskeyNotice["about"],
): Response {
  const cookieValue = context.sessionCookie.read(incoming.request);
  if (cookieValue === null) return toSignIn(context, null);
  const notice = sealNotice(context, cookieValue, account.subject, "passkeys", { about });
  return seeOther(pagePath(context.issuer, PATH, { [NOTICE]: notice }));
}

async function add(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  form: Parameters,
): Promise<Response> {
  const { account } = signedIn;
  const returnTo = parseReturnPath(context.issuer, form.get("return_to"));
  const outcome = await addPasskey(context, actOfPerson(incoming, account.subject), account, {
    text: form.get(PASSKEY) ?? "",
    cookieValue: context.sessionCookie.read(incoming.request),
  });
  if (outcome === "added")
    return returnTo === null ? done(context, incoming, signedIn, "added") : seeOther(returnTo);
  if (outcome === "gone") return toSignIn(context, returnTo);
  const { texts, issuerOrigin } = personFrame(context, incoming, account);
  const words = texts.passkeys.notAdded[outcome];
  const fault = typeof words === "string" ? words : words(issuerOrigin);
  return passkeysPage(context, incoming, signedIn, { fault, returnTo });
}

async function rename(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  form: Parameters,
): Promise<Response> {
  const { subject } = signedIn.account;
  const name = (form.get("name") ?? "").normalize("NFC").trim();
  if (!isPasskeyName(name)) {
    const { passkeys } = personFrame(context, incoming, signedIn.account).texts;
    return passkeysPage(context, incoming, signedIn, {
      fault: passkeys.nameRefused(PASSKEY_NAME_CHARACTERS),
    });
  }
  const id = parseCredentialId(form.required("id"));
  if (id !== null) await renamePasskey(context, actOfPerson(incoming, subject), subject, id, name);
  return done(context, incoming, signedIn, "renamed");
}

/** One that is gone, or was never the person's, gets the same answer as one that is removed. */
async function remove(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  form: Parameters,
): Promise<Response> {
  const { subject } = signedIn.account;
  const id = parseCredentialId(form.required("id"));
  const act = actOfPerson(incoming, subject);
  const outcome = id === null ? "unknown" : await removePasskey(context, act, subject, id, "person");
  if (outcome !== "last_way") return done(context, incoming, signedIn, "removed");
  const { passkeys } = personFrame(context, incoming, signedIn.account).texts;
  return passkeysPage(context, incoming, signedIn, { fault: passkeys.lastWay });
}

async function withoutPassword(context: Context, incoming: Incoming, signedIn: SignedIn): Promise<Response> {
  const { subject } = signedIn.account;
  const outcome = await removePassword(context, actOfPerson(incoming, subject), subject);
  if (outcome === "removed" || outcome === "none")
    return done(context, incoming, signedIn, "password_removed");
  const { passkeys } = personFrame(context, incoming, signedIn.account).texts;
  return passkeysPage(context, incoming, signedIn, { fault: passkeys.passwordKept[outcome] });
}

/**
 * W3C "A Well-Known URL for Relying Party Passkey Endpoints": where password managers send a person to add a passkey, or to manage
 * theirs. It is at the root of the host, also for an issuer with a path.
 */
export const PASSKEY_ENDPOINTS_PATH = "/.well-known/passkey-endpoints";

export const passkeyEndpointsRoute = ({ issuer }: Context): Route => ({
  path: PASSKEY_ENDPOINTS_PATH,
  audience: "programs",
  cors: "nobody",
  methods: {
    GET: () => {
      const page = pageAddress(issuer, PATH);
      return json({ enroll: page, manage: page }, 200, { "Cache-Control": "public, max-age=3600" });
    },
  },
});

export const passkeyRoutes = (context: Context): Route[] => [
  {
    path: PATH,
    audience: "people",
    cors: "nobody",
    methods: { GET: showPasskeys(context), POST: changePasskeys(context) },
  },
];
