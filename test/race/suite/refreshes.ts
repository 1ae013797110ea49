import { expect, test } from "bun:test";
import { figure } from "../../support/figures.ts";
import type { Cluster } from "../support/cluster.ts";
import { ATTEMPTS, everyAttempt, type Lane, raceForEach, tally } from "../support/race.ts";
import { outcomeOf, refreshRequest, type Tokens, tokensOf } from "../support/requests.ts";
import { scaled } from "../support/scale.ts";
import { openSeed } from "../support/seed.ts";

const GENERATIONS = 4;

async function refreshAtOnce(lane: Lane, requests: readonly string[]) {
  const answers = await Promise.all(lane.atOnce(requests));
  const issued = answers.flatMap((answer) => tokensOf(answer) ?? []);
  return {
    outcomes: tally(answers.map(outcomeOf)),
    issued,
    successors: [...new Set(issued.map(({ refreshToken }) => refreshToken))],
  };
}

const accessTokensOf = (issued: readonly Tokens[]) => issued.map(({ accessToken }) => accessToken);

export function refreshRaces(cluster: () => Cluster): void {
  test("64 refreshes with one token at once all get one successor, over four generations", async () => {
    const { store, name } = cluster();
    const families = await (await openSeed(store)).tokens(scaled(40));
    await raceForEach(cluster(), families, async (first, lane) => {
      const branch = [first.refreshToken];
      for (let generation = 1; generation <= GENERATIONS; generation += 1) {
        const { outcomes, issued, successors } = await refreshAtOnce(
          lane,
          everyAttempt(refreshRequest(branch.at(-1) ?? "")),
        );
        expect(outcomes).toEqual({ "200": ATTEMPTS });
        expect(successors).toHaveLength(1);
        branch.push(...successors);
        // Whoever was answered can work with what they got.
        const [one = ""] = accessTokensOf(issued);
        expect(await lane.alive([one])).toEqual([one]);
      }
      expect(new Set(branch).size).toBe(GENERATIONS + 1);
      expect(await lane.alive(branch)).toEqual(branch.slice(-1));
    });
    const refreshes = families.length * GENERATIONS * ATTEMPTS;
    figure(
      `${name}: ${families.length} families, ${GENERATIONS} generations, ${refreshes} refreshes, one live branch in each`,
    );
  }, 600_000);

  test("while a refresh token and its successor are used at once there is never a second live branch", async () => {
    const { store, name } = cluster();
    const families = await (await openSeed(store)).tokens(scaled(40));
    let survivors = 0;
    await raceForEach(cluster(), families, async (first, lane) => {
      const {
        successors: [second = ""],
      } = await refreshAtOnce(lane, [refreshRequest(first.refreshToken)]);
      // Mostly the predecessor: with a use of it after one of the successor the grant ends, as it must.
      const mixed = everyAttempt("").map((_, index) =>
        refreshRequest(index % 16 === 15 ? second : first.refreshToken),
      );
      const { successors } = await refreshAtOnce(lane, mixed);
      const alive = await lane.alive([...new Set([first.refreshToken, second, ...successors])]);
      expect(alive.length).toBeLessThanOrEqual(1);
      survivors += alive.length;
    });
    figure(
      `${name}: ${families.length} families, ${families.length * ATTEMPTS} uses of a token and its successor, ${survivors} with one live branch, the others with none`,
    );
  }, 600_000);
}

export function strictRefreshRaces(cluster: () => Cluster): void {
  test("without a retry window one of 64 refreshes at once is issued, and the others end the grant", async () => {
    const { store, name } = cluster();
    const families = await (await openSeed(store)).tokens(scaled(100));
    let winners = 0;
    await raceForEach(cluster(), families, async (first, lane) => {
      const { outcomes, issued, successors } = await refreshAtOnce(
        lane,
        everyAttempt(refreshRequest(first.refreshToken)),
      );
      expect(outcomes).toEqual({ "200": 1, "400 invalid_grant": ATTEMPTS - 1 });
      winners += issued.length;
      const all = [first.accessToken, first.refreshToken, ...accessTokensOf(issued), ...successors];
      expect(await lane.alive(all)).toEqual([]);
    });
    figure(
      `${name}: ${families.length} families without retries, ${families.length * ATTEMPTS} refreshes, ${winners} winners, none alive`,
    );
  }, 600_000);
}
