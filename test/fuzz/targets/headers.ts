/** The contents of headers: credentials, cookies, addresses, media types. */

import fc from "fast-check";
import { createSessionCookie } from "../../../src/accounts/session-cookie.ts";
import {
  type AuthenticatedClient,
  presentedCredentials,
  requireAuthenticated,
} from "../../../src/clients/authentication.ts";
import type { Credentials } from "../../../src/clients/authentication-methods.ts";
import { CREDENTIAL_PREFIXES, mintCredential, parseCredential } from "../../../src/credentials/credential.ts";
import { readBearerToken } from "../../../src/endpoints/bearer.ts";
import { CallerMemory } from "../../../src/operations/caller-memory.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { BodyError, FORM_TYPE, readBody } from "../../../src/platform/http.ts";
import { createAddressReader } from "../../../src/platform/listen-addresses.ts";
import { widestNetwork } from "../../../src/platform/network.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import { JWT_BEARER_ASSERTION } from "../../../src/protocol/client-authentication.ts";
import { OAuthError, type Reason } from "../../../src/protocol/errors.ts";
import { parseIssuer } from "../../../src/protocol/issuer.ts";
import { Parameters } from "../../../src/protocol/parameters.ts";
import { requireAssertion, type SingleAssertion } from "../../../src/rules/client-assertion.ts";
import { basic } from "../../support/server.ts";
import { mustBe, refusedWith } from "../checks.ts";
import { property, type Target } from "../target.ts";
import { anyText, spoilt, textOf } from "../texts.ts";

/** The header as a server receives it: bytes without line breaks or NUL, trimmed. Undefined if it cannot be sent. */
function sendable(name: string, value: string): Request | undefined {
  try {
    return new Request("https://auth.example/", { headers: { [name]: value } });
  } catch {
    return undefined;
  }
}

const encode = (text: string): string => encodeURIComponent(text).replaceAll("%20", "+");
const wellFormed = anyText.map((text) => text.toWellFormed().replaceAll("\0", "").replaceAll("\uFFFD", ""));
const basicCredentials = fc.oneof(
  fc
    .tuple(wellFormed, wellFormed)
    .map(([id, secret]) => `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString("base64")}`),
  spoilt(fc.constantFrom(basic("web", "a secret: of mine").Authorization ?? "")),
  textOf(["Basic", "basic", " ", "d2ViOng=", "d2Vi", "Og==", ":", "Bearer"]),
);

/** A second implementation of RFC 7617 and RFC 6749 §2.3.1; null where they define nothing. */
function readBasic(header: string): { clientId: string } | null {
  const [scheme = "", encoded = "", ...rest] = header.split(/ +/);
  if (scheme.toLowerCase() !== "basic" || rest.some((each) => each !== "")) return null;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) return null;
  const text = bytes.toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1 || !Buffer.from(text).equals(bytes)) return null;
  try {
    const [clientId = "", secret = ""] = [text.slice(0, colon), text.slice(colon + 1)].map((half) =>
      decodeURIComponent(half.replaceAll("+", " ")),
    );
    return (text + clientId + secret).includes("\0") || text.includes("\uFFFD") ? null : { clientId };
  } catch {
    return null;
  }
}

/** The client that a request claims to be; null if its credentials cannot be read. */
function whoIs(request: Request, parameters: Parameters) {
  try {
    const presented = presentedCredentials(request, parameters);
    const [first] = presented.read();
    return { method: presented.method.method, ...first };
  } catch (error) {
    if (error instanceof OAuthError) return null;
    throw error;
  }
}

const basicHeaders = property("Basic headers", 400, basicCredentials, (header) => {
  const request = sendable("Authorization", header);
  if (request === undefined) return;
  const parameters = new Parameters(new Map());
  const sent = request.headers.get("authorization") ?? "";
  const expected = readBasic(sent);
  if (refusedWith(["client_authentication_missing"], () => presentedCredentials(request, parameters))) {
    return mustBe(/^(basic +Og==)?[ \t]*$/i.test(sent), true, "missing only if the header holds nothing");
  }
  const presented = presentedCredentials(request, parameters);
  if (refusedWith(["client_credentials_malformed"], () => presented.read())) {
    return mustBe(expected, null, "what it says");
  }
  const [first, ...others] = presented.read();
  const unknown = (credentials: Credentials) => ({
    credentials,
    client: null,
    proof: "client_unknown" as const,
  });
  const candidates = [unknown(first), ...others.map(unknown)] as const;
  const ask = () => requireAuthenticated(candidates, presented);
  mustBe(refusedWith(["client_unknown"], ask), true, "refused where there is no such client");
  if (expected !== null) mustBe(first.clientId, expected.clientId, "the client that the header names");
});

