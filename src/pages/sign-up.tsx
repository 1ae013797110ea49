/** @jsxImportSource hono/jsx */
/**
 * Accounts that people make themselves (OpenID Connect Prompt Create 1.0 leads here). Where this server sends mail, nothing is made
 * before the address is proved, and the answer is the same for an address that has an account (THREATS 34).
 */
import { emailFault } from "../accounts/people.ts";
import type { Context } from "../operations/context.ts";
import { countLinkRequest } from "../operations/link-requests.ts";
import { findSignedIn } from "../operations/sessions.ts";
import { askSignUp, asSelfMade, isDomainAllowed, signUp } from "../operations/sign-up.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { actOfStranger } from "../rules/events.ts";
import { displayText } from "./display.ts";
import { openForm, readForm, type Submitted, staleWords } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { LINK_TOKEN } from "./links.ts";
import { delayWords } from "./mail-delay.ts";
import {
  enterNewAccount,
  madeJustNow,
  type NewAccountPage,
  NOTHING_TYPED,
  newAccountFaults,
  newAccountPage,
  typedAccount,
  typedRecord,
} from "./new-account.tsx";
import { offering } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { pagePath, parseReturnPath } from "./urls.ts";
import { MessageView } from "./views/message.tsx";
import type { NewAccountFaults } from "./views/new-account.tsx";
import { SignUpView } from "./views/sign-up.tsx";

/** What the page asks for, as the settings and the ways of this server have it; null: there is no such page. */
export function signUpAsks({ configuration, linkMails }: Context): "invitation" | "email" | "account" | null {
  switch (configuration.sign_up.mode) {
    case "off":
      return null;
    case "token":
      return "invitation";
    case "open":
      return linkMails === null ? "account" : "email";
  }
}

interface Shown {
  readonly returnTo: string | null;
  readonly typed: string;
  readonly fault?: string;
  readonly alert?: string;
  readonly limited?: number;
}

function askingPage(
  context: Context,
  incoming: Incoming,
  asks: "invitation" | "email",
  { returnTo, typed, fault, alert, limited }: Shown,
): Promise<Response> {
  const form = openForm(context, incoming, "sign_up");
  const isFaulty = fault !== undefined || alert !== undefined;
  return respondWithPage(
    <SignUpView
      frame={pageFrame(context, incoming, undefined, {
        here: pagePath(context.issuer, "/sign-up", { return_to: returnTo }),
      })}
      token={form.token}
      returnTo={returnTo}
      asks={asks}
      typed={displayText(typed, 320)}
      domains={context.configuration.sign_up.domains}
      fault={fault ?? null}
      alert={alert ?? null}
    />,
    {
      status: limited !== undefined ? 429 : isFaulty ? 422 : 200,
      retryAfterSeconds: limited,
      setCookie: form.setCookie,
      leads: "on_to_client",
    },
  );
}

function accountPage(context: Context, incoming: Incoming, returnTo: string | null): NewAccountPage {
  const { texts, name } = pageFrame(context, incoming);
  return {
    purpose: "sign_up",
    boundData: "",
    action: "/sign-up",
    values: { return_to: returnTo },
    title: texts.newAccount.title,
    lead: texts.signUp.accountLead(name),
    email: null,
  };
}

const show =
  (context: Context): Handler =>
  (incoming) => {
    const asks = signUpAsks(context);
    if (asks === null) throw new OAuthError("not_found");
    const returnTo = parseReturnPath(context.issuer, queryOf(incoming).get("return_to") ?? undefined);
    if (asks === "account")
      return newAccountPage(context, incoming, accountPage(context, incoming, returnTo), NOTHING_TYPED, {});
    const typed = asks === "email" ? (queryOf(incoming).get("login_hint") ?? "") : "";
    return askingPage(context, incoming, asks, { returnTo, typed });
  };

const answer =
  (context: Context): Handler =>
  async (incoming) => {
    const asks = signUpAsks(context);
    if (asks === null) throw new OAuthError("not_found");
    const submitted = await readForm(context, incoming, "sign_up");
    const returnTo = parseReturnPath(context.issuer, submitted.form.get("return_to"));
    const again = pagePath(context.issuer, "/sign-up", { return_to: returnTo });
    return offering(again, () => {
      switch (asks) {
        case "invitation":
          return toInvitation(context, incoming, submitted, returnTo);
        case "email":
          return askByMail(context, incoming, submitted, returnTo);
        case "account":
          return makeAccount(context, incoming, submitted, returnTo);
      }
    });
  };

