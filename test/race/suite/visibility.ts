import { expect, test } from "bun:test";
import { systemClock } from "../../../src/platform/clock.ts";
import { figure } from "../../support/figures.ts";
import { proves } from "../../support/proves.ts";
import { scaled } from "../../support/scale.ts";
import { type Cluster, PROCESSES } from "../support/cluster.ts";
import { HttpConnection } from "../support/http.ts";
import { type Lane, raceForEach, tally } from "../support/race.ts";
import {
  clientCredentialsRequest,
  introspectOwnRequest,
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
      /** The kernel may give the connection to any process that listens on the port. */
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
          // A process that remembered this answer would give it again.
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
      /** Introspects a new token until it has expired. Returns the number of answers that showed it alive. */
      const watch = async (seconds: number, lane: Lane): Promise<number> => {
        const expiresAt = systemClock.seconds() + seconds;
        const [{ accessToken } = { accessToken: "" }] = await seed.tokens(1, expiresAt);
        for (let seen = 0; ; ) {
          const before = systemClock.seconds();
          const answers = await lane.everywhere(introspectRequest(accessToken));
          const told = tally(answers.map(({ body }) => `${JSON.parse(body).active}`));
          if (systemClock.seconds() < expiresAt) {
            expect(told).toEqual({ true: PROCESSES });
            seen += PROCESSES;
          } else if (before >= expiresAt) {
            expect(told).toEqual({ false: PROCESSES });
            counts.dead += PROCESSES;
            return seen;
          }
        }
      };
      await raceForEach(cluster(), [2, 3], async (seconds, lane) => {
        // On a busy machine a token may expire before the first look; then the next one lives longer.
        for (let life = seconds, seen = 0; seen === 0; life *= 2) {
          seen = await watch(life, lane);
          counts.alive += seen;
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

  test(
    proves(
      "the secret of a client that was removed opens nothing of another that gets its identifier, however busy it was",
      "threat 15",
    ),
    async () => {
      const { store, name } = cluster();
      const seed = await openSeed(store);
      const rounds = Array.from({ length: scaled(20) }, (_, round) => round);
      let served = 0;
      await raceForEach(cluster(), rounds, async (_, lane) => {
        const { clientId, secret } = await seed.service();
        const request = clientCredentialsRequest(clientId, secret);
        // From now on every process remembers the client.
        expect(tally((await lane.everywhere(request)).map(outcomeOf))).toEqual({ "200": PROCESSES });
        const sent = lane.atOnce(Array<string>(32).fill(request));
        await Promise.race(sent);
        expect(await store.removeClient(clientId, systemClock.seconds())).toBe(true);
        const { secret: another } = await seed.service(clientId);
        for (const asked of [introspectOwnRequest(clientId, secret, "no token"), request]) {
          const after = await lane.everywhereMeanwhile(asked);
          expect(tally(after.map(outcomeOf))).toEqual({ "401 invalid_client": PROCESSES });
        }

        const before = (await Promise.all(sent)).filter(({ status }) => status === 200);
        served += before.length;
        for (const { body } of before) {
          const asked = introspectOwnRequest(clientId, another, JSON.parse(body).access_token);
          const { status, body: told } = await lane.send(asked);
          expect({ status, told }).toEqual({ status: 200, told: '{"active":false}' });
        }
        const fresh = await lane.everywhere(clientCredentialsRequest(clientId, another));
        expect(tally(fresh.map(outcomeOf))).toEqual({ "200": PROCESSES });
        expect(tally((await lane.everywhere(request)).map(outcomeOf))).toEqual({
          "401 invalid_client": PROCESSES,
        });
      });
      figure(
        `${name}: ${rounds.length} clients replaced while in use, ${served} tokens issued before, none alive after`,
      );
    },
  );
}
