/** The time of a client's first use, and the cost of recording it. */
import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { clients } from "../../src/store/tables/clients.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  server.clock.freeze();
});
afterEach(() => server.close());

async function issue(): Promise<void> {
  const form = { grant_type: "client_credentials", scope: "mail.read" };
  const answer = await server.post("/auth/token", form, basic("service", SECRET));
  expect(answer.status).toBe(200);
}

test("the first token that a client gets for itself is noted, later ones leave the note as it is", async () => {
  const first = server.clock.seconds();
  await issue();
  server.clock.advance(100);
  await issue();
  expect((await server.context.store.findClient("service"))?.usedAt).toBe(first);
});

test("once it is noted, a token for a client changes nothing about the client", async () => {
  await issue();
  await issue();
  const commit = spyOn(server.context.store, "commit");
  for (let count = 0; count < 3; count += 1) await issue();
  const changed = commit.mock.calls.flatMap(([{ changes }]) =>
    changes.filter(({ act, table }) => table === clients && act === "update"),
  );
  expect(commit).toHaveBeenCalled();
  expect(changed).toEqual([]);
});
