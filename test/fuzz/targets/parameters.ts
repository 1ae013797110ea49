/** Forms, queries, scopes, resources and user codes, each compared with a second implementation. */
import fc from "fast-check";
import { systemRandom } from "../../../src/platform/random.ts";
import { type ClaimsRequest, parseClaimsRequest } from "../../../src/protocol/claims-request.ts";
import { OAuthError, type Reason } from "../../../src/protocol/errors.ts";
import { outlineOf } from "../../../src/protocol/jws.ts";
import { type Parameters, parseParameters } from "../../../src/protocol/parameters.ts";
import {
  parametersIn,
  parseRequestObject,
  type RequestObject,
} from "../../../src/protocol/request-object.ts";
import { parseResourceIndicator, sameResource } from "../../../src/protocol/resource-indicator.ts";
import { formatScope, parseScope } from "../../../src/protocol/scope.ts";
import { formatUserCode, newUserCode, normalizeUserCode } from "../../../src/protocol/user-code.ts";
import { mustBe, refusedWith } from "../checks.ts";
import { property, type Target } from "../target.ts";
import { anyText, spoilt, textOf } from "../texts.ts";

const pairs = fc.oneof(
  spoilt(
    fc
      .array(fc.tuple(anyText, anyText), { maxLength: 6 })
      .map((pairs) => new URLSearchParams(pairs).toString()),
  ),
  textOf(["a", "b", "=", "&", "+", "%20", "%41", "resource", "%C3%A9"]),
);

/** Half a character cannot come out of a body's bytes. */
const form = pairs.map((text) => text.toWellFormed());

/** The pairs of the WHATWG's algorithm, with our own rule: empty values are omitted. */
function expectedPairs(text: string): [string, string][] {
  const grouped = new Map<string, string[]>();
  // URLSearchParams would drop a leading "?".
  for (const [name, value] of new URLSearchParams(`&${text}`)) {
    if (value !== "") grouped.set(name, [...(grouped.get(name) ?? []), value]);
  }
  return [...grouped].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
}

/** Stray percent signs, and bytes that are not UTF-8: the WHATWG guesses, and this server refuses. */
const isStrict = (text: string): boolean =>
  !text.includes("\uFFFD") &&
  text.split("&").every((pair) => {
    try {
      return !decodeURIComponent(pair).includes("\0");
    } catch {
      return false;
    }
  });

const FORM_REASONS: readonly Reason[] = ["parameters_malformed", "too_many_parameters"];

const forms = property("forms", 400, form, (text) => {
  let parsed: Parameters | undefined;
  if (refusedWith(FORM_REASONS, () => (parsed = parseParameters(text, 64)))) {
    mustBe(isStrict(text) && text.split("&").length <= 64, false, "refused, and it is sound");
    return;
  }
  if (parsed === undefined) return;
  mustBe([...parsed.entries()], expectedPairs(text), "read as URLSearchParams does");
  mustBe([...parseParameters(parsed.toQuery(), 64).entries()], [...parsed.entries()], "read back the same");
});

const scope = fc.oneof(
  spoilt(fc.constantFrom("mail.read mail.send", "a b c", "openid")),
  textOf(["a", "b", " "]),
);

