/** Mutations of src/protocol/: the vocabulary. */
import type { Mutation } from "./mutation.ts";

const REDIRECT_URI = "protocol/redirect-uri.ts";
const COMPARISON = "for (const candidate of registered) if (candidate === requested) return candidate;";
const SAME_PATH = `if (known && known[1] === wanted[1] && (known[3] || "/") === (wanted[3] || "/")) {`;

export const PROTOCOL: readonly Mutation[] = [
  {
    against: ["threat 1", "threat 2"],
    what: "a redirect URI need only begin like the registered one",
    file: REDIRECT_URI,
    find: COMPARISON,
    replace:
      "for (const candidate of registered) if (requested.startsWith(candidate)) return requested as RedirectUri;",
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 1"],
    what: "redirect URIs are compared as a URL parser reads them",
    file: REDIRECT_URI,
    find: COMPARISON,
    replace: `for (const candidate of registered) {
    if (URL.canParse(requested) && new URL(requested).href === new URL(candidate).href) return requested as RedirectUri;
  }`,
    tests: ["adversary/01-redirect-uris.test.ts"],
  },
  {
    against: ["threat 2"],
    what: "redirect URIs are decoded before they are compared",
    file: REDIRECT_URI,
    find: COMPARISON,
    replace: `const decoded = requested.replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  for (const candidate of registered) if (candidate === decoded) return requested as RedirectUri;`,
    tests: ["adversary/01-redirect-uris.test.ts"],
  },
  {
    against: ["threat 2"],
    what: "a star in a registered redirect URI is a wildcard",
    file: REDIRECT_URI,
    find: COMPARISON,
    replace: `for (const candidate of registered) {
    const [start = "", end] = candidate.split("*");
    if (candidate === requested || (end !== undefined && requested.startsWith(start) && requested.endsWith(end)))
      return requested as RedirectUri;
  }`,
    also: [
      {
        file: REDIRECT_URI,
        find: `if (uri.includes("*")) return "wildcards are not supported; register each redirect URI";`,
        replace: "",
      },
    ],
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 1"],
    what: "one loopback name stands for every other",
    file: REDIRECT_URI,
    find: SAME_PATH,
    replace: `if (known && (known[3] || "/") === (wanted[3] || "/")) {`,
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 1", "threat 2"],
    what: "any path of a loopback address will do",
    file: REDIRECT_URI,
    find: SAME_PATH,
    replace: "if (known && known[1] === wanted[1]) {",
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 1"],
    what: "what a loopback address has for a port is not looked at",
    file: REDIRECT_URI,
    find: "if (wanted === null || !isPort(wanted[2])) return null;",
    replace: "if (wanted === null) return null;",
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 1"],
    what: "a host may be registered that parsers read differently",
    file: REDIRECT_URI,
    find: "if (url.host !== authority) return `its host must be written as ${url.host}`;",
    replace: "",
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 2"],
    what: "dot segments may be registered",
    file: REDIRECT_URI,
    find: `if (path !== "" && path !== url.pathname) return "its path has dot segments or unusual encoding";`,
    replace: "",
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 2"],
    what: "encoded dots and slashes may be registered",
    file: REDIRECT_URI,
    find: "if (/%(2e|2f|5c|00|0a|0d)/i.test(path))",
    replace: "if (/%(00|0a|0d)/i.test(path))",
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 3"],
    what: "registered parameters stay beside the answer's of the same name",
    file: REDIRECT_URI,
    find: "return !Object.hasOwn(parameters, decodeLoosely(name));",
    replace: "return true;",
    tests: ["endpoints/authorize.test.ts"],
  },
  {
    against: ["threat 3"],
    what: "an encoded name of a registered parameter is not recognized",
    file: REDIRECT_URI,
    find: "return !Object.hasOwn(parameters, decodeLoosely(name));",
    replace: "return !Object.hasOwn(parameters, name);",
    tests: [
      "protocol/redirect-uri.test.ts",
      "protocol/response-parameters.test.ts",
      "endpoints/authorize.test.ts",
    ],
  },
  {
    against: ["threat 31", "threat 3"],
    what: "values are put on the redirect as they are",
    file: REDIRECT_URI,
    find: "kept.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);",
    replace: "kept.push(`${encodeURIComponent(name)}=${value}`);",
    tests: ["adversary/30-markup.test.ts"],
  },
  {
    against: ["threat 4"],
    what: "schemes that run something are like any other",
    file: REDIRECT_URI,
    find: "if (REFUSED_SCHEMES.has(scheme)) return `the scheme '${scheme}' is not allowed`;",
    replace: "",
    tests: ["protocol/redirect-uri.test.ts"],
  },
  {
    against: ["threat 4"],
    what: "a private scheme needs no domain, and none is refused",
    file: REDIRECT_URI,
    find: `if (!scheme.includes(".") && !shortSchemes.includes(scheme))`,
    replace: "if (scheme.length > 40)",
    also: [
      {
        file: REDIRECT_URI,
        find: "if (REFUSED_SCHEMES.has(scheme)) return `the scheme '${scheme}' is not allowed`;",
        replace: "",
      },
    ],
    tests: ["adversary/01-redirect-uris.test.ts"],
    only: "is refused by|is refused in",
  },
  {
    against: ["threat 6"],
    what: "the method plain is accepted",
    file: "protocol/pkce.ts",
    find: `export const CODE_CHALLENGE_METHODS = ["S256"] as const;`,
    replace: `export const CODE_CHALLENGE_METHODS = ["S256", "plain"] as const;`,
    tests: ["endpoints/authorize.test.ts"],
  },
  {
    against: ["threat 6", "threat 7"],
    what: "the challenge itself is good for a verifier",
    file: "protocol/pkce.ts",
    find: "return expected.length === computed.length && timingSafeEqual(computed, expected);",
    replace: "return verifier === challenge || timingSafeEqual(computed, expected);",
    tests: ["adversary/06-codes.test.ts"],
  },
  {
    against: ["threat 7"],
    what: "short verifiers are taken",
    file: "protocol/pkce.ts",
    find: "{43,128}$/;",
    replace: "{1,128}$/;",
    tests: ["protocol/pkce.test.ts", "adversary/06-codes.test.ts"],
  },
  {
    against: ["threat 18", "threat 3"],
    what: "of repeated parameters none is refused",
    file: "protocol/parameters.ts",
    find: "return !REPEATABLE.has(name) && this.all(name).length > 1;",
    replace: "return false;",
    tests: ["adversary/18-parameters.test.ts"],
  },
  {
    against: ["threat 18"],
    what: "what is badly encoded is taken as it stands",
    file: "protocol/parameters.ts",
    find: `  } catch {
    throw new OAuthError("parameters_malformed");`,
    replace: `  } catch {
    return text;`,
    tests: ["endpoints/bad-input.test.ts"],
  },
  {
    against: ["threat 40"],
    what: "any number of parameters is read",
    file: "protocol/parameters.ts",
    find: `if (pairs.length > limit) throw new OAuthError("too_many_parameters");`,
    replace: "",
    tests: ["endpoints/bad-input.test.ts"],
  },
  {
    against: ["threat 40"],
    what: "scopes are matched by an expression that backtracks",
    file: "protocol/scope.ts",
    find: "/^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$/;",
    replace: "/^(?:[\\x21\\x23-\\x5B\\x5D-\\x7E]+)+$/;",
    tests: ["adversary/40-hard-to-read.test.ts"],
    only: "take time that grows",
  },
  {
    against: ["threat 56"],
    what: "user codes in small letters are unknown",
    file: "protocol/user-code.ts",
    find: "    .toUpperCase()\n",
    replace: "",
    tests: ["protocol/user-code.test.ts"],
  },
  {
    against: ["threat 56"],
    what: "dashes and spaces belong to a user code",
    file: "protocol/user-code.ts",
    find: `    .replace(/[\\s\\p{P}\\p{S}\\p{Cf}]/gu, "");`,
    replace: `    .replace(/^-/gu, "");`,
    tests: ["pages/device.test.ts"],
    only: "56",
  },
  {
    against: ["threat 34"],
    what: "an unknown client is told that it is unknown",
    file: "protocol/errors.ts",
    find: "client_unknown: authenticationFailed,",
    replace: `client_unknown: { ...authenticationFailed, description: "There is no such client." },`,
    tests: ["clients/authentication.test.ts"],
  },
  {
    against: ["threat 34"],
    what: "who presents another client's code is told so",
    file: "protocol/errors.ts",
    find: "code_of_other_client: codeUnknown,",
    replace: `code_of_other_client: { ...codeUnknown, description: "The code is another client's." },`,
    tests: ["adversary/34-enumeration.test.ts"],
  },
];
