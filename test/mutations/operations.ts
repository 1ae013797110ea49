/** Mutations of src/operations/: the facts of a decision, its actor, and its commit. */
import type { Mutation } from "./mutation.ts";

const AUTHORIZATION = "operations/authorization.ts";
const TOKENS = "operations/tokens.ts";
const DEVICES = "operations/devices.ts";
const SIGN_IN = "operations/sign-in.ts";
const CALLER = "operations/caller.ts";
const DECIDE = "operations/decide.ts";
const HOUSEKEEPING = "operations/housekeeping.ts";

const REDEMPTIONS: readonly Mutation[] = [
  {
    against: ["threat 8"],
    what: "a second use with other faults is not told to the store",
    in: AUTHORIZATION,
    match: "$CODE.usedAt === null ? redeemedTarget($$$REQUEST) : $GRANT",
    replace: "redeemedTarget($$$REQUEST)",
    tests: ["endpoints/authorization-code.test.ts"],
  },
  {
    against: ["threat 10"],
    what: "a late second use with other faults is not told to the store",
    in: TOKENS,
    match: "$IS_LATE ? $GRANT : narrowToGrant($$$REQUEST)",
    replace: "narrowToGrant($$$REQUEST)",
    tests: ["endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 11", "threat 10"],
    what: "a retry gets another secret for the successor",
    in: TOKENS,
    match: "deriveSuccessors($KEYS, $PRESENTED, $OUTCOME.successor.id, $RETRY_KEY)",
    replace: "successors",
    tests: ["endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 24"],
    what: "a public client may act for itself if somebody stored that it may",
    in: TOKENS,
    match: `throw new OAuthError("client_not_confidential", $DETAIL)`,
    replace: ";",
    tests: ["adversary/22-clients.test.ts"],
  },
  {
    against: ["threat 27"],
    what: "a device may ask as fast as it likes",
    in: DEVICES,
    match: "$PACE.isTooFast($DEVICE)",
    replace: "false",
    tests: ["endpoints/device.test.ts"],
  },
  {
    against: ["threat 51", "threat 13"],
    what: "the user code is taken for the device code",
    in: DEVICES,
    match: `parseCredential("device_code", $TEXT)`,
    replace: `$& ??
    (await findDeviceByUserCode(context, userCodeDigest(context.keys, $TEXT.replace("-", ""))).then(
      ({ device: shown }) => shown && { id: shown.id, secret: new Uint8Array(32) },
    ))`,
    also: [
      {
        in: "rules/device-code.ts",
        within: "deviceFault",
        match: "!secretMatches($SECRET, $DIGEST)",
        replace: "false",
      },
    ],
    tests: ["endpoints/device.test.ts"],
  },
];

const COMMITS: readonly Mutation[] = [
  {
    against: ["threat 9", "threat 10"],
    what: "a decision whose commit was stale is told as done",
    in: DECIDE,
    match: `if ($COMMITTED.outcome === "stale") return "stale"`,
    replace: ";",
    tests: ["store/sqlite.test.ts"],
    only: "at once",
  },
  {
    against: ["threat 38"],
    what: "a decision whose commit is stale each time never ends",
    in: DECIDE,
    match: "$COUNT <= ATTEMPTS",
    replace: "$COUNT < 100_000",
    tests: ["operations/decide.test.ts"],
  },
];

const CALLERS: readonly Mutation[] = [
  {
    against: ["threat 12", "threat 19"],
    what: "a client is served as it is remembered",
    in: CALLER,
    within: "confirm",
    match: "$FOUND?.number !== $NUMBER || $FOUND.revision !== $REVISION",
    replace: "false",
    tests: ["clients/authentication.test.ts"],
  },
  {
    against: ["threat 12"],
    what: "a client that was removed is remembered for the next of its name",
    in: CALLER,
    within: "confirm",
    match: "$FOUND?.number !== $NUMBER",
    replace: "$FOUND === null",
    tests: ["clients/authentication.test.ts"],
    only: "remembered",
  },
  {
    against: ["threat 12", "threat 19"],
    what: "a refusal may leave before the client is confirmed",
    in: CALLER,
    match: "if ($ERROR instanceof OAuthError) await confirm()",
    replace: "",
    tests: ["clients/authentication.test.ts"],
    only: "remembered",
  },
  {
    against: ["threat 12"],
    what: "a secret that has expired is remembered",
    in: "operations/caller-memory.ts",
    match: "$EXPIRES_AT === null || $EXPIRES_AT > $NOW",
    replace: "true",
    tests: ["clients/authentication.test.ts"],
    only: "remembered",
  },
  {
    against: ["threat 46"],
    what: "beside a remembered client the body may name another",
    in: "operations/caller-memory.ts",
    match: "$ID !== undefined && $ID !== $CLIENT.clientId",
    replace: "false",
    tests: ["clients/authentication.test.ts", "adversary/43-headers.test.ts"],
  },
];

