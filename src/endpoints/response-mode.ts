/**
 * How an answer gets to the client: OAuth 2.0 Multiple Response Type Encoding Practices §2.1 (`query`, `fragment`) and
 * OAuth 2.0 Form Post Response Mode §2 (`form_post`).
 */
import type { RedirectUri } from "../protocol/identifiers.ts";
import {
  isWeb,
  withoutParameters,
  withResponseFragment,
  withResponseParameters,
} from "../protocol/redirect-uri.ts";

/** The parameters of an answer. One that is undefined is not sent, and none of that name may be registered beside it. */
export type ResponseParameters = Readonly<Record<string, string | undefined>>;

/** An answer on its way to a client. */
export interface Delivery {
  /** Where the browser goes. */
  readonly address: string;
  /** What the browser posts there. Null if the address has the whole answer, so that a redirect is enough. */
  readonly fields: Readonly<Record<string, string>> | null;
}

export interface ResponseMode {
  readonly mode: string;
  /** Whether an answer in this mode can go to the redirect URI. */
  reaches(redirectUri: RedirectUri): boolean;
  deliver(redirectUri: RedirectUri, parameters: ResponseParameters): Delivery;
}

/** The default for an answer with a code. */
export const QUERY: ResponseMode = {
  mode: "query",
  reaches: () => true,
  deliver: (redirectUri, parameters) => ({
    address: withResponseParameters(redirectUri, parameters),
    fields: null,
  }),
};

/** For applications in a browser: the code is in no log of their server. */
const FRAGMENT: ResponseMode = {
  mode: "fragment",
  reaches: () => true,
  deliver: (redirectUri, parameters) => ({
    address: withResponseFragment(redirectUri, parameters),
    fields: null,
  }),
};

const FORM_POST: ResponseMode = {
  mode: "form_post",
  // A browser posts forms to web servers only. The page's policy names the server, and a policy cannot name an IPv6 address.
  reaches: (redirectUri) => isWeb(redirectUri) && !/^https?:\/\/\[/.test(redirectUri),
  deliver: (redirectUri, parameters) => {
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) fields[name] = value;
    return { address: withoutParameters(redirectUri, Object.keys(parameters)), fields };
  },
};

export const RESPONSE_MODES: readonly ResponseMode[] = [QUERY, FRAGMENT, FORM_POST];
