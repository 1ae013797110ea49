/** @jsxImportSource hono/jsx */
/** The consent page: it asks the person for the authorization endpoint, and passes the answer back. */
import { array, type InferOutput, object, parse, string } from "valibot";
import { addressesInLanguage } from "../clients/localized.ts";
import type { AuthorizationRequest } from "../endpoints/authorization-request.ts";
import {
  type AnswerPages,
  type AskedAgain,
  type AuthorizationPages,
  decideAuthorization,
} from "../endpoints/authorize.ts";
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import type { Context } from "../operations/context.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { type Handler, type Incoming, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { parseParameters } from "../protocol/parameters.ts";
import { clientLogo, SUBMIT_SCRIPT } from "./assets.ts";
import { clientName, displayText, webHost } from "./display.ts";
import { ACKNOWLEDGED, openForm, readForm, sealedText, sealFormData, unsealFormData } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { notAllowedPage } from "./not-allowed.tsx";
import { REQUEST_NOTICE, readNotice, sealNotice } from "./notice.ts";
import { offering, PageError } from "./page-error.ts";
import { askedAccess } from "./question.ts";
import { respondWithPage } from "./respond.tsx";
import { pagePath } from "./urls.ts";
import { ConsentView } from "./views/consent.tsx";
import { LeavingView, PostAnswerView } from "./views/leaving.tsx";

/** The hidden field with the request in question. */
const REQUEST = "request";

/** The sealed data: the request, and the scope and resources that the page showed, which depend on the configuration. */
const sealedRequest = object({ query: string(), scope: array(string()), resources: array(string()) });
type SealedRequest = InferOutput<typeof sealedRequest>;

/** The pages on the way of an answer to the client. */
export const answerPages = (context: Context): AnswerPages => ({
  confirmLeaving(incoming, { redirectUri, uiLocales }, delivery) {
    const view = (
      <LeavingView
        frame={pageFrame(context, incoming, uiLocales ?? undefined)}
        host={hostOf(redirectUri)}
        delivery={delivery}
      />
    );
    return respondWithPage(view, {
      leads: "on_to_client",
      postsTo: delivery.fields === null ? undefined : delivery.address,
    });
  },

  postAnswer(incoming, { redirectUri, uiLocales }, { address, fields }) {
    const view = (
      <PostAnswerView
        frame={pageFrame(context, incoming, uiLocales ?? undefined)}
        host={hostOf(redirectUri)}
        address={address}
        fields={fields}
        script={pagePath(context.issuer, SUBMIT_SCRIPT.path)}
      />
    );
    return respondWithPage(view, { leads: "on_to_client", postsTo: address, runs: "own_script" });
  },
});

const hostOf = (redirectUri: string): string => webHost(redirectUri) ?? displayText(redirectUri);

export function consentPages(context: Context): AuthorizationPages {
  return {
    ...answerPages(context),

    refusePerson: (incoming, { client, uiLocales }, { account }, another) =>
      notAllowedPage(context, incoming, client, account, another, uiLocales ?? undefined),

    askConsent(incoming: Incoming, request: AuthorizationRequest, { account }: SignedIn) {
      const { issuer } = context;
      const { client, carried, uiLocales } = request;
      const form = openForm(context, incoming, "consent");
      const query = carried.toQuery([REQUEST_NOTICE]);
      const shown: SealedRequest = {
        query,
        scope: [...request.toAllow],
        resources: [...request.resources],
      };
      const here = `${pagePath(issuer, ENDPOINT_PATHS.authorize)}?${query}`;
      const frame = pageFrame(context, incoming, uiLocales ?? undefined, { here });
      const notice = readNotice(context, incoming, "consent");
      const view = (
        <ConsentView
          frame={frame}
          clientName={clientName(client, frame.texts)}
          {...addressesInLanguage(client, frame.texts.language)}
          publisher={client.source === "metadata_document" ? webHost(client.clientId) : null}
          redirectUri={request.redirectUri}
          unverified={!request.vouched}
          notice={notice === null ? null : frame.texts.consent.askedAgain[notice.about]}
          asked={askedAccess(context, frame.texts, { ...request, scope: request.toAllow })}
          logo={clientLogo(context, client)}
          signedInAs={account.username}
          here={here}
          action={pagePath(issuer, "/consent")}
          token={form.token}
          hidden={{
            [REQUEST]: sealFormData(
              context,
              form.cookieValue,
              "consent",
              JSON.stringify(shown),
              account.subject,
            ),
          }}
        />
      );
      return respondWithPage(view, { setCookie: form.setCookie, leads: "on_to_client" });
    },
  };
}

function parsedRequest(text: string): SealedRequest | null {
  try {
    return parse(sealedRequest, JSON.parse(text));
  } catch {
    return null;
  }
}

/** Leads to the question again, with one line that says why. */
function askAgain(
  context: Context,
  { request }: Incoming,
  { query }: SealedRequest,
  about: "stale" | AskedAgain,
): Response {
  const question = `${pagePath(context.issuer, ENDPOINT_PATHS.authorize)}?${query}`;
  const cookieValue = context.sessionCookie.read(request);
  if (cookieValue === null) return seeOther(question);
  const notice = sealNotice(context, cookieValue, "", "consent", { about });
  return seeOther(`${question}&${REQUEST_NOTICE}=${encodeURIComponent(notice)}`);
}

/** POST /consent: the answer. It counts once, in the same browser, for the request that the page showed. */
export const answerConsent =
  (context: Context): Handler =>
  async (incoming) => {
    const { configuration, issuer, sessionCookie } = context;
    const { form, isFresh } = await readForm(context, incoming, "consent");
    // A question that is too old, or of an earlier session, is asked again. This leads where any link could lead.
    if (!isFresh) {
      const stale = parsedRequest(sealedText(form.get(REQUEST)));
      if (stale === null) throw new PageError("form_expired");
      return askAgain(context, incoming, stale, "stale");
    }
    const sealed = unsealFormData(
      context,
      sessionCookie.read(incoming.request),
      "consent",
      form.get(REQUEST),
    );
    const shown = parse(sealedRequest, JSON.parse(sealed.text));
    const question = `${pagePath(issuer, ENDPOINT_PATHS.authorize)}?${shown.query}`;
    const signedIn = await findSignedIn(context, incoming.request);
    // The sign-in page comes first, and then the question, which is new to this session.
    if (signedIn === null) return seeOther(question);
    const decision = form.required("decision");
    if (decision !== "allow" && decision !== "deny") {
      throw new OAuthError("parameter_invalid", { description: "The answer must be to allow or to deny." });
    }
    return offering(question, () =>
      decideAuthorization(context, answerPages(context), incoming, {
        parameters: parseParameters(shown.query, configuration.limits.parameters_per_request),
        shown,
        startAgain: (why) => askAgain(context, incoming, shown, why),
        allowed: decision === "allow",
        acknowledged: form.get(ACKNOWLEDGED) !== undefined,
        signedIn,
        form: { id: sealed.id, expiresAt: sealed.expiresAt, sealed: form.get(REQUEST) ?? "" },
      }),
    );
  };
