/** @jsxImportSource hono/jsx */
/** For those who manage people: inviting them, taking invitations back, and letting people in who wait. */
import { emailFault, personNameFault } from "../accounts/people.ts";
import { recordIdText } from "../credentials/credential.ts";
import type { Context } from "../operations/context.ts";
import { everyWaiting } from "../operations/links.ts";
import { authorityOfPerson } from "../operations/management/authority.ts";
import { listKnownGroups } from "../operations/management/groups.ts";
import { listInvitations, makeInvitation, withdrawInvitation } from "../operations/management/invitations.ts";
import { enablePerson } from "../operations/management/people.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { DAY_SECONDS } from "../platform/clock.ts";
import { type Handler, type Incoming, type Route, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { typedLine } from "../protocol/names.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { type Authority, isAllowed, mayInvite } from "../rules/role.ts";
import { displayText } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { askDemandedLevel, askRecentSignIn } from "./recent.ts";
import { respondWithPage } from "./respond.tsx";
import { duration } from "./time.ts";
import { pagePath } from "./urls.ts";
import {
  groupBox,
  InvitedView,
  type InviteFaults,
  InvitePeopleView,
  type TypedInvitation,
} from "./views/invite-people.tsx";

const PAGE = "/invite-people";

/** What the page shows at most of each list. */
const SHOWN = 40;

async function firstOf<Entry>(entries: AsyncIterable<Entry>, most = SHOWN): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const entry of entries) {
    if (found.length === most) break;
    found.push(entry);
  }
  return found;
}

interface Manager extends SignedIn {
  readonly authority: Authority;
}

/** The person who may invite, or the way to become one: a sign-in that is not long ago. Throws `not_found` for others. */
async function inviter(context: Context, incoming: Incoming): Promise<Manager | Response> {
  const signedIn = await findSignedIn(context, incoming.request);
  const here = pagePath(context.issuer, PAGE);
  if (signedIn === null) return seeOther(pagePath(context.issuer, "/login", { return_to: here }));
  const authority = await authorityOfPerson(context, incoming, signedIn);
  if (!mayInvite(authority)) throw new OAuthError("not_found");
  const missing =
    askDemandedLevel(context, signedIn, PAGE) ?? (await askRecentSignIn(context, signedIn, PAGE));
  return missing ?? { ...signedIn, authority };
}

/** The groups into which the person may invite. */
async function groupsOf(context: Context, authority: Authority): Promise<string[]> {
  const groups = await listKnownGroups(context, authority, { limit: SHOWN });
  return groups.map(({ name }) => name);
}

const NEW: TypedInvitation = { name: "", email: "", groups: [], uses: "1", days: "7", mailed: true };

interface Shown {
  readonly typed?: TypedInvitation;
  readonly faults?: InviteFaults;
  readonly notice?: string;
}

async function page(
  context: Context,
  incoming: Incoming,
  { authority }: Manager,
  { typed = NEW, faults = {}, notice }: Shown,
): Promise<Response> {
  const form = openForm(context, incoming, "invite");
  const [groups, invitations, waiting] = await Promise.all([
    groupsOf(context, authority),
    listInvitations(context, authority),
    isAllowed(authority, "people.write") ? firstOf(everyWaiting(context)) : [],
  ]);
  return respondWithPage(
    <InvitePeopleView
      frame={pageFrame(context, incoming)}
      token={form.token}
      typed={typed}
      groups={groups}
      mails={context.linkMails !== null}
      faults={faults}
      notice={notice ?? null}
      invitations={invitations
        .filter(({ usesLeft }) => usesLeft > 0)
        .slice(0, SHOWN)
        .map(({ id, name, username, email, ...link }) => ({
          id: recordIdText(id),
          about: [name, username, email]
            .filter((part) => part !== null)
            .map((part) => displayText(part, 200))
            .join(" · "),
          groups: link.groups,
          uses: link.uses,
          usesLeft: link.usesLeft,
          expiresAt: link.expiresAt,
        }))}
      waiting={waiting.map(({ subject, username, email, createdAt }) => ({
        subject,
        username: displayText(username, 200),
        email: email === null ? null : displayText(email, 320),
        since: createdAt,
      }))}
    />,
    { status: Object.keys(faults).length > 0 ? 422 : 200, setCookie: form.setCookie },
  );
}

const show =
  (context: Context): Handler =>
  async (incoming) => {
    const signedIn = await inviter(context, incoming);
    return signedIn instanceof Response ? signedIn : page(context, incoming, signedIn, {});
  };

