import { expect, test } from "bun:test";
import { systemClock } from "../../../src/platform/clock.ts";
import { figure } from "../../support/figures.ts";
import { proves } from "../../support/proves.ts";
import { scaled } from "../../support/scale.ts";
import { type Cluster, PROCESSES } from "../support/cluster.ts";
import { HttpConnection } from "../support/http.ts";
import { raceForEach, tally } from "../support/race.ts";
import {
  clientCredentialsRequest,
  introspectRequest,
  outcomeOf,
  revokeRequest,
} from "../support/requests.ts";
import { openSeed } from "../support/seed.ts";

const CALLERS = 16;

export function visibilityChecks(cluster: () => Cluster): void {
  test(
    proves(
      "what one process acknowledged no other denies, even to who comes over a new connection",
      "threat 15",
    ),
    async () => {
      const { store, name, ports } = cluster();
      const tokens = await (await openSeed(store)).tokens(scaled(400));
      /** The kernel may hand the connection to any process that listens on the port. */
      const sendAnew = async (port: number, request: string) => {
        const connection = await HttpConnection.open(port);
        const answer = await connection.send(request);
        connection.close();
        return answer;
      };
      const askAll = async (token: string) =>
        tally(
          (await Promise.all(ports.map((port) => sendAnew(port, introspectRequest(token))))).map(
            ({ body }) => `${JSON.parse(body).active}`,
          ),
        );
      const queue = tokens.values();
      const call = async (at: number) => {
        for (const { accessToken } of queue) {
          // Whoever remembered this answer would give it again.
          expect(await askAll(accessToken)).toEqual({ true: PROCESSES });
          expect((await sendAnew(ports[at % PROCESSES] ?? 0, revokeRequest(accessToken))).status).toBe(200);
          expect(await askAll(accessToken)).toEqual({ false: PROCESSES });
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, (_, at) => call(at)));
      figure(`${name}: ${tokens.length} revocations, each seen at once over ${PROCESSES} new connections`);
    },
  );

  test(
    proves(
      "a token dies on every process in the second in which it expires, however often they were asked before",
      "threat 53",
    ),
    async () => {
      const { store, name } = cluster();
      const seed = await openSeed(store);
      const counts = { alive: 0, dead: 0 };
      await raceForEach(cluster(), [2, 3], async (seconds, lane) => {
        const expiresAt = systemClock.seconds() + seconds;
        const [{ accessToken } = { accessToken: "" }] = await seed.tokens(1, expiresAt);
        for (;;) {
          const before = systemClock.seconds();
          const told = tally(
            (await lane.everywhere(introspectRequest(accessToken))).map(
              ({ body }) => `${JSON.parse(body).active}`,
            ),
          );
          if (systemClock.seconds() < expiresAt) {
            expect(told).toEqual({ true: PROCESSES });
            counts.alive += PROCESSES;
          } else if (before >= expiresAt) {
            expect(told).toEqual({ false: PROCESSES });
            counts.dead += PROCESSES;
            return;
          }
        }
      });
      expect(Math.min(counts.alive, counts.dead)).toBeGreaterThan(0);
      figure(`${name}: ${counts.alive} looks at tokens until they expired, ${counts.dead} after`);
    },
  );

  test("a secret that was taken from a client opens nothing on any process, however busy the client is", async () => {
    const { store, name } = cluster();
    const seed = await openSeed(store);
    const rounds = Array.from({ length: scaled(20) }, (_, round) => round);
    let served = 0;
    await raceForEach(cluster(), rounds, async (_, lane) => {
      const { clientId, secretId, secret } = await seed.service();
      const request = clientCredentialsRequest(clientId, secret);
      const sent = lane.atOnce(Array<string>(32).fill(request));
      await Promise.race(sent);
      expect(await store.removeClientSecret(clientId, secretId)).toBe(true);
      const after = await lane.everywhereMeanwhile(request);
      expect(tally(after.map(outcomeOf))).toEqual({ "401 invalid_client": PROCESSES });
      const before = tally((await Promise.all(sent)).map(outcomeOf));
      served += before["200"] ?? 0;
    });
    figure(
      `${name}: ${rounds.length} secrets removed while in use, ${served} tokens issued before, none after`,
    );
  });
}
