/**
 * How an answer gets to the client: OAuth 2.0 Multiple Response Type Encoding Practices §2.1 (`query`, `fragment`),
 * OAuth 2.0 Form Post Response Mode §2 (`form_post`), and the same three with a signed answer (JARM §2.3).
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
  /** Whether the answer is one parameter, `response`: a JWT that has the others (JARM §2.1). */
  readonly signs: boolean;
  /** Whether an answer in this mode can go to the redirect URI. */
  reaches(redirectUri: RedirectUri): boolean;
  deliver(redirectUri: RedirectUri, parameters: ResponseParameters): Delivery;
}

/** The default for an answer with a code. */
export const QUERY: ResponseMode = {
  mode: "query",
  signs: false,
  reaches: () => true,
  deliver: (redirectUri, parameters) => ({
    address: withResponseParameters(redirectUri, parameters),
    fields: null,
  }),
};

/** For applications in a browser: the code is in no log of their server. */
const FRAGMENT: ResponseMode = {
  mode: "fragment",
  signs: false,
  reaches: () => true,
  deliver: (redirectUri, parameters) => ({
    address: withResponseFragment(redirectUri, parameters),
    fields: null,
  }),
};

const FORM_POST: ResponseMode = {
  mode: "form_post",
  signs: false,
  // A browser posts forms to web servers only. The page's policy names the server, and a policy cannot name an IPv6 address.
  reaches: (redirectUri) => isWeb(redirectUri) && !/^https?:\/\/\[/.test(redirectUri),
  deliver: (redirectUri, parameters) => {
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) fields[name] = value;
    return { address: withoutParameters(redirectUri, Object.keys(parameters)), fields };
  },
};

/** JARM §2.3: the same way, with a signed answer. */
const signedBy = (mode: string, way: ResponseMode): ResponseMode => ({ ...way, mode, signs: true });

const SIGNED_QUERY = signedBy("query.jwt", QUERY);

export const RESPONSE_MODES: readonly ResponseMode[] = [
  QUERY,
  FRAGMENT,
  FORM_POST,
  SIGNED_QUERY,
  signedBy("fragment.jwt", FRAGMENT),
  signedBy("form_post.jwt", FORM_POST),
  // JARM §2.3.4: the default for an answer with a code.
  signedBy("jwt", QUERY),
];

/** The mode that takes an answer the same way, signed: for a client that reads no other. */
export const signedMode = (asked: ResponseMode): ResponseMode =>
  asked.signs ? asked : (RESPONSE_MODES.find(({ mode }) => mode === `${asked.mode}.jwt`) ?? SIGNED_QUERY);
