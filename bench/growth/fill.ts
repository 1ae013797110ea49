/**
 * What is stored: people who signed in to an app on their devices, whose app has refreshed its tokens once since, and
 * tokens that the app got for itself. Everything is written by the statements that the server writes with, in the order
 * in which it would have happened, at times that are past; only without a sync for each.
 */

import type { Configuration } from "../../src/configuration/schema.ts";
import { mintCredential, newRecordId } from "../../src/credentials/credential.ts";
import { type IssueContext, mintAccessToken, mintRefreshToken } from "../../src/credentials/issue.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { RandomBytes } from "../../src/platform/random.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import type { SubjectId } from "../../src/protocol/identifiers.ts";
import { isCodeChallenge } from "../../src/protocol/pkce.ts";
import type {
  AccountRecord,
  ClientRecord,
  GrantRecord,
  RefreshTokenRecord,
} from "../../src/store/records.ts";
import type { Tables } from "../../src/store/sqlite/engine.ts";
import { issueTokens } from "../../src/store/sqlite/issuing.ts";
import { APP, CHALLENGE } from "../contenders/clients.ts";

/** On how many devices a person has signed in. Each has a grant of its own. */
const DEVICES = 4;
/** A person's access tokens: two of each grant, and two that the app got for itself meanwhile. */
export const TOKENS_PER_PERSON = 2 * DEVICES + 2;
/** Of a person's rows, those that go when they have expired: the tokens, and per device a grant, its code, two refresh tokens. */
export const EXPIRING_ROWS_PER_PERSON = TOKENS_PER_PERSON + 4 * DEVICES;

export interface FillOptions {
  /** Whose statements are used. The caller has opened a transaction. */
  readonly tables: Tables;
  /** Its lifetimes are those of what is stored. It declares the app. */
  readonly configuration: Configuration;
  readonly random: RandomBytes;
  /** How many access tokens. */
  readonly tokens: number;
  /** When the first was issued and when the last, in milliseconds since the epoch. */
  readonly fromMillis: number;
  readonly untilMillis: number;
}

/** Somebody who has signed in, with the first tokens of each device. */
interface SignedIn {
  readonly grant: GrantRecord;
  readonly refreshToken: RefreshTokenRecord;
}

/** Of a person's time between the first sign-in and the last, this is until the app refreshes its tokens. */
const REFRESHED_AFTER = 1 / 12;

