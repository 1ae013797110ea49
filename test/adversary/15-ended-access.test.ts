/**
 * Threat classes 15 and 19: a person, client or grant that ends between two steps of any flow gets no further, and its
 * tokens are dead at every endpoint from the next request on. Each table runs on both engines.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import type { OpenedStore } from "../store/suite.ts";
import { ASKING_CLIENTS } from "../support/backchannel.ts";
import { codeFor, expectTokens, postAs, redeemCode, refresh, textOf } from "../support/flows.ts";
import { PASSWORD } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { ENDINGS, ENDINGS_BY_USE, type Issued, type Scene } from "./endings.ts";
import { clientOf, outcomeOf, STEPS } from "./steps.ts";

const MANY = 1_000_000;
/** A credential that opens access. */
const CREDENTIAL = /t(?:at|rt|ac)_[A-Za-z0-9\-_]{64}/;

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe("on SQLite", () => endedAccess(openTemporary));
describe("on PostgreSQL", () => endedAccess(() => postgres.openStore()));

function endedAccess(open: () => Promise<OpenedStore>): void {
  let server: TestServer;
  let clients: readonly ClientRecord[];
  let passwordHash: string;
  beforeAll(async () => {
    const limits = { device_requests_per_address: MANY, unknown_people_per_client: MANY };
    server = await startTestServer({ limits, clients: ASKING_CLIENTS }, { opened: await open() });
    server.clock.freeze();
    clients = await server.context.store.listClients();
    passwordHash = await server.context.passwords.hash(PASSWORD);
  });
  afterAll(() => server.close());

  let people = 0;
  let person: AccountRecord;
  let cookie: string;
  beforeEach(async () => {
    people += 1;
    person = await server.addPerson(`person ${people}`, { passwordHash });
    cookie = await server.signIn(person);
  });
  const sceneAt = (clientId: ClientId): Scene => ({ server, person, cookie, clientId });

  const steps = Object.entries(STEPS);
  test.each(steps)("without an ending, between %s there is nothing", async (_, step) => {
    const send = await step.prepare(sceneAt(clientOf(step)));
    expect(await outcomeOf(await send())).toBe(step.outcomes.nothing);
  });

  describe.each(Object.entries(ENDINGS))("%s", (_, ending) => {
    afterEach(async () => {
      if (ending.of !== "client") return;
      for (const client of clients) await server.context.store.putClient(client);
    });
    test.each(steps)(proves("between %s", "threat 15", "threat 19", "threat 78"), async (_, step) => {
      const scene = sceneAt(clientOf(step));
      const send = await step.prepare(scene);
      await ending.end(scene);
      const response = await send();
      const told = JSON.stringify([...response.headers]) + (await response.clone().text());
      const { outcomes } = step;
      const expected = outcomes[ending.of] ?? outcomes.grant;
      expect(expected.split(" or ")).toContain(await outcomeOf(response));
      if (expected !== step.outcomes.nothing) expect(told).not.toMatch(CREDENTIAL);
      // Nor at the second attempt.
      if (expected !== step.outcomes.nothing && !expected.endsWith("question")) {
        expect(expected.split(" or ")).toContain(await outcomeOf(await send()));
      }
    });
  });

  const issue = async (): Promise<Issued> => {
    const code = await codeFor(server, person, { scope: "mail.read profile" });
    return { code, tokens: await expectTokens(await redeemCode(server, code)) };
  };
  /** The answers of each endpoint to the tokens. */
  const looks = async ({ tokens }: Issued): Promise<string[]> => {
    const accessToken = textOf(tokens, "access_token");
    const Authorization = `Bearer ${accessToken}`;
    const answers = [
      await postAs(server, "mail-server", "/auth/introspect", { token: accessToken }),
      await postAs(server, "web", "/auth/introspect", { token: accessToken }),
      await server.fetch("/auth/userinfo", { headers: { Authorization } }),
      await postAs(server, "web", "/auth/introspect", { token: textOf(tokens, "refresh_token") }),
    ];
    return Promise.all(answers.map(outcomeOf));
  };
  const ALIVE = ["200 active", "200 active", "200 person", "200 active"];
  const DEAD = ["200 inactive", "200 inactive", "401 invalid_token", "200 inactive"];

  test.each(Object.entries(ENDINGS_BY_USE))(
    proves("once %s, all that was issued is dead at every door", "threat 15"),
    async (_, end) => {
      const issued = await issue();
      // A server that remembered this answer would give it again.
      expect(await looks(issued)).toEqual(ALIVE);
      await end(sceneAt("web" as ClientId), issued);
      expect(await looks(issued)).toEqual(DEAD);
      expect(await outcomeOf(await refresh(server, textOf(issued.tokens, "refresh_token")))).toBe(
        "400 invalid_grant",
      );
    },
  );

  test(
    proves(
      "an access token that its client gave back is dead by itself; the refresh token lives",
      "threat 15",
    ),
    async () => {
      const issued = await issue();
      expect(await looks(issued)).toEqual(ALIVE);
      await postAs(server, "web", "/auth/revoke", { token: textOf(issued.tokens, "access_token") });
      expect(await looks(issued)).toEqual([...DEAD.slice(0, 3), "200 active"]);
      expect((await refresh(server, textOf(issued.tokens, "refresh_token"))).status).toBe(200);
    },
  );

  test(
    proves("a person who is let in again begins anew: no session or token of before comes back", "threat 19"),
    async () => {
      const issued = await issue();
      const { store, clock } = server.context;
      await store.disableAccount(person.subject, clock.seconds());
      await store.enableAccount(person.subject);
      expect(await looks(issued)).toEqual(DEAD);
      expect((await server.fetch("/account", { headers: { Cookie: cookie } })).status).toBe(303);
      expect(
        (await server.fetch("/account", { headers: { Cookie: await server.signIn(person) } })).status,
      ).toBe(200);
    },
  );
}