const scopes = property("scopes", 300, scope, (text) => {
  let parsed: readonly string[] = [];
  const names = text.split(" ").filter((name) => name !== "");
  const sound = names.length <= 100 && names.every((name) => /^[!-~]+$/.test(name) && !/["\\]/.test(name));
  const refused = refusedWith(["scope_malformed"], () => (parsed = parseScope(text)));
  mustBe(refused, !sound, "refused if and only if it is not what RFC 6749 §3.3 says");
  if (refused) return;
  mustBe(parsed, [...new Set(names)], "every name once");
  mustBe(parseScope(formatScope(parseScope(text))), parsed, "read back the same");
});

const resource = fc.oneof(
  spoilt(fc.webUrl({ withQueryParameters: true })),
  spoilt(fc.constantFrom("HTTPS://Mail.Example/", "urn:example:api", "https://[::1]:8443/x?y#z")),
  textOf(["https", "URN", ":", "//", "a.example", "A.EXAMPLE", ":443", "/p", "?q=1"]),
);

const resources = property("resource indicators", 300, resource, (text) => {
  let parsed = "";
  if (refusedWith(["resource_malformed"], () => (parsed = parseResourceIndicator(text)))) return;
  const [before, after] = [new URL(text), new URL(parsed)];
  // RFC 3986 §6.2.2.1: hosts are case-insensitive in every scheme, even if the WHATWG keeps their case.
  const placeOf = ({ href, protocol }: URL) => (/^https?:$/.test(protocol) ? href : href.toLowerCase());
  mustBe(placeOf(after), placeOf(before), "the same place");
  mustBe([after.hash, after.username, after.password], ["", "", ""], "nothing hidden in it");
  mustBe(parseResourceIndicator(parsed), parsed, "written once and for all");
  mustBe(sameResource(parsed, parsed), true, "the same as itself");
});

const EXAMPLE = '{"userinfo":{"name":{"essential":true}},"id_token":{"acr":{"values":["1","2"]},"sub":null}}';
const claimsText = fc.oneof(
  spoilt(fc.constant(EXAMPLE)),
  fc.json({ maxDepth: 5 }),
  fc
    .dictionary(fc.constantFrom("userinfo", "id_token", "__proto__", "x"), fc.jsonValue({ maxDepth: 3 }))
    .map((value) => JSON.stringify(value)),
  textOf(["{", "}", '"userinfo"', ":", "null", '"value"', "[", "]", ","]),
  anyText,
);

const claims = property("claims parameters", 400, claimsText, (text) => {
  let parsed: ClaimsRequest | undefined;
  if (refusedWith(["parameter_invalid"], () => (parsed = parseClaimsRequest(text)))) return;
  if (parsed === undefined) return;
  const kept = JSON.stringify(parsed);
  mustBe(JSON.stringify(JSON.parse(kept)), kept, "JSON can keep it");
  const sent: unknown = JSON.parse(text);
  for (const [member, read] of [
    ["userinfo", parsed.userinfo],
    ["id_token", parsed.idToken],
  ] as const) {
    const asked = Object.entries(new Map(Object.entries(Object(sent))).get(member) ?? {});
    const names = asked.map(([name]) => name).filter((name) => name.length <= 100);
    mustBe(Object.keys(read), names.slice(0, 40), "the names that were sent");
  }
});

const base64url = (text: string): string => Buffer.from(text).toString("base64url");
const WHOLE =
  '{"client_id":"web","response_type":"code","max_age":5,"resource":["urn:a","urn:b"],"claims":{"userinfo":{}}}';
const jwtBody = fc.oneof(
  spoilt(fc.constant(WHOLE)),
  fc
    .dictionary(
      fc.constantFrom("client_id", "max_age", "resource", "claims", "prompt", "exp", "__proto__", "toString"),
      fc.jsonValue({ maxDepth: 3 }),
    )
    .map((value) => JSON.stringify(value)),
  textOf(["{", "}", '"a"', '"\\u0061"', ":", "1", "[", "]", ",", '"}"', '"\\""', " "]),
);
const jwtHeader = fc.oneof(
  fc.constantFrom('{"alg":"none"}', '{"alg":"ES256","kid":"a"}', '{"alg":"none","typ":"JWT"}'),
  spoilt(fc.constant('{"alg":"none","typ":"oauth-authz-req+jwt"}')),
);
const requestObject = fc.oneof(
  fc
    .tuple(jwtHeader, jwtBody, fc.constantFrom("", "c2ln"))
    .map(([header, body, signature]) => [base64url(header), base64url(body), signature].join(".")),
  spoilt(fc.constant(`${base64url('{"alg":"none"}')}.${base64url(WHOLE)}.`)),
  anyText,
);
const OBJECT_REASONS: readonly Reason[] = ["request_object_malformed", "request_object_encrypted"];

const requestObjects = property("request objects", 400, requestObject, (text) => {
  let object: RequestObject | undefined;
  if (refusedWith(OBJECT_REASONS, () => (object = parseRequestObject(text)))) return;
  if (object === undefined) return;
  const [, body = "", signature = ""] = text.split(".");
  mustBe(object.algorithm === "none", signature === "", "unsigned if and only if it says so");
  const json = Buffer.from(body, "base64url").toString();
  mustBe({ ...object.claims }, { ...(JSON.parse(json) as object) }, "the members that were sent");
  // Every name is seen, and none is seen twice, because such an object is refused.
  mustBe([...outlineOf(json).names].sort(), Object.keys(object.claims).sort(), "the names that were sent");
  let parameters: Parameters | undefined;
  const read = object;
  if (refusedWith(OBJECT_REASONS, () => (parameters = parametersIn(read)))) return;
  for (const [name, value] of parameters?.entries() ?? []) {
    mustBe(Object.hasOwn(read.claims, name), true, "nothing of its own");
    mustBe(value !== "" && value.isWellFormed() && !value.includes("\0"), true, "as a query would have it");
  }
});

const LETTERS = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/;
const typed = fc.oneof(
  spoilt(fc.constantFrom("WDJB-MJHT", "wdjb mjht", "ＷＤＪＢ－ＭＪＨＴ", "WDJB\u2011MJHT")),
  textOf(["W", "d", "J", "b", "-", " ", "Ｍ", "ｊ"]),
  anyText,
);

const userCodes = property("user codes", 300, typed, (text) => {
  const code = normalizeUserCode(text);
  if (code !== null) {
    mustBe(LETTERS.test(code), true, "eight letters");
    mustBe(normalizeUserCode(code), code, "written once and for all");
    mustBe(normalizeUserCode(formatUserCode(code)), code, "found as it is shown");
    // One character may become two letters, as "ß" becomes "SS"; none is skipped.
    mustBe(
      [...text].filter((letter) => /[\p{L}\p{N}]/u.test(letter)).length <= 8,
      true,
      "nothing is passed over",
    );
  }
  const fresh = newUserCode(systemRandom);
  mustBe(normalizeUserCode(` ${formatUserCode(fresh).toLowerCase()}. `), fresh, "a new one is found");
});

/** Every refusal has only the characters that RFC 6749 §5.2 allows. */
const refusals = property("words of refusals", 200, anyText, (text) => {
  const { description } = new OAuthError("scope_unknown", { description: text });
  mustBe(/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/.test(description), true, `sendable: ${description}`);
});

export const PARAMETER_TARGETS: readonly Target[] = [
  forms,
  scopes,
  resources,
  claims,
  requestObjects,
  userCodes,
  refusals,
];
