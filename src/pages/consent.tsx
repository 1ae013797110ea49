/** @jsxImportSource hono/jsx */
/** The consent page: it asks the person for the authorization endpoint, and passes the answer back. */
import { array, type InferOutput, object, parse, string } from "valibot";
import type { AuthorizationRequest } from "../endpoints/authorization-request.ts";
import { type AuthorizationPages, decideAuthorization } from "../endpoints/authorize.ts";
import { ENDPOINT_PATHS } from "../endpoints/paths.ts";
import type { Context } from "../operations/context.ts";
import { findSignedIn, type SignedIn } from "../operations/sessions.ts";
import { type Handler, type Incoming, seeOther } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { parseParameters } from "../protocol/parameters.ts";
import { accessWords, isOnlyHere } from "./access.ts";
import { clientLogo } from "./assets.ts";
import { clientName, displayText, webHost } from "./display.ts";
import { ACKNOWLEDGED, openForm, readForm, sealedText, sealFormData, unsealFormData } from "./forms.ts";
import { pageFrame } from "./frame.ts";
import { notAllowedPage } from "./not-allowed.tsx";
import { offering, PageError } from "./page-error.ts";
import { respondWithPage } from "./respond.tsx";
import { pagePath } from "./urls.ts";
import { ConsentView } from "./views/consent.tsx";
import { LeavingView } from "./views/leaving.tsx";

/** The hidden field with the request in question. */
const REQUEST = "request";

/** The sealed data: the request, and the scope and resources that the page showed, which depend on the configuration. */
const sealedRequest = object({ query: string(), scope: array(string()), resources: array(string()) });
type SealedRequest = InferOutput<typeof sealedRequest>;

export function consentPages(context: Context): AuthorizationPages {
  return {
    confirmLeaving(incoming: Incoming, location: string) {
      const view = (
        <LeavingView
          frame={pageFrame(context, incoming)}
          host={webHost(location) ?? displayText(location)}
          location={location}
        />
      );
      return respondWithPage(view, { leads: "on_to_client" });
    },

    refusePerson: (incoming, { client, parameters }, { account }, another) =>
      notAllowedPage(context, incoming, client, account, another, parameters.get("ui_locales")),

    askConsent(incoming: Incoming, request: AuthorizationRequest, { account }: SignedIn) {
      const { issuer } = context;
      const { client, parameters } = request;
      const form = openForm(context, incoming, "consent");
      const shown: SealedRequest = {
        query: parameters.toQuery(),
        scope: [...request.scope],
        resources: [...request.resources],
      };
      const frame = pageFrame(context, incoming, parameters.get("ui_locales"));
      const view = (
        <ConsentView
          frame={frame}
          clientName={clientName(client)}
          clientUri={client.clientUri}
          tosUri={client.tosUri}
          policyUri={client.policyUri}
          redirectUri={request.redirectUri}
          unverified={!request.vouched}
          access={accessWords(context, frame.texts, request.scope, request.resources)}
          onlyHere={isOnlyHere(context, request.scope, request.resources)}
          logo={clientLogo(context, client)}
          signedInAs={account.username}
          here={`${pagePath(issuer, ENDPOINT_PATHS.authorize)}?${parameters.toQuery()}`}
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
      return seeOther(`${pagePath(issuer, ENDPOINT_PATHS.authorize)}?${stale.query}`);
    }
    const sealed = unsealFormData(
      context,
      sessionCookie.read(incoming.request),
      "consent",
      form.get(REQUEST),
    );
    const shown = parse(sealedRequest, JSON.parse(sealed.text));
    const question = `${pagePath(issuer, ENDPOINT_PATHS.authorize)}?${shown.query}`;
    const startAgain = () => seeOther(question);
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) return startAgain();
    const decision = form.required("decision");
    if (decision !== "allow" && decision !== "deny") {
      throw new OAuthError("parameter_invalid", { description: "The answer must be to allow or to deny." });
    }
    return offering(question, () =>
      decideAuthorization(context, incoming, {
        parameters: parseParameters(shown.query, configuration.limits.parameters_per_request),
        shown,
        startAgain,
        allowed: decision === "allow",
        acknowledged: form.get(ACKNOWLEDGED) !== undefined,
        signedIn,
        form: { id: sealed.id, expiresAt: sealed.expiresAt, sealed: form.get(REQUEST) ?? "" },
      }),
    );
  };
