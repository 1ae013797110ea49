/** Mutations of src/grants/: what a code or token may be exchanged for. */
import type { Mutation } from "./mutation.ts";

const CODE = "grants/authorization-code.ts";
const REFRESH = "grants/refresh-token.ts";
const DEVICE = "grants/device-code.ts";

export const GRANTS: readonly Mutation[] = [
  {
    against: ["threat 8"],
    what: "a used code is refused before the store is told of its second use",
    file: CODE,
    find: "if (code.usedAt !== null) return null;",
    replace: `if (code.usedAt !== null) return "code_replayed";`,
    tests: ["endpoints/authorization-code.test.ts"],
  },
  {
    against: ["threat 8"],
    what: "a second use with other faults is not told to the store",
    file: CODE,
    find: "const target = code.usedAt === null ? narrowToGrant(context, grant, client, parameters) : grant;",
    replace: "const target = narrowToGrant(context, grant, client, parameters);",
    tests: ["endpoints/authorization-code.test.ts"],
  },
  {
    against: ["RFC 6749 4.1.3-8"],
    what: "a code is good for any client",
    file: CODE,
    find: `if (code.clientId !== client.clientId) return "code_of_other_client";`,
    replace: "",
    tests: ["endpoints/authorization-code.test.ts"],
  },
  {
    against: ["threat 1", "threat 55", "RFC 6749 4.1.3-10"],
    what: "the redirect URI of the token request is not compared",
    file: CODE,
    find: `return redirectUri === code.redirectUri ? null : "code_redirect_uri_mismatch";`,
    replace: "return null;",
    tests: ["adversary/01-redirect-uris.test.ts"],
    only: "gets tokens at the very redirect URI",
  },
  {
    against: ["threat 6"],
    what: "a verifier without a challenge is not looked at",
    file: CODE,
    find: `if (code.codeChallenge === null) return verifier === undefined ? null : "code_verifier_unexpected";`,
    replace: "if (code.codeChallenge === null) return null;",
    tests: ["adversary/06-codes.test.ts"],
  },
  {
    against: ["threat 6"],
    what: "the verifier may be left out",
    file: CODE,
    find: `if (verifier === undefined) return "code_verifier_missing";`,
    replace: "if (verifier === undefined) return null;",
    tests: ["adversary/06-codes.test.ts"],
  },
  {
    against: ["threat 7"],
    what: "wrong verifiers are not counted",
    file: CODE,
    find: `  "code_verifier_wrong",
  "code_verifier_unexpected",
]`,
    replace: `  "code_verifier_unexpected",
]`,
    tests: ["adversary/06-codes.test.ts"],
  },
  {
    against: ["threat 12", "threat 54"],
    what: "a refresh token is good for any client",
    file: REFRESH,
    find: `if (token.clientId !== client.clientId) return "refresh_token_of_other_client";`,
    replace: "",
    tests: ["adversary/12-refresh.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "of a refresh token only the identifier counts",
    file: REFRESH,
    find: "stored === null || !secretMatches(presented.secret, stored.token.digest)",
    replace: "stored === null",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 10"],
    what: "a late second use with other faults is not told to the store",
    file: REFRESH,
    find: "const { scope, resources } = isLate ? grant : narrowToGrant(context, grant, client, parameters);",
    replace: "const { scope, resources } = narrowToGrant(context, grant, client, parameters);",
    tests: ["endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 11", "threat 10"],
    what: "a retry gets another secret for the successor",
    file: REFRESH,
    find: "return tokenResponse(accessToken, deriveSuccessor(context, presented, outcome.successor.id));",
    replace: "return tokenResponse(accessToken, successor);",
    tests: ["endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "a public client may act for itself if somebody stored that it may",
    file: "grants/client-credentials.ts",
    find: `if (!isConfidential(client)) throw new OAuthError("client_not_confidential", { clientId: client.clientId });`,
    replace: "",
    tests: ["adversary/22-clients.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "a request may name scopes beyond the registration",
    file: "grants/requested-scope.ts",
    find: "if (refused !== undefined) {",
    replace: `if (refused === "") {`,
    tests: ["adversary/22-clients.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "a refresh may ask for more than was granted",
    file: "grants/grant.ts",
    find: "if (wider !== undefined) {",
    replace: `if (wider === "") {`,
    tests: ["adversary/22-clients.test.ts", "endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "what was taken from a client since stays in its tokens",
    file: "grants/grant.ts",
    find: "granted.scope.filter((name) => askable.includes(name) && catalogue.isKnownScope(name)),",
    replace: "granted.scope.filter((name) => catalogue.isKnownScope(name)),",
    tests: ["adversary/22-clients.test.ts"],
  },
  {
    against: ["threat 27"],
    what: "a device may ask as fast as it likes",
    file: DEVICE,
    find: `fault === "authorization_pending" && pollPace.isTooFast(stored.device.id)`,
    replace: `fault === "slow_down" && pollPace.isTooFast(stored.device.id)`,
    tests: ["endpoints/device.test.ts"],
  },
  {
    against: ["threat 25"],
    what: "a device whose access was taken back gets tokens still",
    file: DEVICE,
    find: `return grant === null || grant.revokedAt !== null ? "device_code_denied" : null;`,
    replace: `return grant === null ? "device_code_denied" : null;`,
    also: [
      {
        file: "store/sqlite/device-codes.ts",
        find: `if (grant === null || grant.revokedAt !== null) return "refused";`,
        replace: `if (grant === null) return "refused";`,
      },
      {
        file: "store/sqlite/issuing.ts",
        find: "return accounts.isEnabled(subject) ? clients.findEnabled(clientId) : null;",
        replace: "return clients.findEnabled(clientId);",
      },
    ],
    tests: ["endpoints/device.test.ts", "endpoints/disabled.test.ts"],
  },
  {
    against: ["threat 51", "threat 13"],
    what: "the user code is taken for the device code",
    file: DEVICE,
    find: `  const presented = parseCredential("device_code", parameters.required("device_code"));
`,
    replace: `  const text = parameters.required("device_code");
  const shown = await store.findPendingDeviceCode(
    context.keys.mac("user code", text.replace("-", "")) as never,
    clock.seconds(),
  );
  const presented =
    parseCredential("device_code", text) ?? (shown && { id: shown.id, secret: new Uint8Array(32) });
`,
    also: [
      {
        file: DEVICE,
        find: " || !secretMatches(presented.secret, stored.device.digest)",
        replace: "",
      },
    ],
    tests: ["endpoints/device.test.ts"],
  },
];