/** The person may paste the whole link, or the secret alone. Only the secret goes on. */
function toInvitation(
  context: Context,
  incoming: Incoming,
  { form }: Submitted,
  returnTo: string | null,
): Response | Promise<Response> {
  const typed = (form.get("invitation") ?? "").trim();
  const token = /tlk_[A-Za-z0-9_-]{64}/.exec(typed)?.[0];
  if (token === undefined) {
    const { signUp: words } = pageFrame(context, incoming).texts;
    return askingPage(context, incoming, "invitation", { returnTo, typed, fault: words.invitationMalformed });
  }
  return seeOther(pagePath(context.issuer, "/invitation", { [LINK_TOKEN]: token, return_to: returnTo }));
}

/** A longer address of a page is not kept: the person then begins at the application again. */
const RETURN_CHARACTERS = 2000;

async function askByMail(
  context: Context,
  incoming: Incoming,
  { form, isFresh }: Submitted,
  returnTo: string | null,
): Promise<Response> {
  const frame = pageFrame(context, incoming);
  const { signUp: words, account, forms, reset } = frame.texts;
  const typed = (form.get("email") ?? "").trim();
  const again = (shown: Omit<Shown, "returnTo" | "typed">) =>
    askingPage(context, incoming, "email", { returnTo, typed, ...shown });
  if (!isFresh) return again({ alert: forms.stale });
  if (emailFault(typed) !== null) return again({ fault: account.emailRefused });
  const { sign_up } = context.configuration;
  if (!isDomainAllowed(sign_up, typed))
    return again({ fault: words.domainRefused(sign_up.domains.join(", ")) });
  const { wait } = await countLinkRequest(context, incoming.address, null, typed);
  if (wait > 0) return again({ alert: reset.limited, limited: wait });
  const kept = returnTo !== null && returnTo.length > RETURN_CHARACTERS ? null : returnTo;
  const outcome = await askSignUp(context, actOfStranger(incoming), typed, kept);
  if (outcome !== "asked") return again({ alert: frame.texts.newAccount.full });
  return respondWithPage(
    <MessageView
      frame={frame}
      kind="plain"
      title={words.askedTitle}
      text={[words.asked(displayText(typed, 320)), words.askedAdvice, ...delayWords(context, frame)]}
      way={{ href: frame.path("/login", { return_to: returnTo }), words: words.haveAccount }}
    />,
  );
}

async function makeAccount(
  context: Context,
  incoming: Incoming,
  { form, isFresh, hasCookie }: Submitted,
  returnTo: string | null,
): Promise<Response> {
  const { texts } = pageFrame(context, incoming);
  const page = accountPage(context, incoming, returnTo);
  const typed = typedAccount(form);
  const again = (faults: NewAccountFaults, limited?: number) =>
    newAccountPage(context, incoming, page, typed, faults, limited);
  if (!isFresh) return again({ form: staleWords(context, texts, hasCookie) });
  const faults = await newAccountFaults(context, texts, typed, null);
  if (Object.keys(faults).length > 0) return again(faults);
  const before = await findSignedIn(context, incoming.request);
  // That a user name is taken must be told, but not for a list of names, and not at the price of a hash each.
  const { linkRequestPerAddress } = context.limits;
  const wait = linkRequestPerAddress.attempt(incoming.address);
  if (wait > 0) return again({ form: texts.newAccount.limited }, wait);
  linkRequestPerAddress.settle(incoming.address);
  const account = asSelfMade(
    context.configuration,
    await typedRecord(context, typed, "sign_up", { address: null, isVerified: false }),
  );
  switch (await signUp(context, actOfStranger(incoming), account)) {
    case "created":
      return enterNewAccount(context, incoming, before, account, returnTo);
    case "username_taken":
    case "email_taken": {
      const twin = await madeJustNow(context, incoming, typed, "sign_up");
      if (twin !== null) return enterNewAccount(context, incoming, before, twin, returnTo);
      return again({ username: texts.setup.usernameTaken });
    }
    case "name_is_address":
      return again({ username: texts.newAccount.usernameIsAddress });
    case "full":
      return again({ form: texts.newAccount.full });
    case "group_unknown":
      throw new Error("A group was removed just now.");
  }
}

export const signUpRoutes = (context: Context): Route[] => [
  {
    path: "/sign-up",
    audience: "people",
    cors: "nobody",
    methods: { GET: show(context), POST: answer(context) },
  },
];
