/** @jsxImportSource hono/jsx */
/** What the pages for new accounts share: the form, its faults, and the way into the account. */
import type { PasswordOwner } from "../accounts/new-password.ts";
import { emailFault, newAccountRecord, personNameFault, usernameFault } from "../accounts/people.ts";
import { withReauthentication } from "../endpoints/reauthentication.ts";
import type { Context } from "../operations/context.ts";
import { askEmailChange } from "../operations/links.ts";
import { findAccountByUsername } from "../operations/people.ts";
import { findSignedIn, type SignedIn, type SignIn, startAfterChange } from "../operations/sessions.ts";
import { checkPassword } from "../operations/sign-in.ts";
import { type Incoming, seeOther } from "../platform/http.ts";
import { typedLine } from "../protocol/names.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { actOfPerson, actOfStranger } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import { StoreUnavailable } from "../store/contract.ts";
import type { AccountRecord, AccountSource } from "../store/tables/people.ts";
import { displayText } from "./display.ts";
import { type FormPurpose, openForm } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { newPasswordWords } from "./new-password.ts";
import { NOTICE, sealNotice } from "./notice.ts";
import { respondWithPage } from "./respond.tsx";
import type { Texts } from "./texts.ts";
import { PAGE_PATHS, pagePath } from "./urls.ts";
import { MessageView } from "./views/message.tsx";
import { type NewAccountFaults, NewAccountView, WITH_PASSKEY } from "./views/new-account.tsx";

/** What the person typed. */
export interface TypedAccount {
  readonly username: string;
  readonly name: string;
  /** Empty if the page does not ask for it. */
  readonly email: string;
  readonly password: string;
  readonly withPasskey: boolean;
}

export const NOTHING_TYPED: TypedAccount = {
  username: "",
  name: "",
  email: "",
  password: "",
  withPasskey: false,
};

/** Where a person adds a passkey. */
const PASSKEYS_PAGE = "/account/passkeys";

/** A person who takes a passkey goes there at once; without the page a password is the only way. */
const offersPasskey = (PAGE_PATHS as readonly string[]).includes(PASSKEYS_PAGE);

export const typedAccount = (form: Parameters): TypedAccount => ({
  username: (form.get("username") ?? "").normalize("NFKC").trim(),
  name: typedLine(form.get("name")),
  email: (form.get("email") ?? "").trim(),
  password: form.get("password") ?? "",
  withPasskey: offersPasskey && form.get(WITH_PASSKEY) !== undefined,
});

export interface NewAccountPage {
  readonly purpose: FormPurpose;
  /** The data to which the form is bound. */
  readonly boundData: string;
  readonly action: `/${string}`;
  readonly values: Readonly<Record<string, string | null>>;
  readonly title: string;
  readonly lead: string;
  /** As in `NewAccountProps`. */
  readonly email: { readonly fixed: string } | "asked" | null;
}

export async function newAccountPage(
  context: Context,
  incoming: Incoming,
  page: NewAccountPage,
  typed: TypedAccount,
  faults: NewAccountFaults,
  limited?: number,
): Promise<Response> {
  const form = openForm(context, incoming, page.purpose, page.boundData);
  const signedIn = await findSignedIn(context, incoming.request);
  const { email } = page;
  const isFaulty = Object.keys(faults).length > 0;
  return respondWithPage(
    <NewAccountView
      frame={pageFrame(context, incoming, undefined, {
        here: pagePath(context.issuer, page.action, page.values),
      })}
      token={form.token}
      action={page.action}
      values={page.values}
      title={page.title}
      lead={page.lead}
      signedInAs={signedIn?.account.username ?? null}
      username={displayText(typed.username, 200)}
      name={displayText(typed.name, 200)}
      email={
        email === "asked"
          ? { asked: displayText(typed.email, 320) }
          : email === null
            ? null
            : { fixed: displayText(email.fixed, 320) }
      }
      minimumPasswordCharacters={context.configuration.limits.minimum_password_characters}
      offersPasskey={offersPasskey}
      faults={faults}
    />,
    {
      status: limited !== undefined ? 429 : isFaulty ? 422 : 200,
      retryAfterSeconds: limited,
      setCookie: form.setCookie,
      leads: "on_to_client",
    },
  );
}

/** Why a new password is refused, in words; null if it is good. */
export async function newPasswordFaultWords(
  { configuration, newPasswords }: Context,
  texts: Texts,
  password: string,
  owner: PasswordOwner,
): Promise<string | null> {
  const fault = await newPasswords.fault(password, owner);
  return fault === null ? null : newPasswordWords(texts, configuration.limits, fault);
}

