/** @jsxImportSource hono/jsx */
/** Signing in with a code by mail, if the operator wants it. Only the browser that asked for a code can use it. */
import { parseRecordId, recordIdText } from "../credentials/credential.ts";
import type { Context } from "../operations/context.ts";
import { countLinkRequest } from "../operations/link-requests.ts";
import { askSignInCode, checkSignInCode } from "../operations/sign-in-code.ts";
import { type Handler, type Incoming, queryOf, type Route } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { actOfStranger } from "../rules/events.ts";
import { STEPS } from "../rules/sign-in.ts";
import { displayText } from "./display.ts";
import { openForm, readForm, sealFormData, unsealFormData } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { delayWords } from "./mail-delay.ts";
import { offering, PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { continueSignIn } from "./sign-in-steps.tsx";
import { clockTime, relativeTime } from "./time.ts";
import { pagePath, parseReturnPath } from "./urls.ts";
import { ASKED, SignInCodeView } from "./views/sign-in-code.tsx";

/** Whether a code by mail signs people in. */
export const signsInByCode = ({ configuration, linkMails }: Context): boolean =>
  linkMails !== null && configuration.sign_in.email_code;

/** What the browser asked for. */
interface Asked {
  readonly id: string;
  readonly name: string;
}

interface Shown {
  readonly returnTo: string | null;
  readonly name: string;
  readonly asked?: Asked;
  readonly fault?: string;
  readonly limited?: number;
}

function page(
  context: Context,
  incoming: Incoming,
  { returnTo, name, asked, fault, limited }: Shown,
): Promise<Response> {
  const form = openForm(context, incoming, "sign_in_code");
  const seconds = context.configuration.lifetimes.sign_in_link_seconds;
  const sealed =
    asked === undefined
      ? null
      : sealFormData(context, form.cookieValue, "sign_in_code", JSON.stringify(asked), "", seconds);
  const frame = pageFrame(context, incoming, undefined, {
    here: pagePath(context.issuer, "/sign-in-code", { return_to: returnTo }),
  });
  return respondWithPage(
    <SignInCodeView
      frame={frame}
      token={form.token}
      returnTo={returnTo}
      delay={asked === undefined ? [] : delayWords(context, frame)}
      name={displayText(name, 320)}
      asked={sealed}
      fault={fault ?? null}
    />,
    {
      status: limited !== undefined ? 429 : fault === undefined ? 200 : 422,
      retryAfterSeconds: limited,
      setCookie: form.setCookie,
      // A remembered consent sends the browser straight on to the client.
      leads: "on_to_client",
    },
  );
}

const show =
  (context: Context): Handler =>
  (incoming) => {
    if (!signsInByCode(context)) throw new OAuthError("not_found");
    const query = queryOf(incoming);
    const returnTo = parseReturnPath(context.issuer, query.get("return_to") ?? undefined);
    return page(context, incoming, { returnTo, name: query.get("login_hint") ?? "" });
  };

const answer =
  (context: Context): Handler =>
  async (incoming) => {
    if (!signsInByCode(context)) throw new OAuthError("not_found");
    const { form, isFresh } = await readForm(context, incoming, "sign_in_code");
    const returnTo = parseReturnPath(context.issuer, form.get("return_to"));
    const name = (form.get("username") ?? "").normalize("NFKC").trim();
    const { forms } = pageFrame(context, incoming).texts;
    const again = pagePath(context.issuer, "/sign-in-code", { return_to: returnTo });
    return offering(again, () => {
      if (!isFresh) return page(context, incoming, { returnTo, name, fault: forms.stale });
      const asked = openAsked(context, incoming, form.get(ASKED));
      if (asked !== null) return tryCode(context, incoming, asked, form.get("code") ?? "", returnTo);
      if (form.get(ASKED) !== undefined)
        return page(context, incoming, { returnTo, name, fault: forms.stale });
      return ask(context, incoming, name, returnTo);
    });
  };

/** Null if it is missing, was sealed for another browser, or is too old. */
function openAsked(context: Context, { request }: Incoming, sealed: string | undefined): Asked | null {
  if (sealed === undefined) return null;
  try {
    const { text } = unsealFormData(context, context.sessionCookie.read(request), "sign_in_code", sealed);
    // The seal is this server's own, so the text is as it wrote it.
    return JSON.parse(text) as Asked;
  } catch (error) {
    if (error instanceof PageError) return null;
    throw error;
  }
}

async function ask(
  context: Context,
  incoming: Incoming,
  name: string,
  returnTo: string | null,
): Promise<Response> {
  const { reset } = pageFrame(context, incoming).texts;
  if (name === "") return page(context, incoming, { returnTo, name, fault: reset.nameMissing });
  const browser = context.knownBrowsers.read(incoming.request);
  const { wait, isKnownBrowser } = await countLinkRequest(context, incoming.address, browser, name);
  if (wait > 0) return page(context, incoming, { returnTo, name, fault: reset.limited, limited: wait });
  const id = await askSignInCode(context, actOfStranger(incoming), name, isKnownBrowser);
  return page(context, incoming, { returnTo, name, asked: { id: recordIdText(id), name } });
}

async function tryCode(
  context: Context,
  incoming: Incoming,
  asked: Asked,
  code: string,
  returnTo: string | null,
): Promise<Response> {
  const { name } = asked;
  const frame = pageFrame(context, incoming);
  const { signInCode, signIn, language } = frame.texts;
  const id = parseRecordId(asked.id);
  if (id === null) throw new PageError("form_expired");
  const browser = context.knownBrowsers.read(incoming.request);
  const attempted = await checkSignInCode(context, { id, name, code, origin: incoming, browser });
  const wrong = () => page(context, incoming, { returnTo, name, asked, fault: signInCode.wrong });
  switch (attempted.outcome) {
    case "limited": {
      const limited = attempted.retryAfterSeconds;
      const words = signIn.limited(relativeTime(language, limited), clockTime(language, frame.now + limited));
      return page(context, incoming, { returnTo, name, asked, fault: words, limited });
    }
    case "refused":
      return wrong();
    case "verified": {
      const { proof: account, isKnownBrowser } = attempted;
      const progress = { account, steps: [STEPS.sign_in_link], returnTo, isKnownBrowser };
      return (await continueSignIn(context, incoming, progress)) ?? wrong();
    }
  }
}

export const signInCodeRoutes = (context: Context): Route[] => [
  {
    path: "/sign-in-code",
    audience: "people",
    cors: "nobody",
    methods: { GET: show(context), POST: answer(context) },
  },
];