const answer =
  (context: Context): Handler =>
  async (incoming) => {
    const { form, isFresh } = await readForm(context, incoming, "invite");
    const signedIn = await inviter(context, incoming);
    if (signedIn instanceof Response) return signedIn;
    const { texts } = pageFrame(context, incoming);
    const action = form.get("action");
    if (!isFresh) {
      const typed = action === "invite" ? { typed: typedInvitation(form) } : {};
      return page(context, incoming, signedIn, { ...typed, faults: { form: texts.forms.stale } });
    }
    switch (action) {
      case "invite":
        return answerInvitation(context, incoming, signedIn, form);
      case "revoke": {
        await withdrawInvitation(context, signedIn.authority, form.required("invitation"));
        return page(context, incoming, signedIn, { notice: texts.invite.revoked });
      }
      case "approve":
        await enablePerson(context, signedIn.authority, form.required("subject"));
        return page(context, incoming, signedIn, { notice: texts.invite.approved });
      default:
        throw new OAuthError("parameter_invalid");
    }
  };

const typedInvitation = (form: Parameters): TypedInvitation => ({
  name: typedLine(form.get("name")),
  email: (form.get("email") ?? "").trim(),
  groups: Array.from({ length: SHOWN }, (_, place) => form.get(groupBox(place)) ?? "").filter(
    (group) => group !== "",
  ),
  uses: (form.get("uses") ?? "").trim(),
  days: (form.get("days") ?? "").trim(),
  mailed: form.get("mailed") !== undefined,
});

/** The number that a person typed; null if it is none between 1 and the most. */
function wholeNumber(text: string, most: number): number | null {
  const number = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= most ? number : null;
}

const MOST_USES = 1000;
const MOST_DAYS = 365;

async function answerInvitation(
  context: Context,
  incoming: Incoming,
  signedIn: Manager,
  form: Parameters,
): Promise<Response> {
  const frame = pageFrame(context, incoming);
  const { invite: words, account: accountWords, language } = frame.texts;
  const typed = typedInvitation(form);
  const uses = wholeNumber(typed.uses, MOST_USES);
  const days = wholeNumber(typed.days, MOST_DAYS);
  const isForOne = typed.name !== "" || typed.email !== "";
  const usesWords =
    uses === null ? words.usesRefused(MOST_USES) : uses > 1 && isForOne ? words.usesOfOne : null;
  const faults: InviteFaults = {
    ...(typed.name !== "" &&
      personNameFault(typed.name) !== null && { name: accountWords.facts.name.refused }),
    ...(typed.email !== "" && emailFault(typed.email) !== null && { email: accountWords.emailRefused }),
    ...(usesWords !== null && { uses: usesWords }),
    ...(days === null && { days: words.daysRefused(MOST_DAYS) }),
  };
  if (uses === null || days === null || Object.keys(faults).length > 0)
    return page(context, incoming, signedIn, { typed, faults });
  const { account, authority } = signedIn;
  const known = await groupsOf(context, authority);
  const groups = typed.groups.filter((group) => known.includes(group));
  // A group manager invites into groups of their own, and into nothing else.
  if (groups.length === 0 && !isAllowed(authority, "people.write"))
    return page(context, incoming, signedIn, { typed, faults: { form: words.groupsMissing } });
  // Only a mail proves an address that a group manager writes. Without mail the person says their own later.
  const isTrusted = isAllowed(authority, "people.write");
  const hasAddress = typed.email !== "" && (isTrusted || context.linkMails !== null);
  const made = await makeInvitation(context, authority, {
    name: typed.name,
    email: hasAddress ? typed.email : null,
    groups,
    uses,
    seconds: days * DAY_SECONDS,
    isMailed: typed.mailed || (hasAddress && !isTrusted),
    inviter: account.name ?? account.username,
  }).catch(addressTaken);
  if (made === null)
    return page(context, incoming, signedIn, { typed, faults: { email: accountWords.emailTaken } });
  const { address, link } = made;
  return respondWithPage(
    <InvitedView
      frame={frame}
      address={address}
      email={link.email}
      text={[
        uses === 1
          ? words.goodOnce(duration(language, days * DAY_SECONDS))
          : words.goodFor(uses, duration(language, days * DAY_SECONDS)),
        ...(address === null ? [] : [words.handOver]),
      ]}
    />,
  );
}

function addressTaken(error: unknown): null {
  if (error instanceof OAuthError && error.reason === "object_exists") return null;
  throw error;
}

export const invitePeopleRoutes = (context: Context): Route[] => [
  {
    path: PAGE,
    audience: "people",
    cors: "nobody",
    methods: { GET: show(context), POST: answer(context) },
  },
];
