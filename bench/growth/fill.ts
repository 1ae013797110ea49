/**
 * The stored data: people who signed in to an app on their devices, whose app has refreshed its tokens once, and tokens
 * that the app got for itself. The server's rules decide everything, and its statements write it, in the order in which
 * it would have happened, at times in the past. Only the sync of each commit is left out.
 */

import type { Configuration } from "../../src/configuration/schema.ts";
import { assembleCredential, mintCredential, newRecordId } from "../../src/credentials/credential.ts";
import {
  type IssueContext,
  mintAccessToken,
  mintRefreshToken,
  refreshTokenOf,
} from "../../src/credentials/issue.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { RandomBytes } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { SubjectId } from "../../src/protocol/identifiers.ts";
import { isCodeChallenge } from "../../src/protocol/pkce.ts";
import { recipientOf } from "../../src/protocol/redirect-uri.ts";
import { authorize, redeemCode } from "../../src/rules/authorization-code.ts";
import { issueToClient } from "../../src/rules/client.ts";
import type { Decision } from "../../src/rules/decision.ts";
import { createAccount } from "../../src/rules/person.ts";
import { rotate } from "../../src/rules/refresh-token.ts";
import { row } from "../../src/store/contract.ts";
import { shardOf } from "../../src/store/declare.ts";
import { Commits } from "../../src/store/sqlite/commit.ts";
import type { Connection } from "../../src/store/sqlite/driver.ts";
import { Looks } from "../../src/store/sqlite/look.ts";
import { type ClientRecord, clients } from "../../src/store/tables/clients.ts";
import { type ConsentRecord, type GrantRecord, grants } from "../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { AuthorizationCodeRecord } from "../../src/store/tables/requests.ts";
import type { RefreshTokenRecord } from "../../src/store/tables/tokens.ts";
import { APP, CHALLENGE } from "../contenders/clients.ts";

/** The devices on which each person has signed in. Each has a grant of its own. */
const DEVICES = 4;
/** A person's access tokens: two of each grant, and two that the app got for itself. */
export const TOKENS_PER_PERSON = 2 * DEVICES + 2;
/**
 * The rows of a person that are removed after their expiry: the tokens, and per device a grant, its code and two
 * refresh tokens.
 */
export const EXPIRING_ROWS_PER_PERSON = TOKENS_PER_PERSON + 4 * DEVICES;

export interface FillOptions {
  /** The caller has opened a transaction. */
  readonly connection: Connection;
  /** It declares the app, and its lifetimes are those of the stored data. */
  readonly configuration: Configuration;
  readonly random: RandomBytes;
  /** The number of access tokens. */
  readonly tokens: number;
  /** The times of the first and the last issuance, in milliseconds since the epoch. */
  readonly fromMillis: number;
  readonly untilMillis: number;
}

/** A person on one device, with the first tokens. */
interface SignedIn {
  readonly grant: GrantRecord;
  readonly refreshToken: RefreshTokenRecord;
}

/** The app refreshes its tokens after this share of the time between a person's first and last sign-in. */
const REFRESHED_AFTER = 1 / 12;

/** Fills the database step by step. Yields the texts of the access tokens that the step has stored. */
export function* fill(options: FillOptions): Generator<readonly string[]> {
  const { tokens, fromMillis, untilMillis, connection, configuration, random } = options;
  const people = Math.floor(tokens / TOKENS_PER_PERSON);
  const delay = Math.ceil(people * REFRESHED_AFTER);
  const steps = people + delay;
  let millis = fromMillis;
  const clock: Clock = { millis: () => millis, seconds: () => Math.floor(millis / 1000) };
  const write = writer(connection, {
    configuration,
    catalogue: createCatalogue(configuration),
    clock,
    random,
  });
  const waiting: SignedIn[][] = [];
  for (let step = 0; step < steps; step += 1) {
    millis = Math.floor(fromMillis + ((untilMillis - fromMillis) * step) / steps);
    const texts: string[] = [];
    if (step < people) {
      waiting.push(write.signIn(texts));
      write.clientToken(texts);
    }
    if (step >= delay) {
      // Empties the slot instead of removing it: a million removals from the front would be slow.
      for (const device of waiting[step - delay] ?? []) write.refresh(device, texts);
      waiting[step - delay] = [];
      write.clientToken(texts);
    }
    yield texts;
  }
  millis = untilMillis;
  const rest: string[] = [];
  for (let left = tokens - people * TOKENS_PER_PERSON; left > 0; left -= 1) write.clientToken(rest);
  if (rest.length > 0) yield rest;
}

