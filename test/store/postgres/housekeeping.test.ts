/** The clean-up of several nodes on one database. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { StoreUnavailable } from "../../../src/store/contract.ts";
import { openPostgresStore } from "../acts.ts";

import { NOW, newClientToken, newSession, PASSWORD_HASH } from "../records.ts";
import { authorize, createParties, isActive } from "../suite/setting.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

const LATER = NOW + 1000;

let server: PostgresServer;
let url: string;
let nodes: Awaited<ReturnType<typeof openPostgresStore>>[];
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  url = await server.createDatabase();
  nodes = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  await server.stop();
});

describe("of two nodes that clean up", () => {
  /** An expired session, an expired token, and a node that is stopped while it removes the session. */
  async function cleaningUp() {
    const [first, second] = nodes;
    if (first === undefined || second === undefined) throw new Error("There are no nodes.");
    const { client, account } = await createParties(first);
    const token = newClientToken(client, { expiresAt: NOW + 1 });
    await first.issueAccessToken(token);
    const session = newSession({ subject: account.subject, expiresAt: NOW + 1 });
    await first.createSession(session, null, PASSWORD_HASH);
    await server.execute(
      `SET search_path = tessera;
       CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN OLD; END $$;
       CREATE TRIGGER pause BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION pause()`,
      url,
    );
    const pause = await server.hold(url, "SELECT pg_advisory_xact_lock(1)");
    const underWay = first.removeExpired(LATER, 0, 1000);
    await server.blocked(url, 1);
    return { underWay, second, token, pause };
  }

  test("one does, and the other finds nothing to do and does not wait", async () => {
    const { underWay, second, token, pause } = await cleaningUp();
    expect(await second.removeExpired(LATER, 0, 1000)).toBe(0);
    // The second node did not skip the token because of a lock: so far the first has not touched it.
    expect(await isActive(second, token, NOW)).toBe(true);
    await pause.release();
    expect(await underWay).toBe(2);
    expect(await isActive(second, token, NOW)).toBe(false);
  });

  test("the other goes on when the first is lost, with nothing to be released first", async () => {
    const { underWay, second, pause } = await cleaningUp();
    // The connection may end before the statement that ends it is answered.
    const lost = underWay.catch((error: unknown) => error);
    await server.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      url,
    );
    expect(await lost).toBeInstanceOf(StoreUnavailable);
    expect(String(await lost)).toContain("terminating connection");
    await pause.release();
    // The database takes a moment to end the connection.
    let removed = 0;
    for (let attempt = 0; attempt < 200 && removed === 0; attempt += 1) {
      removed = await second.removeExpired(LATER, 0, 1000);
      await Bun.sleep(10);
    }
    expect(removed).toBe(2);
  });

  test("the turn alone decides: while it is held nothing is removed, and then everything", async () => {
    const [first] = nodes;
    if (first === undefined) throw new Error("There are no nodes.");
    const parties = await createParties(first);
    await first.issueAccessToken(newClientToken(parties.client, { expiresAt: NOW + 1 }));
    await authorize(first, parties);
    const key = "hashtextextended('tessera clean-up tessera', 0)";
    const turn = await server.hold(url, `SELECT pg_advisory_xact_lock(${key})`);
    expect(await first.removeExpired(LATER, 0, 1000)).toBe(0);
    await turn.release();
    // A token, a grant and its code.
    expect(await first.removeExpired(LATER, 0, 1000)).toBe(3);
  });
});