/** Fills the database step by step. Yields the texts of the access tokens of each step, which are stored then. */
export function* fill(options: FillOptions): Generator<readonly string[]> {
  const { tokens, fromMillis, untilMillis, tables, configuration, random } = options;
  const people = Math.floor(tokens / TOKENS_PER_PERSON);
  const delay = Math.ceil(people * REFRESHED_AFTER);
  const steps = people + delay;
  let millis = fromMillis;
  const clock: Clock = { millis: () => millis, seconds: () => Math.floor(millis / 1000) };
  const write = writer(tables, { configuration, catalogue: createCatalogue(configuration), clock, random });
  const waiting: SignedIn[][] = [];
  for (let step = 0; step < steps; step += 1) {
    millis = Math.floor(fromMillis + ((untilMillis - fromMillis) * step) / steps);
    const texts: string[] = [];
    if (step < people) {
      waiting.push(write.signIn(texts));
      write.clientToken(texts);
    }
    if (step >= delay) {
      // A slot is emptied, and not removed: a million removals from the front would be slow.
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

/** Tokens that the app got for itself, at times in no order: as if it got shorter ones now and then, between all others. */
export function fillScattered(options: FillOptions): void {
  const { tokens, fromMillis, untilMillis, tables, configuration, random } = options;
  let millis = fromMillis;
  const clock: Clock = { millis: () => millis, seconds: () => Math.floor(millis / 1000) };
  const write = writer(tables, { configuration, catalogue: createCatalogue(configuration), clock, random });
  for (let count = 0; count < tokens; count += 1) {
    millis = Math.floor(fromMillis + (untilMillis - fromMillis) * Math.random());
    write.clientToken([]);
  }
}

/** Writes what happens at the time of the clock. Each puts the texts of the access tokens that it stores into `texts`. */
function writer(tables: Tables, context: IssueContext) {
  const { clock, random, configuration } = context;
  const client = required(tables.clients.find(APP.id), "the app");
  const state = required(tables.clients.findEnabled(APP.id), "the app");
  const scope = client.defaultScope;
  const resources = context.catalogue.defaultResources(scope);

  const issue = (grant: GrantRecord, texts: string[]): RefreshTokenRecord => {
    const now = clock.seconds();
    const accessToken = mintAccessToken(context, {
      client,
      grantId: grant.id,
      subject: grant.subject,
      scope,
      resources,
    });
    const refreshToken = required(mintRefreshToken(context, client, grant.id), "a refresh token").record;
    issueTokens(tables, state, grant, { now, accessToken: accessToken.record, refreshToken });
    texts.push(accessToken.text);
    return refreshToken;
  };

  const authorize = (account: AccountRecord): GrantRecord => {
    const now = clock.seconds();
    const expiresAt = now + configuration.lifetimes.authorization_code_seconds;
    const grant: GrantRecord = {
      id: newRecordId(clock, random),
      subject: account.subject,
      username: account.username,
      clientId: client.clientId,
      scope,
      resources,
      via: "authorization_code",
      createdAt: now,
      expiresAt,
      activatedAt: null,
      revokedAt: null,
      revokedReason: null,
    };
    const { id, digest } = mintCredential("authorization_code", clock, random);
    tables.grants.insert(grant, id);
    tables.codes.insert({
      id,
      digest,
      grantId: grant.id,
      clientId: client.clientId,
      redirectUri: redirectUriOf(client),
      redirectUriRequested: true,
      codeChallenge: isCodeChallenge(CHALLENGE) ? CHALLENGE : null,
      createdAt: now,
      expiresAt,
      usedAt: null,
      failedAttempts: 0,
    });
    tables.codes.use(id, now);
    return grant;
  };

  return {
    /** A person comes, and signs in on each of their devices. */
    signIn(texts: string[]): SignedIn[] {
      const account = newAccount(context);
      tables.accounts.insert(account);
      tables.consents.put({
        subject: account.subject,
        clientId: client.clientId,
        redirectUri: redirectUriOf(client),
        scope,
        resources,
        createdAt: clock.seconds(),
      });
      return Array.from({ length: DEVICES }, () => {
        const grant = authorize(account);
        return { grant, refreshToken: issue(grant, texts) };
      });
    },

    /** The app uses a refresh token, and gets its successor. */
    refresh({ grant, refreshToken }: SignedIn, texts: string[]): void {
      const current = required(tables.grants.find(grant.id), "a grant");
      const successor = issue(current, texts);
      tables.refreshTokens.use(refreshToken.id, clock.seconds(), successor);
    },

    /** The app gets a token for itself. */
    clientToken(texts: string[]): void {
      const { text, record } = mintAccessToken(context, {
        client,
        grantId: null,
        subject: client.clientId,
        scope,
        resources,
      });
      tables.accessTokens.insert(record, state.number, null);
      texts.push(text);
    },
  };
}

const redirectUriOf = (client: ClientRecord) => required(client.redirectUris[0], "a redirect URI");

/** Argon2id of nothing that anybody knows, as long as those that the server makes. */
const PASSWORD_HASH = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(43)}$${"A".repeat(43)}`;

function newAccount({ clock, random }: IssueContext): AccountRecord {
  const subject = `acc_${Buffer.from(random(16)).toString("base64url")}` as SubjectId;
  return {
    subject,
    source: "command_line",
    username: `person-${subject}`,
    name: "A Person",
    email: `${subject}@mail.bench.example`,
    administrator: false,
    passwordHash: PASSWORD_HASH,
    createdAt: clock.seconds(),
    disabledAt: null,
  };
}

function required<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Error(`The database lacks ${what}.`);
  return value;
}