/**
 * Tokens that the app got for itself, at random times among all others, as if it sometimes got tokens of a shorter
 * lifetime.
 */
export function fillScattered(options: FillOptions): void {
  const { tokens, fromMillis, untilMillis, connection, configuration, random } = options;
  let millis = fromMillis;
  const clock: Clock = { millis: () => millis, seconds: () => Math.floor(millis / 1000) };
  const write = writer(connection, {
    configuration,
    catalogue: createCatalogue(configuration),
    clock,
    random,
  });
  for (let count = 0; count < tokens; count += 1) {
    millis = Math.floor(fromMillis + (untilMillis - fromMillis) * Math.random());
    write.clientToken([]);
  }
}

const CLIENT = { client: row(clients, { clientId: "$clientId" }) };
/** The limit of failed attempts for a code. No attempt fails here. */
const FAILURE_LIMIT = 3;
const SECRET_BYTES = 32;

/**
 * Writes the events at the time of the clock. Each method adds the texts of the access tokens that it stores to
 * `texts`.
 */
function writer(connection: Connection, context: IssueContext & Pick<FillOptions, "configuration">) {
  const { clock, random, configuration } = context;
  const commits = new Commits(connection);
  const looks = new Looks(connection);
  const findClient = () => {
    const { client } = looks.find(CLIENT, { clientId: APP.id });
    looks.forget();
    return required(client as ClientRecord | null, "the app");
  };
  let client = findClient();
  const scope = client.defaultScope;
  const resources = context.catalogue.defaultResources(scope);

  /** Stores a decision. */
  const store = <Outcome>({ outcome, changes = [], sweeps = [] }: Decision<Outcome>): Outcome => {
    if (commits.apply({ changes, sweeps }).outcome === "stale") throw new Error("The database has changed.");
    return outcome;
  };
  const expect = (outcome: string | boolean, due: string | boolean): void => {
    if (outcome !== due) throw new Error(`The rule said ${outcome} where ${due} was due.`);
  };

  /** The first commit that uses the client notes the time. */
  const noteFirstUse = (): void => {
    if (client.usedAt === null) client = findClient();
  };

  const allow = (account: AccountRecord): { grant: GrantRecord; code: AuthorizationCodeRecord } => {
    const now = clock.seconds();
    const expiresAt = now + configuration.lifetimes.authorization_code_seconds;
    const { id, digest } = mintCredential("authorization_code", clock, random, shardOf(account.subject));
    const grant: GrantRecord = {
      id,
      subject: account.subject,
      username: account.username,
      clientId: client.clientId,
      scope,
      resources,
      authorizationDetails: null,
      via: "authorization_code",
      session: null,
      claims: null,
      address: "203.0.113.7",
      program: "Firefox",
      system: "Linux",
      online: false,
      authenticatedAt: now,
      authenticationMethods: ["pwd"],
      authenticationLevel: "1",
      createdAt: now,
      expiresAt,
      activatedAt: null,
      revokedAt: null,
      revokedReason: null,
    };
    const code: AuthorizationCodeRecord = {
      id,
      digest,
      redirectUri: redirectUriOf(client),
      redirectUriRequested: true,
      codeChallenge: isCodeChallenge(CHALLENGE) ? CHALLENGE : null,
      nonce: null,
      confirmation: null,
      createdAt: now,
      expiresAt,
      usedAt: null,
      failedAttempts: 0,
    };
    const consent: ConsentRecord = {
      subject: account.subject,
      clientId: client.clientId,
      recipient: recipientOf(code.redirectUri),
      scope,
      resources,
      authorizationDetails: null,
      createdAt: now,
    };
    const facts = { client, account, consent: null, session: null, form: null };
    expect(store(authorize(facts, { now, grant, code, consent, form: null })), "authorized");
    noteFirstUse();
    return { grant, code };
  };

  const signInOn = (account: AccountRecord, texts: string[]): SignedIn => {
    const { grant, code } = allow(account);
    const accessToken = mintAccessToken(context, { client, grant, scope, resources, confirmation: null });
    const refreshToken = required(
      mintRefreshToken(context, client, grant.id, null),
      "a refresh token",
    ).record;
    const issuance = { now: clock.seconds(), accessToken: accessToken.record, refreshToken };
    const decision = redeemCode({ code, grant }, client, FAILURE_LIMIT, issuance);
    expect(store(decision), "issued");
    texts.push(accessToken.text);
    return { grant: withChanges(grant, decision), refreshToken };
  };

  return {
    /** A new person signs in on each of their devices. */
    signIn(texts: string[]): SignedIn[] {
      const account = newAccount(context);
      expect(store(createAccount({ sameName: null, sameEmail: null, setup: null }, account)), "created");
      return Array.from({ length: DEVICES }, () => signInOn(account, texts));
    },

    /** The app exchanges a refresh token for its successor. */
    refresh({ grant, refreshToken: token }: SignedIn, texts: string[]): void {
      // Both have one id. Their secrets need not be derived, because no client uses them.
      const id = newRecordId(clock, random, shardOf(grant.id));
      const wish = { client, grant, scope, resources, confirmation: null };
      const credential = assembleCredential("access_token", id, random(SECRET_BYTES));
      const accessToken = mintAccessToken(context, wish, credential);
      const successor = assembleCredential("refresh_token", id, random(SECRET_BYTES));
      const { outcome } = store(
        rotate({ token, grant, successor: null, accessToken: null }, client, 0, {
          now: clock.seconds(),
          accessToken: accessToken.record,
          refreshToken: refreshTokenOf(context, client, grant.id, successor, null).record,
          from: new Uint8Array(8),
        }),
      );
      expect(outcome, "rotated");
      texts.push(accessToken.text);
    },

    /** The app gets a token for itself. */
    clientToken(texts: string[]): void {
      const { text, record } = mintAccessToken(context, {
        client,
        grant: null,
        scope,
        resources,
        confirmation: null,
      });
      expect(store(issueToClient(client, record)), "issued");
      noteFirstUse();
      texts.push(text);
    },
  };
}

