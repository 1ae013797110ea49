import { expect, test } from "bun:test";
import { figure } from "../../support/figures.ts";
import { proves } from "../../support/proves.ts";
import { scaled } from "../../support/scale.ts";
import type { Cluster } from "../support/cluster.ts";
import { ATTEMPTS, everyAttempt, type Lane, raceForEach, tally } from "../support/race.ts";
import { outcomeOf, refreshRequest, type Tokens, tokensOf } from "../support/requests.ts";
import { openSeed } from "../support/seed.ts";

const GENERATIONS = 4;

/** The uses of a token during the use of its successor. */
const PREDECESSORS = [1, 3, 14, 62];

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
  test(
    proves("64 refreshes with one token at once all get one successor, over four generations", "threat 10"),
    async () => {
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
          // All clients get the same answer, and can use its tokens.
          const accessTokens = [...new Set(accessTokensOf(issued))];
          expect(accessTokens).toHaveLength(1);
          expect(await lane.alive(accessTokens)).toEqual(accessTokens);
        }
        expect(new Set(branch).size).toBe(GENERATIONS + 1);
        expect(await lane.alive(branch)).toEqual(branch.slice(-1));
      });
      const refreshes = families.length * GENERATIONS * ATTEMPTS;
      figure(
        `${name}: ${families.length} families, ${GENERATIONS} generations, ${refreshes} refreshes, one live branch in each`,
      );
    },
  );

  test(
    proves(
      "while a refresh token and its successor are used at once there is never a second live branch",
      "threat 10",
    ),
    async () => {
      const { store, name } = cluster();
      const families = await (await openSeed(store)).tokens(scaled(40));
      let survivors = 0;
      let uses = 0;
      await raceForEach(cluster(), [...families.entries()], async ([index, first], lane) => {
        const {
          successors: [second = ""],
        } = await refreshAtOnce(lane, [refreshRequest(first.refreshToken)]);
        // A use of the predecessor after one of the successor must end the grant. The fewer, the more grants survive.
        const predecessors = PREDECESSORS[index % PREDECESSORS.length] ?? 0;
        const mixed = [...Array<string>(predecessors).fill(first.refreshToken), second, second].map(
          refreshRequest,
        );
        uses += mixed.length;
        const { successors } = await refreshAtOnce(lane, mixed);
        const alive = await lane.alive([...new Set([first.refreshToken, second, ...successors])]);
        expect(alive.length).toBeLessThanOrEqual(1);
        survivors += alive.length;
      });
      figure(
        `${name}: ${families.length} families, ${uses} uses of a token and its successor, ${survivors} with one live branch, the others with none`,
      );
    },
  );
}

export function strictRefreshRaces(cluster: () => Cluster): void {
  test(
    proves(
      "without a retry window one of 64 refreshes at once is issued, and the others end the grant",
      "threat 10",
    ),
    async () => {
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
    },
  );
}
