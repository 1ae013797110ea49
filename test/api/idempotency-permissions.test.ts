/** The answer that an Idempotency-Key keeps is for those who may ask for it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { changeAccount } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { ask, askFor, startManagedServer, tokenOf } from "./support.ts";

let server: TestServer;
let boss: AccountRecord;
let strong: string;
beforeAll(async () => {
  server = await startManagedServer();
  boss = await server.addPerson("boss", { administrator: true, passwordHash: "x" });
  strong = await tokenOf(server, boss, "tessera.admin");
  const body = { client_id: "app", token_endpoint_auth_method: "client_secret_basic" };
  await askFor(server, strong, "/clients", { method: "POST", body });
});
afterAll(() => server.close());

const PATH = "/clients/app/secrets";
const repeated = { method: "POST", headers: { "Idempotency-Key": "1" } };

test(
  proves("a weaker token of the same person gets no answer with a secret again", "threat 90"),
  async () => {
    const first = await askFor(server, strong, PATH, repeated);
    expect(await askFor(server, strong, PATH, repeated)).toEqual(first);
    const weak = await tokenOf(server, boss, "tessera.read");
    expect((await ask(server, weak, PATH, repeated)).status).toBe(403);
  },
);

test(proves("a person without their role gets no answer of before again", "threat 90"), async () => {
  await askFor(server, strong, PATH, repeated);
  const changes = { administrator: false };
  await changeAccount(server.context, SERVER_ACT, boss.subject, changes, server.clock.seconds());
  expect((await ask(server, strong, PATH, repeated)).status).toBe(403);
});