/** The grant after a decision. */
function withChanges(grant: GrantRecord, { changes = [] }: Decision<unknown>): GrantRecord {
  const change = changes.find(({ act, table }) => act === "update" && table === grants);
  return change !== undefined && "set" in change ? { ...grant, ...change.set } : grant;
}

const redirectUriOf = (client: ClientRecord) => required(client.redirectUris[0], "a redirect URI");

/** As long as the server's argon2id strings, but the hash of no password. */
const PASSWORD_HASH = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(43)}$${"A".repeat(43)}`;

function newAccount({ clock, random }: IssueContext): AccountRecord {
  const subject = `acc_${Buffer.from(random(16)).toString("base64url")}` as SubjectId;
  const username = `person-${subject}`;
  return {
    subject,
    revision: 0,
    source: "operator",
    username,
    name: "A Person",
    email: `${subject}@mail.bench.example`,
    emailVerified: true,
    profile: {},
    attributes: {},
    groups: [],
    updatedAt: clock.seconds(),
    administrator: false,
    auditor: false,
    roleGivenAt: null,
    passwordHash: PASSWORD_HASH,
    createdAt: clock.seconds(),
    disabledAt: null,
    disabledBy: null,
    unlockedAt: null,
    browsersForgottenAt: null,
    pictureId: null,
    mailsOff: [],
    isDeclared: false,
    declaration: null,
  };
}

function required<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Error(`The database lacks ${what}.`);
  return value;
}
