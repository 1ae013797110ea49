/** Mutations of src/store/sqlite/ and of what both engines share. */
import type { Mutation } from "./mutation.ts";

const CODES = "store/sqlite/codes.ts";
const TOKENS = "store/sqlite/tokens.ts";
const SUITE = "store/sqlite.test.ts";

export const STORE: readonly Mutation[] = [
  {
    against: ["threat 8"],
    what: "a second use of a code revokes nothing",
    file: CODES,
    find: `          grants.revoke(grant.id, "code_replayed", issuance.now);\n`,
    replace: "",
    tests: [SUITE, "adversary/06-codes.test.ts"],
  },
  {
    against: ["threat 8", "threat 9"],
    what: "that a code was used is not written down",
    file: CODES,
    find: "        codes.use(id, issuance.now);\n",
    replace: "",
    tests: [SUITE],
  },
  {
    against: ["threat 9"],
    what: "whether a code was used is read before the transaction",
    file: CODES,
    find: `    redeemCode: (id, failureLimit, issuance) =>
      write((tables) => {
        const { codes, grants } = tables;
        const code = codes.find(id);`,
    replace: `    redeemCode: async (id, failureLimit, issuance) => {
      const code = await read(({ codes }) => codes.find(id));
      return write((tables) => {
        const { codes, grants } = tables;`,
    also: [
      {
        file: CODES,
        find: `        issueTokens(tables, client, grant, issuance);
        return "issued";
      }),`,
        replace: `        issueTokens(tables, client, grant, issuance);
        return "issued";
      });
    },`,
      },
    ],
    tests: [SUITE],
  },
  {
    against: ["threat 9"],
    what: "a transaction takes the write lock when it first writes",
    file: "store/sqlite/writer.ts",
    find: `connection.command("BEGIN IMMEDIATE");`,
    replace: `connection.command("BEGIN");`,
    tests: ["store/sqlite/processes.test.ts", "race/sqlite.test.ts"],
    only: "process|64 redemptions",
  },
  {
    against: ["threat 7"],
    what: "a code that was tried too often is still good",
    file: CODES,
    find: `        if (code.failedAttempts >= failureLimit) return "refused";\n`,
    replace: "",
    tests: [SUITE, "adversary/06-codes.test.ts"],
  },
  {
    against: ["threat 28"],
    what: "a form may be answered again and again",
    file: CODES,
    find: "(form.expiresAt <= now || !tables.spentForms.spend(form.id, form.expiresAt))",
    replace: "form.expiresAt <= now",
    tests: ["adversary/28-approval.test.ts"],
  },
  {
    against: ["threat 10"],
    what: "a refresh token that is used again ends nothing",
    file: TOKENS,
    find: `    tables.grants.revoke(grant.id, "refresh_token_replayed", issuance.now);\n`,
    replace: "",
    tests: [SUITE, "endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 10"],
    what: "a refresh token is rotated whether or not it was used",
    file: "store/sqlite/tables/tokens.ts",
    find: "AND grant_id = ?4 AND used_at IS NULL AND expires_at > ?1",
    replace: "AND grant_id = ?4 AND expires_at > ?1",
    tests: [SUITE, "endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 10"],
    what: "a retry makes a second live branch",
    file: TOKENS,
    find: `  issueTokens(tables, client, grant, { ...issuance, refreshToken: null });
  return { outcome: "retried", successor };`,
    replace: `  issueTokens(tables, client, grant, issuance);
  return { outcome: "rotated" };`,
    tests: [SUITE, "endpoints/refresh-token.test.ts"],
  },
  {
    against: ["threat 10"],
    what: "a retry is good after the successor was used",
    file: TOKENS,
    find: "successor === null || successor.usedAt !== null || successor.expiresAt <= now",
    replace: "successor === null || successor.expiresAt <= now",
    tests: [SUITE, "race/sqlite.test.ts"],
    only: "successor|second live branch",
  },
  {
    against: ["threat 11"],
    what: "a second use in the same second is none",
    file: TOKENS,
    find: "if (retryWindowSeconds <= 0 || grant.revokedAt !== null) return null;",
    replace: "if (grant.revokedAt !== null) return null;",
    tests: ["endpoints/refresh-token.test.ts", SUITE],
  },
  {
    against: ["threat 11", "threat 10"],
    what: "a retry is good for ever",
    file: TOKENS,
    find: "  if (now - token.usedAt > retryWindowSeconds) return null;\n",
    replace: "",
    tests: ["endpoints/refresh-token.test.ts", SUITE],
  },
  {
    against: ["threat 11"],
    what: "that a refresh token was used is kept in the process",
    file: "store/sqlite/tables/tokens.ts",
    find: "use(now, successor.id, id, successor.grantId) === 1,",
    replace: `!USED.has(id.join()) && USED.set(id.join(), { usedAt: now, successorId: successor.id }) === USED,`,
    also: [
      {
        file: "store/sqlite/tables/tokens.ts",
        find: `export const decodeRefreshToken = (row: RefreshTokenRow, clientId: ClientId): RefreshTokenRecord => ({
  ...row,`,
        replace: `const USED = new Map<string, { usedAt: EpochSeconds; successorId: RecordId }>();
export const decodeRefreshToken = (row: RefreshTokenRow, clientId: ClientId): RefreshTokenRecord => ({
  ...row,
  ...USED.get(row.id.join()),`,
      },
    ],
    tests: ["adversary/11-reuse-after-a-kill.test.ts"],
    only: "SQLite",
  },
  {
    against: ["threat 15"],
    what: "an access token outlives its grant",
    file: TOKENS,
    find: "if (grant === null || grant.revokedAt !== null) return null;",
    replace: "if (grant === null) return null;",
    tests: ["adversary/15-ended-access.test.ts"],
  },
  {
    against: ["threat 15", "threat 19"],
    what: "disabling a person ends nothing that they allowed",
    file: "store/sqlite/accounts.ts",
    find: "  revokeAccess(tables, { subject }, reason, now);\n",
    replace: "",
    tests: ["adversary/15-ended-access.test.ts"],
  },
  {
    against: ["threat 15"],
    what: "removing a client ends nothing that it was allowed",
    file: "store/sqlite/clients.ts",
    find: `        revokeAccess(tables, { clientId }, "client_removed", now);\n`,
    replace: "",
    tests: [SUITE, "adversary/15-ended-access.test.ts"],
  },
  {
    against: ["threat 15", "threat 28"],
    what: "access that was taken back is given again without asking",
    file: "store/sqlite/revoking.ts",
    find: "consents: consents.removeAll(filter)",
    replace: "consents: 0",
    tests: [SUITE, "endpoints/authorize.test.ts"],
  },
  {
    against: ["threat 19"],
    what: "tokens are issued for a person who was disabled meanwhile",
    file: "store/sqlite/issuing.ts",
    find: "return accounts.isEnabled(subject) ? clients.findEnabled(clientId) : null;",
    replace: "return clients.findEnabled(clientId);",
    tests: [SUITE, "adversary/15-ended-access.test.ts", "endpoints/authorize.test.ts"],
  },
  {
    against: ["threat 19"],
    what: "the sessions of a person who was disabled go on",
    file: "store/sqlite/sessions.ts",
    find: "return account === null || account.disabledAt !== null ? null : { session, account };",
    replace: "return account === null ? null : { session, account };",
    also: [
      {
        file: "store/sqlite/accounts.ts",
        find: `function endAll(tables: Tables, subject: SubjectId, reason: RevocationReason, now: EpochSeconds): void {
  tables.sessions.removeBySubject(subject);`,
        replace:
          "function endAll(tables: Tables, subject: SubjectId, reason: RevocationReason, now: EpochSeconds): void {",
      },
    ],
    tests: ["endpoints/authorize.test.ts", "adversary/15-ended-access.test.ts"],
  },
  {
    against: ["threat 19", "threat 15"],
    what: "the tokens of a client that was disabled are active",
    file: "store/sqlite/tables/clients.ts",
    find: "if (found === null || found.disabledAt !== null) return null;",
    replace: "if (found === null) return null;",
    tests: [SUITE, "endpoints/disabled.test.ts"],
  },
  {
    against: ["threat 32"],
    what: "sessions go on after the password was changed",
    file: "store/sqlite/accounts.ts",
    find: `        if (!accounts.changePassword(subject, verifiedHash, passwordHash)) return false;
        sessions.removeBySubject(subject);`,
    replace: "        if (!accounts.changePassword(subject, verifiedHash, passwordHash)) return false;",
    tests: [SUITE, "pages/account.test.ts"],
  },
  {
    against: ["threat 25"],
    what: "a device that was decided can be decided again",
    file: "store/sqlite/device-codes.ts",
    find: `device.status !== "pending" || device.expiresAt <= now`,
    replace: "device.expiresAt <= now",
    tests: ["endpoints/device.test.ts"],
  },
  {
    against: ["threat 27"],
    what: "polls at once are each given tokens",
    file: "store/sqlite/device-codes.ts",
    find: `device.status !== "approved" || device.usedAt !== null`,
    replace: `device.status !== "approved"`,
    tests: ["endpoints/device.test.ts"],
  },
  {
    against: ["threat 42"],
    what: "registrations that nobody uses stay",
    file: "store/sqlite/housekeeping.ts",
    find: "        removed += tables.clients.removeUnused(unusedSince, limit);\n",
    replace: "",
    tests: ["endpoints/abandoned.test.ts"],
  },
  {
    against: ["threat 42"],
    what: "device codes that nobody answers stay",
    file: "store/sqlite/housekeeping.ts",
    find: "        removed += tables.deviceCodes.removeExpired(now - DEVICE_CODE_REMEMBERED_SECONDS, limit);\n",
    replace: "",
    tests: ["endpoints/abandoned.test.ts"],
  },
  {
    against: ["threat 53"],
    what: "a token lives on in the second in which it expires",
    file: TOKENS,
    find: "if (row === null || row.expiresAt <= now) return null;",
    replace: "if (row === null || row.expiresAt < now) return null;",
    tests: ["endpoints/introspection.test.ts"],
  },
  {
    against: ["threat 53"],
    what: "access tokens do not expire",
    file: TOKENS,
    find: "if (row === null || row.expiresAt <= now) return null;",
    replace: "if (row === null) return null;",
    tests: ["endpoints/introspection.test.ts"],
  },
  {
    against: ["threat 38"],
    what: "a commit that failed is told as done",
    file: "store/sqlite/writer.ts",
    find: `      this.#abandon(batch, unavailable);
      return;
    }
    if`,
    replace: `      if (unavailable.message === "") this.#abandon(batch, unavailable);
    }
    if`,
    tests: ["store/sqlite/groups.test.ts"],
  },
  {
    against: ["threat 38"],
    what: "what the disk did not keep is told as done",
    file: "store/sqlite/writer.ts",
    find: "      this.#abandon([...batch, ...this.#waiting.splice(0)], this.#failure);",
    replace: "      this.#settle([...batch, ...this.#waiting.splice(0)]);",
    tests: ["store/sqlite/groups.test.ts", "store/sqlite/sync.test.ts"],
  },
  {
    against: ["threat 48"],
    what: "every server has the same key",
    file: "store/server-key.ts",
    find: "const secret = configured ?? random(SERVER_SECRET_BYTES);",
    replace: "const secret = configured ?? new Uint8Array(SERVER_SECRET_BYTES);",
    tests: ["adversary/48-own-keys.test.ts"],
  },
  {
    against: ["threat 48"],
    what: "the database is a file that everybody may read",
    file: "store/sqlite/files.ts",
    find: `openSync(file, "wx", 0o600);`,
    replace: `openSync(file, "wx", 0o644);`,
    tests: ["adversary/48-own-keys.test.ts"],
  },
  {
    against: ["threat 58"],
    what: "a server key that does not fit is used",
    file: "store/server-key.ts",
    find: "if (Buffer.compare(secretFingerprint(secret), kept.fingerprint) !== 0) {",
    replace: "if (secret.length === 0) {",
    tests: ["store/server-key.test.ts"],
  },
];