/** Few texts, so that cases meet, and such as look alike when they are encoded. */
const someText = fc.constantFrom("a", "b", "a:b", ":", '"', '","', "[", "%3A", "");
const requests = fc
  .record({
    header: fc.oneof(
      fc.tuple(someText, someText).map(([id, secret]) => basic(id, secret).Authorization ?? ""),
      fc.tuple(someText, someText).map(([id, secret]) => JSON.stringify([id, secret])),
      someText.map((id) => JSON.stringify([id])),
      fc.constant(null),
    ),
    clientId: fc.option(someText, { freq: 3 }),
    secret: fc.option(someText),
  })
  .map(({ header, clientId, secret }) => {
    const headers = new Headers(header === null ? [] : [["Authorization", header]]);
    const form = Object.entries({ client_id: clientId, client_secret: secret });
    const given = form.flatMap(([name, value]) => (value === null ? [] : [[name, [value]] as const]));
    return [new Request("https://auth.example/", { headers }), new Parameters(new Map(given))] as const;
  });

/**
 * The server remembers a client by its credentials. A request with other credentials, or with the same in another
 * place, must not be taken for it.
 */
const remembered = property("remembered clients", 2000, fc.tuple(requests, requests), ([first, second]) => {
  const said = whoIs(...first);
  if (said === null) return;
  const memory = new CallerMemory();
  const client = { clientId: said.clientId } as AuthenticatedClient;
  memory.remember(presentedCredentials(...first), { client, secretExpiresAt: null });
  mustBe(memory.recall(presentedCredentials(...first), 0), client, "who is remembered");
  let recalled: AuthenticatedClient | null = null;
  try {
    recalled = memory.recall(presentedCredentials(...second), 0);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
  }
  if (recalled !== null) mustBe(whoIs(...second), said, "who is taken for the one that is remembered");
});

const NOW = 1_800_000_000;
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const GOOD = { iss: "a", sub: "a", aud: "https://auth.example", exp: NOW + 60, iat: NOW, jti: "j" };
const assertion = fc.oneof(
  spoilt(fc.constant(`${encoded({ alg: "ES256", kid: "k" })}.${encoded(GOOD)}.c2ln`)),
  fc
    .tuple(
      fc.constantFrom(...Object.keys(GOOD), "nbf"),
      fc.oneof(fc.json(), spoilt(fc.constant(String(NOW)))),
    )
    .map(([name, value]) => `${encoded({ alg: "ES256" })}.${encoded({ ...GOOD, [name]: value })}.c2ln`),
  anyText,
);
const ASSERTION_REASONS: readonly Reason[] = [
  "client_assertion_malformed",
  "client_assertion_audience",
  "client_assertion_untimely",
];

/** What a stranger signs is refused with words, or is whole: of one client, for this server, now, and once. */
const assertions = property("client assertions", 400, assertion, (text) => {
  const form = { client_assertion: [text], client_assertion_type: [JWT_BEARER_ASSERTION] };
  const parameters = new Parameters(new Map(Object.entries(form)));
  const request = new Request("https://auth.example/");
  let single: SingleAssertion | undefined;
  let claims: Readonly<Record<string, unknown>> = {};
  let kind = "";
  const read = () => {
    const [credentials] = presentedCredentials(request, parameters).read();
    ({ kind } = credentials);
    if (credentials.kind !== "assertion" && credentials.kind !== "workload") return;
    ({ claims } = credentials.assertion);
    if (credentials.kind === "workload") return;
    const circumstances = { issuer: "https://auth.example", endpoints: [], audience: "issuer" } as const;
    single = requireAssertion(credentials.assertion, { ...circumstances, now: NOW });
  };
  if (refusedWith(ASSERTION_REASONS, read)) return;
  // An issuer that is not the client is asked about elsewhere (operations/workloads.ts), and stands for no client by itself.
  if (kind === "workload") {
    mustBe(
      claims.iss === claims.sub && claims.sub !== "" && typeof claims.sub === "string",
      false,
      "of another",
    );
    return;
  }
  mustBe(claims.iss === claims.sub && claims.aud === "https://auth.example", true, "of a client, for us");
  mustBe(typeof claims.exp === "number" && claims.exp > NOW - 31, true, "not expired");
  mustBe((single?.jti.length ?? 0) > 0 && (single?.until ?? 0) > NOW, true, "counted once, until it expires");
});

