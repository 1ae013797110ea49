/** Requests that are sent again with an Idempotency-Key. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { onceByKey } from "../../src/operations/management/idempotency.ts";
import { PERMISSIONS } from "../../src/rules/role.ts";
import { idempotentAnswers } from "../../src/store/tables/once.ts";
import { type Json, jsonOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { ask, askFor, startManagedServer, tokenOfProgram } from "./support.ts";

let server: TestServer;
let token: string;
let other: string;

beforeAll(async () => {
  server = await startManagedServer();
  token = await tokenOfProgram(server, "tessera.admin");
  const { client_secret } = await askFor(server, token, "/clients", {
    method: "POST",
    body: { client_id: "other", scope: "tessera.admin", grant_types: ["client_credentials"] },
  });
  const issued = await server.post("/auth/token", {
    grant_type: "client_credentials",
    client_id: "other",
    client_secret: String(client_secret),
    scope: "tessera.admin",
  });
  other = String((await jsonOf(issued)).access_token);
});
afterAll(() => server.close());

const post = (path: string, key: string, body: unknown, by = token): Promise<Response> =>
  ask(server, by, path, {
    method: "POST",
    headers: { "Idempotency-Key": key },
    ...(body !== undefined && { body }),
  });

const clientsNamed = async (name: string): Promise<number> =>
  ((await askFor(server, token, `/search?q=${name}`)) as { clients: Json[] }).clients.length;

describe("a request with a key", () => {
  test("that is sent again gets the first answer with the secret, and nothing happens twice", async () => {
    const body = { client_name: "Sent twice" };
    const first = await post("/clients", "twice", body);
    const again = await post("/clients", "twice", body);
    expect([first.status, again.status]).toEqual([201, 201]);
    const answer = await jsonOf(first);
    expect(answer.client_secret).toBeString();
    expect(await jsonOf(again)).toEqual(answer);
    expect(await clientsNamed("Sent+twice")).toBe(1);
  });

  test("gets the same answer again without a body: a secret", async () => {
    await askFor(server, token, "/clients", { method: "POST", body: { client_id: "rolled" } });
    const first = await jsonOf(await post("/clients/rolled/secrets", "roll", undefined));
    expect(await jsonOf(await post("/clients/rolled/secrets", "roll", undefined))).toEqual(first);
    expect((await askFor(server, token, "/clients/rolled/secrets")).items).toHaveLength(2);
  });

  test("is 422 for another body, another path and other parameters", async () => {
    await post("/clients", "reused", { client_name: "One" });
    for (const response of [
      await post("/clients", "reused", { client_name: "Another" }),
      await post("/groups", "reused", { name: "another" }),
      await post("/clients/rolled/secrets", "reused", undefined),
    ])
      expect(response.status).toBe(422);
    await post("/clients/rolled/disable", "per-client", undefined);
    expect((await post("/clients/web/disable", "per-client", undefined)).status).toBe(422);
  });

  test("of another caller is another key", async () => {
    const mine = await jsonOf(await post("/clients", "shared", { client_name: "Mine" }));
    const theirs = await jsonOf(await post("/clients", "shared", { client_name: "Mine" }, other));
    expect(theirs.client_id).not.toBe(mine.client_id);
  });

  test(proves("gives its answer to no token that allows less than the first one", "threat 90"), async () => {
    const body = { client_name: "For the first token" };
    const clients = await tokenOfProgram(server, "tessera.clients");
    expect((await post("/clients", "narrower", body, clients)).status).toBe(201);
    const reading = await tokenOfProgram(server, "tessera.read");
    expect((await post("/clients", "narrower", body, reading)).status).toBe(422);
    expect((await post("/clients", "narrower", body, clients)).status).toBe(201);
  });

  test("sent many times at once happens once", async () => {
    const body = { client_name: "Sent at once" };
    const all = await Promise.all(Array.from({ length: 8 }, () => post("/clients", "at-once", body)));
    const statuses = all.map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
    expect(await clientsNamed("Sent+at+once")).toBe(1);
    expect((await post("/clients", "at-once", body)).status).toBe(201);
  });

  test("is free again after a refusal", async () => {
    expect((await post("/clients", "refused", { client_id: "acc_1" })).status).toBe(400);
    expect((await post("/clients", "refused", { client_id: "fine" })).status).toBe(201);
  });

  test("whose process ended in between is 409, until the day is over", async () => {
    // The request as the API would have named it.
    const ended = onceByKey(
      server.context,
      { kind: "client", id: "service" },
      "killed",
      ["POST", "/groups", "{}", '{"name":"half"}', JSON.stringify([[...PERMISSIONS].sort(), []])],
      () => Promise.reject(new Error("killed")),
    );
    await expect(ended).rejects.toThrow("killed");
    const request = () => post("/groups", "killed", { name: "half" });
    expect((await request()).status).toBe(409);
    expect((await ask(server, token, "/groups/half")).status).toBe(404);
  });

  test("is forgotten after a day", async () => {
    const own = await startManagedServer();
    const tokenThen = await tokenOfProgram(own, "tessera.admin");
    const request = (by: string) =>
      ask(own, by, "/clients", {
        method: "POST",
        body: { client_name: "Again" },
        headers: { "Idempotency-Key": "daily" },
      });
    const first = await jsonOf(await request(tokenThen));
    own.clock.advance(86_401);
    const second = await jsonOf(await request(await tokenOfProgram(own, "tessera.admin")));
    expect(second.client_id).not.toBe(first.client_id);
    await own.close();
  });

  test.each(["", "a b", "\u00fc", "x".repeat(256)])("that is no key is refused: %p", async (key) => {
    const response = await post("/groups", key, { name: "never" });
    expect(response.status).toBe(400);
    expect((await ask(server, token, "/groups/never")).status).toBe(404);
  });

  test("keeps no secret in the clear", async () => {
    const { client_secret } = await jsonOf(await post("/clients", "sealed", { client_name: "Sealed" }));
    const rows = await server.context.store.list(idempotentAnswers, {
      limit: 500,
    });
    const kept = rows.map(({ sealedBody }) => Buffer.from(sealedBody ?? []).toString("latin1")).join();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept).not.toContain(String(client_secret));
  });
});

test("a PUT, PATCH or DELETE needs no key, and a key changes nothing", async () => {
  const ada = await server.addPerson("ada");
  for (const name of ["One", "Two"]) {
    const changed = await askFor(server, token, `/people/${ada.subject}`, {
      method: "PATCH",
      body: { name },
      headers: { "Idempotency-Key": "patching" },
    });
    expect(changed.name).toBe(name);
  }
});