const WORTH: readonly Mutation[] = [
  {
    against: ["threat 16"],
    what: "every access token is told to every client",
    in: "rules/personal-data.ts",
    match: "if ($OWN.length === 0) return null",
    replace: "",
    tests: ["endpoints/introspection.test.ts"],
  },
  {
    against: ["threat 16"],
    what: "every refresh token is told to every client",
    in: TOKENS,
    match: "$ACTIVE && $GRANT.clientId === $CALLER",
    replace: "$ACTIVE",
    tests: ["endpoints/introspection.test.ts"],
  },
  {
    against: ["threat 15"],
    what: "a refresh token of a grant that was revoked is told to be active",
    in: TOKENS,
    within: "introspect",
    match: "$GRANT.revokedAt === null",
    replace: "true",
    tests: ["endpoints/introspection.test.ts"],
  },
  {
    against: ["threat 52"],
    what: "introspection says that a token is of who asks",
    in: TOKENS,
    match: "introspectAccessToken($ISSUER, $SEEN.token, $SHOWS)",
    replace:
      "introspectAccessToken($ISSUER, { ...$SEEN.token, clientId: clientId as typeof token.clientId }, $SHOWS)",
    tests: ["endpoints/introspection.test.ts"],
  },
  {
    against: ["threat 53", "threat 15"],
    what: "introspection remembers what it found",
    in: TOKENS,
    within: "introspect",
    match: "const $TOKEN = accessTokenRules.presentedAccessToken($$$FACTS)",
    replace: `const $TOKEN = seen.get(text) ?? accessTokenRules.presentedAccessToken($$$FACTS);
    if ($TOKEN !== null) seen.set(text, $TOKEN);`,
    also: [
      {
        in: TOKENS,
        match: "const INTROSPECTED_REFRESH_TOKEN = $PLAN",
        replace: "const seen = new Map();\n$&",
      },
    ],
    tests: ["endpoints/introspection.test.ts"],
  },
  {
    against: ["threat 49"],
    what: "introspection cleans up while it is at it",
    in: TOKENS,
    within: "introspect",
    match: "await $STORE.look(INTROSPECTED_ACCESS_TOKEN, $PARAMETERS)",
    replace: "(await $STORE.expire({ access_tokens: now }, 1), $&)",
    tests: ["endpoints/introspection.test.ts"],
  },
];

const ENDINGS: readonly Mutation[] = [
  {
    against: ["threat 15"],
    what: "a refresh token that is given back lives on",
    in: TOKENS,
    within: "revokeToken",
    match: "revokeGrantRule($$$GRANT)",
    replace: "concluded(true)",
    tests: ["endpoints/revocation.test.ts", "adversary/15-ended-access.test.ts"],
  },
  {
    against: ["threat 15"],
    what: "an access token that is given back lives on",
    in: TOKENS,
    within: "revokeToken",
    match: "accessTokenRules.revokeAccessToken($$$TOKEN)",
    replace: "concluded(true)",
    tests: ["adversary/15-ended-access.test.ts"],
  },
  {
    against: ["threat 12", "threat 15"],
    what: "a client may give back the tokens of another",
    in: TOKENS,
    match: `throw new OAuthError("token_of_other_client", $DETAIL)`,
    replace: ";",
    tests: ["endpoints/revocation.test.ts"],
  },
  {
    against: ["threat 38"],
    what: "a revocation that cannot be stored is a success",
    in: "endpoints/revocation.ts",
    match: "revokeToken($$$TOKEN)",
    replace: `$&.catch((error) => {
        if (error.name !== "StoreUnavailable") throw error;
      })`,
    tests: ["endpoints/revocation.test.ts"],
  },
  {
    against: ["threat 42"],
    what: "registrations that nobody uses stay",
    in: HOUSEKEEPING,
    within: "expiriesAt",
    match: { entry: "[clients.name]: $SINCE" },
    replace: "[clients.name]: -1",
    tests: ["endpoints/abandoned.test.ts"],
  },
  {
    against: ["threat 42"],
    what: "device codes that nobody answers stay",
    in: HOUSEKEEPING,
    within: "expiriesAt",
    match: { entry: "[deviceCodes.name]: $SINCE" },
    replace: "[deviceCodes.name]: -1",
    tests: ["endpoints/abandoned.test.ts"],
  },
];