const bearer = fc.oneof(
  spoilt(fc.constantFrom(`Bearer tat_${"A".repeat(64)}`)),
  textOf(["Bearer", "bearer", " ", "abc", "=", "~+/", "Basic"]),
);
const bearerHeaders = property("Bearer headers", 300, bearer, (header) => {
  const request = sendable("Authorization", header);
  if (request === undefined) return;
  let token = "";
  const refused = refusedWith(["bearer_token_missing", "bearer_token_malformed"], () => {
    token = readBearerToken({ request, query: new URL(request.url).search.slice(1) });
  });
  if (refused) return;
  mustBe(/^[A-Za-z0-9\-._~+/]+=*$/.test(token), true, "a b64token (RFC 6750 §2.1)");
  mustBe(
    request.headers
      .get("authorization")
      ?.replace(/^bearer +/i, "")
      .trimEnd(),
    token,
    "the whole of it",
  );
});

const sessionCookie = createSessionCookie(parseIssuer("https://auth.example"), systemClock, systemRandom);
const SESSION = sessionCookie.anonymous();
const cookie = fc.oneof(
  spoilt(fc.constantFrom(`__Host-tessera=${SESSION}`, `a=b; __Host-tessera=${SESSION}; c=d`)),
  textOf(["__Host-tessera", "tessera", "=", ";", "; ", SESSION, SESSION.slice(0, 40), '"', ","]),
);
const cookies = property("cookies", 300, cookie, (header) => {
  const request = sendable("Cookie", header);
  if (request === undefined) return;
  const value = sessionCookie.read(request);
  if (value === null) return;
  mustBe(/^tss_[A-Za-z0-9\-_]{64}$/.test(value), true, "a session's");
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  mustBe(
    pairs.some((pair) => pair.replace(/\s*=\s*/, "=") === `__Host-tessera=${value}`),
    true,
    "one that was sent",
  );
});

const KINDS = Object.keys(CREDENTIAL_PREFIXES) as (keyof typeof CREDENTIAL_PREFIXES)[];
const minted = fc.constantFrom(...KINDS).map((kind) => mintCredential(kind, systemClock, systemRandom).text);
const credentials = property("tokens and codes", 300, fc.oneof(spoilt(minted, 2), anyText), (text) => {
  const kinds = KINDS.filter((kind) => parseCredential(kind, text) !== null);
  mustBe(kinds.length <= 1, true, "of one kind");
  for (const kind of kinds) {
    const parsed = parseCredential(kind, text);
    if (parsed === null) continue;
    const again = CREDENTIAL_PREFIXES[kind] + Buffer.concat([parsed.id, parsed.secret]).toString("base64url");
    mustBe(again, text, "no two texts for one");
  }
});

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:.]+(%[^,\s]+)?|)$/i;
const forwarded = fc.oneof(
  spoilt(fc.constantFrom("198.51.100.9, 10.0.0.1", "[2001:db8::1]:4711, 10.0.0.1", "::ffff:192.0.2.1")),
  textOf(["198.51.100.9", "10.0.0.1", "::1", "[", "]", ":80", ",", ", ", "fe80::1%eth0", "unknown"]),
);
const readAddress = createAddressReader(["10.0.0.0/8", "loopback"]);
const addresses = property("addresses behind proxies", 300, forwarded, (header) => {
  const address = readAddress("10.1.2.3", header);
  mustBe(ADDRESS.test(address), true, `an address: ${address}`);
  mustBe(widestNetwork(address).length < 64, true, "a network");
  mustBe(readAddress("203.0.113.7", header), "203.0.113.7", "a stranger is not believed");
});

const mediaType = fc.oneof(
  spoilt(fc.constantFrom(FORM_TYPE, `${FORM_TYPE}; charset=UTF-8`)),
  textOf([FORM_TYPE, ";", "charset", "=", '"utf-8"', "utf-16", "boundary=x", ", text/plain"]),
);
const mediaTypes = property("media types", 300, mediaType, async (type) => {
  if (sendable("Content-Type", type) === undefined) return;
  const request = new Request("https://auth.example/", {
    method: "POST",
    body: "a=1",
    headers: { "Content-Type": type },
  });
  try {
    mustBe(await readBody(request, FORM_TYPE, 100), "a=1", "read");
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    mustBe(error.fault, "wrong_type", "refused for its type");
    return;
  }
  mustBe(type.trim().toLowerCase().startsWith(FORM_TYPE), true, "a form");
});

export const HEADER_TARGETS: readonly Target[] = [
  basicHeaders,
  assertions,
  remembered,
  bearerHeaders,
  cookies,
  credentials,
  addresses,
  mediaTypes,
];
