import { expect, test } from "bun:test";
import { figure } from "../../support/figures.ts";
import { scaled } from "../../support/scale.ts";
import { type Cluster, PROCESSES } from "../support/cluster.ts";
import { ATTEMPTS, everyAttempt, raceForEach, tally } from "../support/race.ts";
import { clientCredentialsRequest, outcomeOf, registerRequest } from "../support/requests.ts";

/** Fewer than requests, because each command starts a program. */
const COMMANDS = 6;

export function clientRaces(cluster: () => Cluster): void {
  test("64 registrations at once get 64 identifiers, and every process knows each as soon as it is given", async () => {
    const { name } = cluster();
    const rounds = Array.from({ length: scaled(2) }, (_, round) => round);
    const known = new Set<string>();
    await raceForEach(cluster(), rounds, async (_, lane) => {
      const answers = await Promise.all(lane.atOnce(everyAttempt(registerRequest())));
      for (const { status, body } of answers) {
        expect(status).toBe(201);
        const { client_id, client_secret } = JSON.parse(body);
        known.add(client_id);
        const tokens = await lane.everywhere(clientCredentialsRequest(client_id, client_secret));
        expect(tally(tokens.map(outcomeOf))).toEqual({ "200": PROCESSES });
      }
    });
    expect(known.size).toBe(rounds.length * ATTEMPTS);
    figure(`${name}: ${known.size} registrations, as many identifiers`);
  });

  test("a client identifier that several commands give at once is given once", async () => {
    const { name, store, command } = cluster();
    const identifiers = Array.from({ length: scaled(2) }, (_, index) => `shop-${index}`);
    for (const id of identifiers) {
      const codes = await Promise.all(
        Array.from({ length: COMMANDS }, (_, index) =>
          command("client", "add", "--id", id, "--name", `Shop ${index}`),
        ),
      );
      expect(codes.toSorted()).toEqual([0, ...Array(COMMANDS - 1).fill(1)]);
      expect((await store.listClients()).filter(({ clientId }) => clientId === id)).toHaveLength(1);
    }
    figure(
      `${name}: ${identifiers.length} identifiers, ${identifiers.length * COMMANDS} commands, one client each`,
    );
  });
}
