/** Redirect URIs, compared with a browser's reading of them: attacks have used the differences between two readers. */

import fc from "fast-check";
import { ENDPOINT_PATHS } from "../../../src/endpoints/paths.ts";
import { parseReturnPath } from "../../../src/pages/urls.ts";
import type { RedirectUri } from "../../../src/protocol/identifiers.ts";
import { parseIssuer } from "../../../src/protocol/issuer.ts";
import {
  matchRedirectUri,
  redirectUriFault,
  withResponseParameters,
} from "../../../src/protocol/redirect-uri.ts";
import { mustBe } from "../checks.ts";
import { property, type Target } from "../target.ts";
import { anyText, spoilt, textOf } from "../texts.ts";

const SOUND = [
  "https://client.example/callback",
  "https://client.example/second?tenant=1",
  "https://client.example:8443/a/b",
  "http://127.0.0.1/callback",
  "http://127.0.0.1:49152/callback",
  "http://[::1]/callback",
  "http://localhost:3000",
  "com.example.app:/callback",
] as const;
const PIECES = [
  "http://",
  "https://",
  "HTTPS:",
  "javascript:",
  "data:",
  "com.example.app:",
  "127.0.0.1",
  "127.1",
  "[::1]",
  "localhost",
  "client.example",
  "client.example.",
  "evil.example",
  ":80",
  ":443",
  ":0",
  ":65536",
  "/callback",
  "/",
  "/../",
  "/./",
  "?tenant=1",
  "#",
];

/** Each part of an address with its odd forms, in the right order. */
const inOrder = fc
  .tuple(
    fc.constantFrom("http://", "https://", "http://", "HTTPS://", "http:/", "https:", "com.example.app://"),
    fc.constantFrom(
      "127.0.0.1",
      "[::1]",
      "localhost",
      "client.example",
      "CLIENT.example",
      "client.example.",
      "127.1",
      "0x7f.0.0.1",
      "[0:0:0:0:0:0:0:1]",
      "LOCALHOST",
      "client.example@evil.example",
      "client%2eexample",
      "",
    ),
    fc.constantFrom("", "", "", ":80", ":443", ":8443", ":0", ":00080", ":65535", ":65536", ":"),
    fc.constantFrom(
      "",
      "/",
      "/callback",
      "/callback",
      "/a/../callback",
      "/%2e%2e/x",
      "/callback/",
      "//callback",
    ),
    fc.constantFrom("", "", "?tenant=1", "?", "#", "?a=b#c"),
  )
  .map((parts) => parts.join(""));

const uri = fc.oneof(
  spoilt(fc.constantFrom(...SOUND)),
  inOrder,
  textOf(PIECES),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  anyText,
);

const registrable = property("redirect URIs to register", 400, uri, (text) => {
  if (redirectUriFault(text, ["vscode"]) !== null) return;
  const url = new URL(text);
  mustBe(url.hash, "", "no fragment");
  mustBe(
    ["javascript:", "data:", "vbscript:", "file:", "blob:"].includes(url.protocol),
    false,
    "a place to go",
  );
  mustBe(/^[\x21-\x7E]+$/.test(text), true, "sent in a header as it is");
  // In a private-use scheme, only the application decides what the address means.
  if (url.protocol !== "http:" && url.protocol !== "https:") return;
  mustBe([url.username, url.password], ["", ""], "nothing but a place");
  const written = url.pathname === "/" && !/^\w+:\/\/[^/?]*\//.test(text) ? withSlash(text) : text;
  mustBe(plainly(url.href), plainly(written), "where a browser goes");
  if (url.protocol === "http:")
    mustBe(["127.0.0.1", "[::1]", "localhost"].includes(url.hostname), true, "http stays on this machine");
});

/** Undoes encodings that browsers apply in some places only, and that servers read alike. */
const plainly = (text: string): string =>
  text.replace(/%(22|27|3C|3E)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Adds the path that an address without one stands for. */
const withSlash = (text: string): string => text.replace(/^(\w+:\/\/[^/?]*)/, "$1/");

const registered = SOUND.filter((each) => redirectUriFault(each) === null) as unknown as RedirectUri[];

const withoutPort = (text: string): string => {
  const url = new URL(text);
  url.port = "";
  return url.href;
};

const matched = property("redirect URIs that are asked for", 400, uri, (text) => {
  const match = matchRedirectUri(text, registered);
  if (match === null) {
    mustBe(
      registered.some((each) => each === text),
      false,
      "a registered one is found",
    );
    return;
  }
  mustBe(match, text, "sent where it was asked for");
  if (registered.some((each) => each === text)) return;
  const [scheme, host] = [new URL(text).protocol, new URL(text).hostname];
  mustBe(
    [scheme, ["127.0.0.1", "[::1]", "localhost"].includes(host)],
    ["http:", true],
    "only on this machine",
  );
  mustBe(registered.map(withoutPort).includes(withoutPort(text)), true, "but for the port a registered one");
});

const parameters = fc.dictionary(
  fc.constantFrom("code", "state", "iss", "error", "error_description"),
  anyText.map((text) => text.toWellFormed()),
);
const answered = property(
  "redirect URIs with an answer",
  300,
  fc.tuple(
    spoilt(fc.constantFrom("", "?", "?a=b", "?state=1&code=2", "?%73tate=1", "?a+b=c&&d")),
    parameters,
  ),
  ([query, answer]) => {
    const target = `https://client.example/callback${query.startsWith("?") ? query : ""}`;
    if (redirectUriFault(target) !== null) return;
    const location = withResponseParameters(target as RedirectUri, answer);
    mustBe(location.startsWith("https://client.example/callback?"), true, "the same place");
    const sent = new URL(location).searchParams;
    for (const [name, value] of Object.entries(answer)) mustBe(sent.getAll(name), [value], `${name}, once`);
    for (const [name, value] of new URL(target).searchParams) {
      if (!Object.hasOwn(answer, name)) mustBe(sent.getAll(name).includes(value), true, `${name} is kept`);
    }
  },
);

const ISSUERS = ["https://auth.example", "https://auth.example/tenant"].map(parseIssuer);
const page = fc.oneof(
  spoilt(
    fc.constantFrom(
      "/",
      "/account",
      "/tenant/account",
      `${ENDPOINT_PATHS.authorize}?client_id=web&state=%41`,
    ),
  ),
  textOf([
    "/",
    "//",
    "\\",
    "account",
    "/tenant",
    "evil.example",
    "?",
    "https:",
    "/auth/authorize",
    "%2f",
    "@",
  ]),
);
const returned = property("pages to come back to", 300, page, (text) => {
  for (const issuer of ISSUERS) {
    const path = parseReturnPath(issuer, text);
    if (path === null) continue;
    const url = new URL(path, issuer.identifier);
    mustBe(url.origin, "https://auth.example", "a page of this server");
    mustBe(plainly(url.href), plainly(`https://auth.example${path}`), "read alike by a browser");
  }
});

export const REDIRECT_TARGETS: readonly Target[] = [registrable, matched, answered, returned];
