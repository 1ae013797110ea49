/** An invitation, or the mailed link of a person who asked for an account: the page on which the account is made. */
import type { Context } from "../operations/context.ts";
import { acceptLink, findLink } from "../operations/links.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { asSelfMade, isDomainAllowed } from "../operations/sign-up.ts";
import { type Handler, type Incoming, queryOf, type Route } from "../platform/http.ts";
import { actOfStranger } from "../rules/events.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { LinkKind, LinkRecord } from "../store/tables/sign-in.ts";
import { readForm, type Submitted, staleWords } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { LINK_TOKEN, refusedLink, requireLink } from "./links.ts";
import {
  askToConfirm,
  enterNewAccount,
  madeJustNow,
  type NewAccountPage,
  NOTHING_TYPED,
  newAccountFaults,
  newAccountPage,
  type TypedAccount,
  typedAccount,
  typedRecord,
} from "./new-account.tsx";
import { offering } from "./page-error.ts";
import { pagePath, parseReturnPath } from "./urls.ts";
import type { NewAccountFaults } from "./views/new-account.tsx";

const KINDS: readonly LinkKind[] = ["invitation", "registration"];

/** The policy of today counts for a link of yesterday. */
const isStillAllowed = ({ configuration: { sign_up } }: Context, { kind, email }: LinkRecord): boolean =>
  kind !== "registration" || (sign_up.mode === "open" && email !== null && isDomainAllowed(sign_up, email));

async function requireInvitation(context: Context, incoming: Incoming, token: string): Promise<LinkRecord> {
  const link = await requireLink(context, incoming, KINDS, token);
  if (isStillAllowed(context, link)) return link;
  throw refusedLink(context, incoming, "expired", link);
}

function pageOf(
  context: Context,
  incoming: Incoming,
  { kind, email, returnTo }: LinkRecord,
  token: string,
  asked: string | null,
): NewAccountPage {
  const { texts, name } = pageFrame(context, incoming);
  const { title, invited, confirmed } = texts.newAccount;
  return {
    purpose: "link",
    boundData: token,
    action: "/invitation",
    values: { [LINK_TOKEN]: token, return_to: returnTo ?? asked },
    title,
    lead: kind === "invitation" ? invited(name) : confirmed(name),
    // An address counts only if a mail proves it, or if the person who invites wrote it.
    email: email !== null ? { fixed: email } : context.linkMails === null ? null : "asked",
  };
}

const show =
  (context: Context): Handler =>
  async (incoming) => {
    const query = queryOf(incoming);
    const token = query.get(LINK_TOKEN) ?? "";
    const link = await requireInvitation(context, incoming, token);
    const asked = parseReturnPath(context.issuer, query.get("return_to") ?? undefined);
    const { username, name } = link;
    const proposed = { ...NOTHING_TYPED, username: username ?? "", name: name ?? "" };
    return newAccountPage(context, incoming, pageOf(context, incoming, link, token, asked), proposed, {});
  };

const answer =
  (context: Context): Handler =>
  async (incoming) => {
    const submitted = await readForm(context, incoming, "link", LINK_TOKEN);
    const token = submitted.form.get(LINK_TOKEN);
    const again = pagePath(context.issuer, "/invitation", {
      [LINK_TOKEN]: token,
      return_to: parseReturnPath(context.issuer, submitted.form.get("return_to")),
    });
    return offering(again, () => accept(context, incoming, submitted, token ?? ""));
  };

async function accept(
  context: Context,
  incoming: Incoming,
  { form, isFresh, hasCookie }: Submitted,
  token: string,
): Promise<Response> {
  const typed = typedAccount(form);
  const asked = parseReturnPath(context.issuer, form.get("return_to"));
  const before = await findSignedIn(context, incoming.request);
  const found = await findLink(context, KINDS, token);
  if (isFresh && found?.fault === "used") {
    // A double click: the first has used the link up, and both get the same answer.
    const made = await madeJustNow(context, incoming, typed, sourceOf(found.link));
    if (made !== null) return enterNewAccount(context, incoming, before, made, asked);
  }
  const link = await requireInvitation(context, incoming, token);
  const page = pageOf(context, incoming, link, token, asked);
  const { texts } = pageFrame(context, incoming);
  const again = (faults: NewAccountFaults, limited?: number) =>
    newAccountPage(context, incoming, page, typed, faults, limited);
  if (!isFresh) {
    return again({ form: staleWords(context, texts, hasCookie) });
  }
  const faults = await newAccountFaults(context, texts, typed, link.email);
  if (Object.keys(faults).length > 0) return again(faults);
  // Whether a name is taken is told to the holder of a link, but not for a list of names.
  const { linkRequestPerAddress } = context.limits;
  const wait = linkRequestPerAddress.attempt(incoming.address);
  if (wait > 0) return again({ form: texts.newAccount.limited }, wait);
  let tells = false;
  try {
    const made = await make(context, incoming, link, page, typed, before);
    if ("response" in made) return made.response;
    tells = true;
    return await again(made.faults);
  } finally {
    if (tells) linkRequestPerAddress.settle(incoming.address);
    else linkRequestPerAddress.forgive(incoming.address);
  }
}

const sourceOf = ({ kind }: Pick<LinkRecord, "kind">) => (kind === "invitation" ? "invitation" : "sign_up");

/** The answer, or the faults that the page then tells. */
async function make(
  context: Context,
  incoming: Incoming,
  link: LinkRecord,
  page: NewAccountPage,
  typed: TypedAccount,
  before: SignedIn | null,
): Promise<{ readonly response: Response } | { readonly faults: NewAccountFaults }> {
  const { texts } = pageFrame(context, incoming);
  const source = sourceOf(link);
  const own = await typedRecord(context, typed, source, {
    address: link.email,
    isVerified: link.email !== null && link.provesEmail,
  });
  const account =
    source === "invitation"
      ? { ...own, groups: link.groups, administrator: link.administrator }
      : asSelfMade(context.configuration, own);
  const returnTo = page.values.return_to ?? null;
  const enter = async (entered: AccountRecord) => ({
    response: await enterNewAccount(context, incoming, before, entered, returnTo),
  });
  const outcome = await acceptLink(context, actOfStranger(incoming), link.id, account);
  switch (outcome) {
    case "created":
      if (page.email === "asked") await askToConfirm(context, incoming, account, typed.email);
      return enter(account);
    case "username_taken":
    case "used": {
      const twin = await madeJustNow(context, incoming, typed, source);
      if (twin !== null) return enter(twin);
      if (outcome === "used") throw refusedLink(context, incoming, outcome, link);
      return { faults: { username: texts.setup.usernameTaken } };
    }
    case "name_is_address":
      return { faults: { username: texts.newAccount.usernameIsAddress } };
    case "email_taken":
      return { faults: { form: texts.newAccount.emailTaken } };
    case "full":
      return { faults: { form: texts.newAccount.full } };
    case "unknown":
    case "expired":
      throw refusedLink(context, incoming, outcome, link);
    case "group_unknown":
      throw new Error("A group of the link was removed just now.");
  }
}

export const invitationRoutes = (context: Context): Route[] => [
  {
    path: "/invitation",
    audience: "people",
    cors: "nobody",
    methods: { GET: show(context), POST: answer(context) },
  },
];
