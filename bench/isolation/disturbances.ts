/** The work beside the measured requests. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { mintCredential } from "../../src/credentials/credential.ts";
import { findClient } from "../../src/operations/clients.ts";
import { outcomeOf } from "../../src/operations/decide.ts";
import { noEvents } from "../../src/operations/events.ts";
import { expiriesAt } from "../../src/operations/housekeeping.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { issueToClient } from "../../src/rules/client.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccessTokenRecord } from "../../src/store/tables/tokens.ts";

import { APP, PERSON } from "../contenders/clients.ts";
import { placesIn } from "../contenders/tessera.ts";
import { type Engine, PEOPLE, type Subject } from "./subject.ts";

export interface Underway {
  /** Ends it, and returns its speed. Throws if it did not happen. */
  stop(): Promise<{ readonly perSecond: number }>;
}

export interface Disturbance {
  readonly name: string;
  readonly title: string;
  /** The unit of `perSecond`. */
  readonly unit: string;
  readonly engines: readonly Engine[];
  /** Makes its data; resolves at the moment when it can begin. */
  prepare(subject: Subject, rows: number): Promise<void>;
  start(subject: Subject, rows: number): Promise<Underway>;
}

export const DISTURBANCES: readonly Disturbance[] = [
  {
    name: "sign-ins",
    title: "while people sign in as fast as passwords are checked",
    unit: "passwords/s",
    engines: ["sqlite", "postgres"],
    prepare: async () => {},
    start: startSignIns,
  },
  {
    name: "clean-up",
    title: "while expired tokens are cleaned up",
    unit: "rows/s",
    engines: ["sqlite", "postgres"],
    prepare: issueExpiring,
    start: watchCleanUp,
  },
  {
    name: "backup",
    title: "while one backup after the other is made",
    unit: "backups/s",
    engines: ["sqlite"],
    prepare: async () => {},
    start: startBackups,
  },
];

/** More than the server checks at once, so that some always wait. */
const SIGN_INS_AT_ONCE = 8;

/** Every second sign-in has a wrong password. Resolves after the first check. */
async function startSignIns({ origin }: Subject): Promise<Underway> {
  const all = [PERSON, ...PEOPLE];
  const first = Promise.withResolvers<void>();
  let stopped = false;
  let checked = 0;
  const person = async (index: number): Promise<void> => {
    const { username, password } = all[index % all.length] ?? PERSON;
    for (let attempt = index; !stopped; attempt += 1) {
      const isRight = attempt % 2 === 0;
      const status = await signIn(origin, username, isRight ? password : `not ${password}`);
      if (status === 503) continue;
      if (status !== (isRight ? 303 : 422))
        throw new Error(`A ${isRight ? "right" : "wrong"} password was answered with ${status}.`);
      checked += 1;
      first.resolve();
    }
  };
  const people = Promise.all(Array.from({ length: SIGN_INS_AT_ONCE }, (_, index) => person(index)));
  // `stop` reports a failure, unless it comes before the first check.
  people.catch(first.reject);
  await first.promise;
  checked = 0;
  const beganAt = performance.now();
  return {
    async stop() {
      const perSecond = (checked * 1000) / (performance.now() - beganAt);
      stopped = true;
      await people;
      return { perSecond };
    },
  };
}

/** Signs in with a new browser, with the form, the cookie and the token of its page. Returns the last status. */
async function signIn(origin: string, username: string, password: string): Promise<number> {
  const page = await fetch(`${origin}/login`);
  const cookie = page.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const token = /name="form_token" value="([^"]+)"/.exec(await page.text())?.[1];
  if (token === undefined) throw new Error(`There is no form on the sign-in page, which is ${page.status}.`);
  const answer = await fetch(`${origin}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
    body: new URLSearchParams({ form_token: token, username, password }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

const AT_ONCE = 64;
/** The clean-up begins within a second of the expiry: see SETTINGS in subject.ts. */
const PACE_SAMPLE = 2000;

/**
 * Issues tokens that all expire in the same second, and resolves in that second. A sample first shows how long issuing
 * takes.
 */
async function issueExpiring(subject: Subject, rows: number): Promise<void> {
  const beganAt = performance.now();
  const sample = Math.min(rows, PACE_SAMPLE);
  // The sample is gone when the others expire.
  await issueTokens(subject, sample, systemClock.seconds() + 1);
  const seconds = ((performance.now() - beganAt) / 1000 / sample) * rows * 1.3;
  const expiresAt = systemClock.seconds() + Math.ceil(seconds) + 1;
  await issueTokens(subject, rows, expiresAt);
  while (systemClock.seconds() < expiresAt) await Bun.sleep(20);
}

async function watchCleanUp({ store }: Subject, rows: number): Promise<Underway> {
  const beganAt = performance.now();
  return {
    async stop() {
      const seconds = (performance.now() - beganAt) / 1000;
      // The tokens that the server has not removed yet.
      let left = 0;
      for (let batch = -1; batch !== 0; left += batch) {
        batch = await store.expire(expiriesAt(systemClock.seconds(), 0), 5000);
      }
      if (left >= rows) throw new Error("Nothing was cleaned up meanwhile.");
      return { perSecond: (rows - left) / seconds };
    },
  };
}

async function startBackups({ folder }: Subject): Promise<Underway> {
  const { file, data } = placesIn(folder);
  const main = join(import.meta.dir, "../../src/main.ts");
  const target = join(folder, "copy.backup");
  const beganAt = performance.now();
  let stopped = false;
  let made = 0;
  const making = (async () => {
    while (!stopped) {
      const child = Bun.spawn([process.execPath, main, "backup", target, "--config", file, "--data", data], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
      });
      if ((await child.exited) !== 0)
        throw new Error(`A backup failed: ${await new Response(child.stderr).text()}`);
      rmSync(target);
      made += 1;
    }
  })();
  making.catch(() => {});
  return {
    async stop() {
      const seconds = (performance.now() - beganAt) / 1000;
      stopped = true;
      await making;
      return { perSecond: made / Math.max(seconds, (performance.now() - beganAt) / 1000) };
    },
  };
}

/** Stores access tokens of a client directly. */
export async function issueTokens({ store }: Subject, count: number, expiresAt: number): Promise<void> {
  const context = { store, events: noEvents };
  const issuedAt = systemClock.seconds();
  const find = async () => {
    const client = await findClient(context, APP.id);
    if (client === null) throw new Error("The server does not know what it was started with.");
    return client;
  };
  const client = await find();
  const issue = async (): Promise<void> => {
    const { id, digest } = mintCredential("access_token", systemClock, systemRandom);
    const token: AccessTokenRecord = {
      id,
      digest,
      grantId: null,
      client: client.number,
      scope: client.defaultScope,
      resources: [],
      confirmation: null,
      authorizationDetails: null,
      exchange: null,
      issuedAt,
      expiresAt,
    };
    const outcome = await outcomeOf(context, SERVER_ACT, async () => issueToClient(await find(), token));
    if (outcome !== "issued") throw new Error("A token was not issued.");
  };
  for (let made = 0; made < count; made += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - made) }, issue));
  }
}
