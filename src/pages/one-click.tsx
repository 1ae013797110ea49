/** @jsxImportSource hono/jsx */
/** The links whose page asks for one click: for one sign-in, and to confirm an e-mail address. */
import type { Context } from "../operations/context.ts";
import { confirmEmail, takeSignInLink } from "../operations/links.ts";
import { findSignedIn } from "../operations/sessions.ts";
import { type Handler, type Incoming, queryOf, type Route, seeOther } from "../platform/http.ts";
import { actOfPerson, actOfStranger } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { LinkKind, LinkRecord } from "../store/tables/sign-in.ts";
import { displayText } from "./display.ts";
import { openForm, readForm } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { LINK_TOKEN, refusedLink, requirePersonOfLink } from "./links.ts";
import { offering } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { continueSignIn } from "./sign-in-steps.tsx";
import type { Texts } from "./texts.ts";
import { pagePath } from "./urls.ts";
import { ConfirmView, MessageView } from "./views/message.tsx";

interface OneClick {
  readonly kind: LinkKind;
  readonly path: `/${string}`;
  /** `isOwn`: whether the person of the account is signed in. */
  readonly words: (
    texts: Texts,
    server: string,
    link: LinkRecord,
    account: AccountRecord,
    isOwn: boolean,
  ) => { readonly title: string; readonly text: readonly string[]; readonly submit: string };
  /** `again`: the page, for a person who must sign in first. */
  readonly act: (
    context: Context,
    incoming: Incoming,
    link: LinkRecord,
    account: AccountRecord,
    again: string,
  ) => Promise<Response>;
}

/** Each page names the account: a link may have been sent by another person, who wants the reader in an account of theirs. */
const PAGES: readonly OneClick[] = [
  {
    kind: "sign_in",
    path: "/sign-in-link",
    words: ({ links, signIn }, server, _, { username }) => ({
      title: signIn.title,
      text: [links.signInLead(displayText(username, 200), server), links.signInAdvice],
      submit: links.signInSubmit,
    }),
    act: signInByLink,
  },
  {
    kind: "verify_email",
    path: "/verify-email",
    words: ({ links }, server, { email }, { username }, isOwn) => {
      const name = displayText(username, 200);
      return {
        title: links.verifyTitle,
        text: [
          links.verifyLead(displayText(email ?? "", 320), name, server),
          links.verifyAdvice,
          ...(isOwn ? [] : [links.verifySignIn(name)]),
        ],
        submit: isOwn ? links.verifySubmit : links.signInSubmit,
      };
    },
    act: verifyByLink,
  },
];

async function signInByLink(
  context: Context,
  incoming: Incoming,
  link: LinkRecord,
  { subject }: AccountRecord,
): Promise<Response> {
  const taken = await takeSignInLink(context, actOfPerson(incoming, subject), link.id);
  if (taken.outcome !== "used_now") {
    // The second click of a double click, after the answer to the first.
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn?.account.subject === subject) return seeOther(pagePath(context.issuer, "/account"));
    throw refusedLink(context, incoming, taken.outcome, link);
  }
  const { account } = taken;
  const progress = { account, steps: [STEPS.sign_in_link], returnTo: null, isKnownBrowser: false };
  return (await continueSignIn(context, incoming, progress)) ?? seeOther(pagePath(context.issuer, "/login"));
}

async function verifyByLink(
  context: Context,
  incoming: Incoming,
  link: LinkRecord,
  { email, emailVerified }: AccountRecord,
  again: string,
): Promise<Response> {
  const signedIn = await findSignedIn(context, incoming.request);
  const by = signedIn?.account.subject ?? null;
  const act = by === null ? actOfStranger(incoming) : actOfPerson(incoming, by);
  const outcome = await confirmEmail(context, act, link, by);
  const frame = pageFrame(context, incoming);
  const { links, errors } = frame.texts;
  const address = displayText(link.email ?? "", 320);
  const told = (kind: "good" | "bad", title: string, text: string, status = 200) =>
    respondWithPage(
      <MessageView
        frame={frame}
        kind={kind}
        title={title}
        text={[text]}
        way={{ href: frame.path("/account"), words: errors.account }}
      />,
      { status },
    );
  switch (outcome) {
    case "verified":
      return told("good", links.verifiedTitle, links.verified(address));
    case "foreign": {
      const another = by === null ? null : "1";
      return seeOther(pagePath(context.issuer, "/login", { return_to: again, another }));
    }
    case "email_taken":
      return told("bad", links.emailTakenTitle, links.emailTaken(address), 409);
    case "used":
      // The second click of a double click.
      if (email === link.email && emailVerified)
        return told("good", links.verifiedTitle, links.verified(address));
      throw refusedLink(context, incoming, outcome, link);
    case "unknown":
    case "expired":
      throw refusedLink(context, incoming, outcome, link);
    case "group_unknown":
    case "too_long":
      throw new Error(`An address cannot be refused as ${outcome}.`);
  }
}

async function oneClickPage(
  context: Context,
  incoming: Incoming,
  { path, words }: OneClick,
  token: string,
  link: LinkRecord,
  account: AccountRecord,
  status: number,
): Promise<Response> {
  const form = openForm(context, incoming, "link", token);
  const here = pagePath(context.issuer, path, { [LINK_TOKEN]: token });
  const frame = pageFrame(context, incoming, undefined, { here });
  const isOwn = (await findSignedIn(context, incoming.request))?.account.subject === account.subject;
  const { title, text, submit } = words(frame.texts, frame.name, link, account, isOwn);
  return respondWithPage(
    <ConfirmView
      frame={frame}
      token={form.token}
      action={path}
      values={{ [LINK_TOKEN]: token }}
      title={title}
      text={text}
      submit={submit}
    />,
    { status, setCookie: form.setCookie },
  );
}

const show =
  (context: Context, page: OneClick): Handler =>
  async (incoming) => {
    const token = queryOf(incoming).get(LINK_TOKEN) ?? "";
    const { link, account } = await requirePersonOfLink(context, incoming, [page.kind], token);
    return oneClickPage(context, incoming, page, token, link, account, 200);
  };

const answer =
  (context: Context, page: OneClick): Handler =>
  async (incoming) => {
    const { form, isFresh } = await readForm(context, incoming, "link", LINK_TOKEN);
    const token = form.get(LINK_TOKEN) ?? "";
    const again = pagePath(context.issuer, page.path, { [LINK_TOKEN]: token });
    return offering(again, async () => {
      const { link, account } = await requirePersonOfLink(context, incoming, [page.kind], token);
      // The page comes again, with a form that counts.
      if (!isFresh) return oneClickPage(context, incoming, page, token, link, account, 422);
      return page.act(context, incoming, link, account, again);
    });
  };

export const oneClickRoutes = (context: Context): Route[] =>
  PAGES.map((page) => ({
    path: page.path,
    audience: "people",
    cors: "nobody",
    methods: { GET: show(context, page), POST: answer(context, page) },
  }));