const PEOPLE: readonly Mutation[] = [
  {
    against: ["threat 33"],
    what: "wrong passwords are not counted by name",
    in: SIGN_IN,
    match: "$LIMITS.signInPerAccount.attempt($NAME)",
    replace: "0",
    tests: ["accounts/sign-in.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "wrong passwords are not counted by address",
    in: SIGN_IN,
    match: "$LIMITS.signInPerAddress.attempt($ADDRESS)",
    replace: "0",
    tests: ["accounts/sign-in.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "each spelling of a name has guesses of its own",
    in: SIGN_IN,
    match: "foldUsername($NAME)",
    replace: "username",
    tests: ["adversary/33-guesses.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "guesses are counted after the password was checked",
    in: SIGN_IN,
    match: "$LIMITS.signInPerAccount.attempt($NAME)",
    replace: "(await passwords.verify(password, null), $&)",
    tests: ["adversary/33-guesses.test.ts", "accounts/sign-in.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "when a password is changed, guesses at the old one are not counted",
    in: "operations/change-password.ts",
    match: "await checkPassword($CONTEXT, $ATTEMPT)",
    replace: `(await $CONTEXT.passwords.verify(current, account.passwordHash))
    ? ({ outcome: "verified", account, steps: [] } as Awaited<ReturnType<typeof checkPassword>>)
    : ({ outcome: "refused" } as Awaited<ReturnType<typeof checkPassword>>)`,
    tests: ["accounts/sign-in.test.ts", "adversary/33-guesses.test.ts"],
  },
  {
    against: ["threat 19"],
    what: "a person who was disabled may sign in",
    in: SIGN_IN,
    match: "$ACCOUNT.disabledAt !== null",
    replace: "false",
    also: [
      {
        in: "rules/person.ts",
        within: "startSession",
        match: "$ACCOUNT.disabledAt !== null",
        replace: "false",
      },
      {
        in: "rules/person.ts",
        within: "isSessionAlive",
        match: "$ACCOUNT.disabledAt === null",
        replace: "true",
      },
    ],
    tests: ["endpoints/disabled.test.ts", "accounts/sign-in.test.ts", "pages/sign-in.test.ts"],
  },
  {
    against: ["threat 32", "threat 44"],
    what: "of a session's cookie only the identifier counts",
    in: "operations/sessions.ts",
    within: "signedInWith",
    match: "!secretMatches($SECRET, $DIGEST)",
    replace: "false",
    tests: ["adversary/28-approval.test.ts", "adversary/44-malleable.test.ts", "pages/sign-in.test.ts"],
  },
  {
    against: ["threat 48"],
    what: "every server has the same key",
    in: "operations/server-key.ts",
    match: "random(SERVER_SECRET_BYTES)",
    replace: "new Uint8Array(SERVER_SECRET_BYTES)",
    tests: ["adversary/48-own-keys.test.ts"],
  },
  {
    against: ["threat 58"],
    what: "a server key that does not fit is used",
    in: "operations/server-key.ts",
    match: "Buffer.compare(secretFingerprint($SECRET), $KEPT.fingerprint) !== 0",
    replace: "false",
    tests: ["store/server-key.test.ts"],
  },
];

const DECLARED: readonly Mutation[] = [
  {
    against: ["threat 76"],
    what: "every start sets the declared password",
    in: "operations/declarations.ts",
    match: "before !== null && (await passwords.verify($$$CHECK))",
    replace: "false",
    tests: ["operations/declarations.test.ts", "cli/serve.test.ts"],
  },
  {
    against: ["threat 76"],
    what: "a declaration takes over a person who was added otherwise",
    in: "operations/declarations.ts",
    match: "$KNOWN === null || $KNOWN.isDeclared",
    replace: "true",
    tests: ["operations/declarations.test.ts"],
  },
  {
    against: ["threat 76"],
    what: "a client that the file leaves out is removed for good",
    in: "operations/declarations.ts",
    match: `prunes || $SOURCE === "demo"`,
    replace: "true",
    tests: ["operations/declarations.test.ts", "clients/declared.test.ts"],
  },
  {
    against: ["threat 76"],
    what: "a start without a file disables everything",
    in: "operations/declarations.ts",
    match: "$CLIENTS + $PEOPLE === 0",
    replace: "true",
    tests: ["operations/declarations.test.ts"],
  },
];

const RETRIES: readonly Mutation[] = [
  {
    against: ["threat 70"],
    what: "the successor of a refresh token can be derived for ever",
    in: "operations/retry-keys.ts",
    match: "(epoch + 1) * EPOCH_SECONDS + windowSeconds + SPARE_SECONDS",
    replace: "epoch * 1e6",
    tests: ["endpoints/refresh-token.test.ts"],
  },
];

export const OPERATIONS: readonly Mutation[] = [
  ...DECLARED,
  ...RETRIES,
  ...REDEMPTIONS,
  ...COMMITS,
  ...CALLERS,
  ...WORTH,
  ...ENDINGS,
  ...PEOPLE,
  {
    against: ["threat 75"],
    what: "wrong secrets of clients are not counted",
    in: "operations/caller.ts",
    within: "authenticate",
    match: "key === null ? 0 : $ATTEMPT",
    replace: "0",
    tests: ["adversary/75-client-secrets.test.ts"],
  },
  {
    against: ["threat 75"],
    what: "wrong secrets lock the client out everywhere",
    in: "operations/caller.ts",
    within: "authenticate",
    match: "`${from.address} ${$CLIENT}`",
    replace: "` ${$CLIENT}`",
    tests: ["adversary/75-client-secrets.test.ts"],
  },
];
