/** @jsxImportSource hono/jsx */
/** How a person signs in, and the browsers in which they are signed in. */
import { recordIdText } from "../../credentials/credential.ts";
import type { Context } from "../../operations/context.ts";
import { chooseMails, sendsMail } from "../../operations/mail.ts";
import { endOtherSessions, endSessions, type SignedIn } from "../../operations/sessions.ts";
import type { Incoming, Route } from "../../platform/http.ts";
import { actOfPerson } from "../../rules/events.ts";
import { OPTIONAL_MAILS } from "../../rules/mail.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import type { SessionRecord } from "../../store/tables/sign-in.ts";
import { displayText } from "../display.ts";
import { respondWithPage } from "../respond.tsx";
import { type MailChoice, SecurityView } from "../views/account-security.tsx";
import { type Act, type Again, backWith, sectionParts, sectionRoute, toSignIn } from "./section.ts";
import { listSessions } from "./sessions.ts";
import { waysToSignIn } from "./ways.ts";

const PATH = "/account/security";

async function securityPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  again: Again = {},
): Promise<Response> {
  const { frame, token, options } = await sectionParts(context, incoming, signedIn, PATH, again);
  const [ways, sessions] = await Promise.all([
    waysToSignIn(context, frame, signedIn),
    listSessions(context, frame.texts, signedIn),
  ]);
  return respondWithPage(
    <SecurityView
      frame={frame}
      token={token}
      ways={ways}
      sessions={sessions}
      mails={mailChoice(context, signedIn.account)}
    />,
    options,
  );
}

/** Mails go to an address only that is known to be the person's. */
function mailChoice(context: Context, { email, emailVerified, mailsOff }: AccountRecord): MailChoice | null {
  if (!sendsMail(context) || email === null || !emailVerified) return null;
  return {
    address: displayText(email, 320),
    kinds: OPTIONAL_MAILS.map((kind) => ({ kind, isOn: !mailsOff.includes(kind) })),
  };
}

const changeMails =
  (context: Context): Act =>
  async (incoming, { account: { subject } }, form) => {
    const off = OPTIONAL_MAILS.filter((kind) => form.get(kind) === undefined);
    await chooseMails(context, actOfPerson(incoming, subject), subject, off);
    return backWith(context, incoming, PATH, subject, { about: "mails" });
  };

const endOneSession =
  (context: Context): Act =>
  async (incoming, signedIn, form) => {
    const { subject } = signedIn.account;
    const wanted = form.required("session");
    const isWanted = ({ id }: SessionRecord) => recordIdText(id) === wanted;
    await endOtherSessions(context, actOfPerson(incoming, subject), signedIn, isWanted);
    return backWith(context, incoming, PATH, subject, { about: "session" });
  };

const endAllOthers =
  (context: Context): Act =>
  async (incoming, signedIn) => {
    const { subject } = signedIn.account;
    await endOtherSessions(context, actOfPerson(incoming, subject), signedIn);
    return backWith(context, incoming, PATH, subject, { about: "sessions" });
  };

/** Ends every session, this one too: the answer is the sign-in page. */
const endEverySession =
  (context: Context): Act =>
  async (incoming, { account: { subject } }) => {
    await endSessions(context, actOfPerson(incoming, subject), subject);
    return toSignIn(context, PATH);
  };

export const securityRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: PATH,
    show: (incoming, signedIn) => securityPage(context, incoming, signedIn),
    stale: (incoming, signedIn, _form, again) => securityPage(context, incoming, signedIn, again),
    acts: {
      end_session: endOneSession(context),
      end_other_sessions: endAllOthers(context),
      end_all_sessions: endEverySession(context),
      mails: changeMails(context),
    },
  });