/** The faults of the fields, in words. `email`: the address that the account gets, if that is known already. */
export async function newAccountFaults(
  context: Context,
  texts: Texts,
  { username, name, email: typed, password, withPasskey }: TypedAccount,
  email: string | null,
): Promise<NewAccountFaults> {
  const { setup, account } = texts;
  const nameWords =
    username === "" ? setup.usernameMissing : usernameFault(username) === null ? null : setup.usernameRefused;
  const owner = { username, email: email ?? (typed === "" ? null : typed) };
  const passwordWords = withPasskey ? null : await newPasswordFaultWords(context, texts, password, owner);
  return {
    ...(nameWords !== null && { username: nameWords }),
    ...(passwordWords !== null && { password: passwordWords }),
    ...(name !== "" && personNameFault(name) !== null && { name: account.facts.name.refused }),
    ...(typed !== "" && emailFault(typed) !== null && { email: account.emailRefused }),
  };
}

/** The account as the person asked for it. `email`: an address that is known already. */
export async function typedRecord(
  { passwords, clock, random }: Pick<Context, "passwords" | "clock" | "random">,
  { username, name, password, withPasskey }: TypedAccount,
  source: AccountSource,
  email: { readonly address: string | null; readonly isVerified: boolean },
): Promise<AccountRecord> {
  return newAccountRecord(
    {
      source,
      username,
      passwordHash: withPasskey ? null : await passwords.hash(password),
      name: name === "" ? null : name,
      email: email.address,
      emailVerified: email.isVerified,
    },
    clock,
    random,
  );
}

/** Into the new account, or to the page that says that it waits. `before`: who was signed in before the account was made. */
export async function enterNewAccount(
  context: Context,
  incoming: Incoming,
  before: SignedIn | null,
  account: AccountRecord,
  returnTo: string | null,
): Promise<Response> {
  const { issuer } = context;
  if (account.disabledAt !== null) return waitingPage(context, incoming, account);
  const withPasskey = account.passwordHash === null;
  const signIn: SignIn = { account, steps: [withPasskey ? STEPS.sign_in_link : STEPS.password] };
  const started = await startAfterChange(
    context,
    actOfStranger(incoming),
    signIn,
    before?.session.id ?? null,
  );
  if (started === null) return seeOther(pagePath(issuer, "/account"));
  if (withPasskey) return seeOther(pagePath(issuer, PASSKEYS_PAGE), started.cookies);
  if (returnTo !== null)
    return seeOther(withReauthentication(context, returnTo, started.session), started.cookies);
  const notice = sealNotice(context, started.cookieValue, account.subject, "account", { about: "created" });
  return seeOther(pagePath(issuer, "/account", { [NOTICE]: notice }), started.cookies);
}

function waitingPage(context: Context, incoming: Incoming, account: AccountRecord): Promise<Response> {
  const frame = pageFrame(context, incoming);
  const { newAccount } = frame.texts;
  return respondWithPage(
    <MessageView
      frame={frame}
      kind="plain"
      title={newAccount.waitingTitle}
      text={[newAccount.waiting(displayText(account.username, 200), frame.name)]}
      way={null}
    />,
  );
}

/** An address that the person typed counts once a mail has proved it. The account is made already, so this hides no failure. */
export async function askToConfirm(
  context: Context,
  incoming: Incoming,
  account: AccountRecord,
  email: string,
): Promise<void> {
  if (email === "" || account.disabledAt !== null) return;
  try {
    await askEmailChange(context, actOfPerson(incoming, account.subject), account, email);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    context.log.error("no mail could be sent to confirm an address", {
      cause: error.message,
      request: incoming.requestId,
    });
  }
}

/** How long after its making an account may be the answer to a form that is sent twice. */
const TWICE_SECONDS = 60;

export const isJustMade = (
  { clock }: Pick<Context, "clock">,
  { source, createdAt }: AccountRecord,
  wanted: AccountSource,
): boolean => source === wanted && clock.seconds() - createdAt <= TWICE_SECONDS;

/**
 * The account that the same form made just before, by a double click: the person with this name and this password. Null if there
 * is none. Nothing is compared, and nothing counts as an attempt, unless the account is new.
 */
export async function madeJustNow(
  context: Context,
  incoming: Incoming,
  { username, password }: TypedAccount,
  source: AccountSource,
): Promise<AccountRecord | null> {
  const account = await findAccountByUsername(context, username);
  if (account === null || !isJustMade(context, account, source)) return null;
  const check = await checkPassword(context, { username, password, origin: incoming });
  return check.outcome === "verified" && check.account.subject === account.subject ? check.account : null;
}
