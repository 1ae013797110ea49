/** RFC 7009: the tests that do not belong in test/endpoints/revocation.test.ts. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { expectRefusal, isActive, jsonOf, postAs, textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer();
  person = await server.addPerson("ada");
});
afterAll(() => server.close());

const revoke = (token: string, token_type_hint?: string) =>
  postAs(server, "web", "/auth/revoke", { token, token_type_hint });

describe("a host that can be reached over http as well", () => {
  test(proves("revokes what is sent there by accident", "RFC 7009 2-6"), async () => {
    const tokens = await tokensFor(server, person);
    const response = await server.post(
      "http://auth.example/auth/revoke",
      { token: textOf(tokens, "refresh_token") },
      basic("web", SECRET),
    );
    expect(response.status).toBe(200);
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(false);
  });

  test(proves("publishes the https URL only", "RFC 7009 2-7"), async () => {
    for (const name of ["oauth-authorization-server", "openid-configuration"]) {
      const metadata = await jsonOf(await server.fetch(`http://auth.example/.well-known/${name}`));
      expect(metadata.revocation_endpoint).toBe("https://auth.example/auth/revoke");
    }
  });
});

describe("a flood of revocations", () => {
  /** The store calls of a revocation, in order: the rows of each look, and the commit. */
  async function callsOf(token: string, hint?: string): Promise<string[]> {
    const { store } = server.context;
    const { look, commit } = store;
    const called: string[] = [];
    store.look = (plan, parameters) => {
      called.push(`look ${Object.keys(plan).join(" ")}`);
      return look(plan, parameters);
    };
    store.commit = (changes) => {
      called.push("commit");
      return commit(changes);
    };
    try {
      expect((await revoke(token, hint)).status).toBe(200);
    } finally {
      Object.assign(store, { look, commit });
    }
    return called;
  }

  test.each(["access_token", "refresh_token", "nonsense", "x".repeat(1000)])(
    proves("with the hint %j costs no more than one without", "RFC 7009 5-2"),
    async (hint) => {
      // From now on the server remembers the client.
      await revoke("unknown");
      const looks = {
        [`tat_${"A".repeat(64)}`]: "look token grant client caller",
        [`trt_${"A".repeat(64)}`]: "look token grant client caller",
        unknown: "look caller",
      };
      for (const [token, expected] of Object.entries(looks)) {
        expect(await callsOf(token)).toEqual([expected]);
        expect(await callsOf(token, hint)).toEqual([expected]);
      }
    },
  );

  test(
    proves("is answered as far as there is room, and the rest are told when to come back", "RFC 7009 5-1"),
    async () => {
      const token = textOf(await tokensFor(server, person), "refresh_token");
      // More than may wait before the throughput is known: commits that end access have twice the room of other writes.
      const flood = await Promise.all(Array.from({ length: 4500 }, () => revoke(token)));
      const refused = flood.filter(({ status }) => status === 503);
      expect(flood.filter(({ status }) => status === 200).length + refused.length).toBe(4500);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(4500);
      for (const response of refused) {
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        await expectRefusal(response, 503, "temporarily_unavailable");
      }
      expect((await revoke(token)).status).toBe(200);
    },
  );
});
