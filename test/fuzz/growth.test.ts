/** If work grows faster than the input, one request can stop a server: threat class 40. */

import { afterAll, expect, test } from "bun:test";
import { createSessionCookie } from "../../src/accounts/session-cookie.ts";
import { checkClientMetadata } from "../../src/clients/metadata.ts";
import { CREDENTIAL_PREFIXES, parseCredential } from "../../src/credentials/credential.ts";
import { readBearerToken } from "../../src/endpoints/bearer.ts";
import { displayText } from "../../src/pages/display.ts";
import { parseReturnPath } from "../../src/pages/urls.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createAddressReader } from "../../src/platform/listen-addresses.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { OAuthError, toDescriptionCharacters } from "../../src/protocol/errors.ts";
import type { RedirectUri } from "../../src/protocol/identifiers.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { parseParameters } from "../../src/protocol/parameters.ts";
import { isCodeChallenge, isCodeVerifier } from "../../src/protocol/pkce.ts";
import {
  matchRedirectUri,
  redirectUriFault,
  withResponseParameters,
} from "../../src/protocol/redirect-uri.ts";
import { parseResourceIndicator } from "../../src/protocol/resource-indicator.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import { normalizeUserCode } from "../../src/protocol/user-code.ts";
import { figure } from "../support/figures.ts";
import { proves } from "../support/proves.ts";
import { growsWithLength, growth, repetitions } from "./growth.ts";

const CALLBACK = "https://client.example/callback" as RedirectUri;
const LOCAL = "http://127.0.0.1/callback" as RedirectUri;
const issuer = parseIssuer("https://auth.example");
const sessionCookie = createSessionCookie(issuer, systemClock, systemRandom);
const readAddress = createAddressReader(["loopback"]);
const policy = {
  allowedScope: [],
  defaultScope: [],
  authenticationMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
  allowedGrantTypes: ["authorization_code"],
  privateUseSchemes: [],
  reservedNames: new Set<string>(),
  mayHaveNoGrantType: false,
  longestRefreshSeconds: 7_776_000,
  signingAlgorithms: ["RS256"],
  mayBeFirstParty: false,
  mayCallHttp: false,
  narrows: true,
  ownOrigins: new Set<string>(),
} as const;
const withHeader = (name: string, value: string) =>
  new Request("https://auth.example/", { headers: { [name]: Buffer.from(value).toString("latin1") } });

interface Reader {
  readonly read: (text: string) => unknown;
  /** The text before and after the repetitions, which lets a parser get as far as possible. */
  readonly frames?: readonly (readonly [string, string])[];
}

const READERS: Readonly<Record<string, Reader>> = {
  forms: {
    read: (text) => parseParameters(text, 1_000_000).refuseRepeated(),
    frames: [
      ["", ""],
      ["a=", ""],
      ["a=1&", "=%"],
    ],
  },
  scopes: {
    read: parseScope,
    frames: [
      ["", ""],
      ["a ", "\0"],
    ],
  },
  "resource indicators": {
    read: parseResourceIndicator,
    frames: [
      ["https://", ""],
      ["https://a.example/", "\\"],
      ["urn:", "#"],
      ["", ":"],
    ],
  },
  "user codes": { read: normalizeUserCode },
  "redirect URIs to register": {
    read: (text) => redirectUriFault(text),
    frames: [
      ["https://", ""],
      ["https://a.example/", " "],
      ["", "://"],
    ],
  },
  "redirect URIs that are asked for": {
    read: (text) => matchRedirectUri(text, [CALLBACK, LOCAL]),
    frames: [
      ["http://127.0.0.1:", "/callback"],
      ["http://127.0.0.1/", "\n"],
      ["", ""],
    ],
  },
  "redirect URIs with an answer": { read: (text) => withResponseParameters(CALLBACK, { state: text }) },
  "pages to come back to": {
    read: (text) => parseReturnPath(issuer, text),
    frames: [
      ["/", ""],
      ["/account?", "\\"],
    ],
  },
  verifiers: { read: (text) => [isCodeVerifier(text), isCodeChallenge(text)], frames: [["", "!"]] },
  "tokens and codes": {
    read: (text) => parseCredential("access_token", text),
    frames: [
      [CREDENTIAL_PREFIXES.access_token, ""],
      ["", "!"],
    ],
  },
  "texts on pages": {
    read: (text) => displayText(text),
    frames: [
      ["", ""],
      ["a", "a"],
    ],
  },
  "words of refusals": { read: toDescriptionCharacters },
  "names of clients": { read: (text) => checkClientMetadata({ client_name: text }, policy) },
  "Bearer headers": {
    read: (text) => readBearerToken({ request: withHeader("Authorization", text), query: "" }),
    frames: [
      ["Bearer ", ""],
      ["Bearer ", "!"],
      ["Bearer a", " !"],
    ],
  },
  cookies: {
    read: (text) => sessionCookie.read(withHeader("Cookie", text)),
    frames: [
      ["", ""],
      ["__Host-tessera=", ""],
      ["a=b;", ";__Host-tessera=x"],
    ],
  },
  "addresses behind proxies": {
    read: (text) => readAddress("127.0.0.1", text),
    frames: [
      ["", ""],
      ["127.0.0.1, ", ""],
      ["[", "]:1"],
      ["", ", 127.0.0.1"],
    ],
  },
};

let compared = 0;
let greatest = 0;
afterAll(() =>
  figure(
    `${compared} hostile texts of 4 and of 64 kB: the longer one took at most ${greatest.toFixed(0)} times as long`,
  ),
);

/** A refusal takes time too, so it counts. */
function tolerant(read: Reader["read"]): (text: string) => void {
  return (text) => {
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof OAuthError) && !(error instanceof TypeError)) throw error;
    }
  };
}

test.each(Object.entries(READERS))(
  proves("reading %s takes work that grows with their length, and no faster", "threat 40"),
  (_, { read, frames = [["", ""]] }) => {
    const tooFast = repetitions(frames).filter((repetition) => {
      const ratio = growth(tolerant(read), repetition);
      compared += 1;
      greatest = Math.max(greatest, ratio);
      return !growsWithLength(ratio);
    });
    expect(tooFast).toEqual([]);
  },
);

test("work that grows with the square of the length is told from work that grows with the length", () => {
  const repetition = { before: "", piece: "a", after: "" };
  let seen = 0;
  const square = (text: string) => {
    for (let first = 0; first < text.length; first += 16)
      for (let second = first; second < text.length; second += 16) seen += text.charCodeAt(second);
  };
  expect(growsWithLength(growth(square, repetition))).toBe(false);
  expect(seen).toBeGreaterThan(0);
  expect(growsWithLength(growth((text) => void text.normalize("NFKC").toUpperCase(), repetition))).toBe(true);
});
