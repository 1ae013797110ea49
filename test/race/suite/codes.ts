import { expect, test } from "bun:test";
import { ASKING_LIMITS } from "../../../src/rules/backchannel-request.ts";
import { figure } from "../../support/figures.ts";
import { proves } from "../../support/proves.ts";
import { scaled } from "../../support/scale.ts";
import type { Cluster } from "../support/cluster.ts";
import { ATTEMPTS, everyAttempt, raceForEach, tally } from "../support/race.ts";
import {
  askRequest,
  outcomeOf,
  pollAnswerRequest,
  pollRequest,
  redeemRequest,
  tokensOf,
} from "../support/requests.ts";
import { openSeed } from "../support/seed.ts";

const ONE_WINNER = { "200": 1, "400 invalid_grant": ATTEMPTS - 1 };

export function codeRaces(cluster: () => Cluster): void {
  test(
    proves(
      "of 64 redemptions of a code at once one is issued, and what it got dies with the replays",
      "threat 9",
    ),
    async () => {
      const { store, name } = cluster();
      const codes = await (await openSeed(store)).codes(scaled(1000));
      let winners = 0;
      await raceForEach(cluster(), codes, async (code, lane) => {
        const answers = await Promise.all(lane.atOnce(everyAttempt(redeemRequest(code))));
        expect(tally(answers.map(outcomeOf))).toEqual(ONE_WINNER);
        const issued = answers.flatMap((answer) => tokensOf(answer) ?? []);
        winners += issued.length;
        const tokens = issued.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]);
        expect(await lane.alive(tokens)).toEqual([]);
      });
      expect(winners).toBe(codes.length);
      figure(
        `${name}: ${codes.length} codes, ${codes.length * ATTEMPTS} redemptions, ${winners} winners, none outlives its replays`,
      );
    },
  );

  test(
    proves("of 64 polls with a device code at once one is issued, and what it got lives", "threat 27"),
    async () => {
      const { store, name } = cluster();
      const devices = await (await openSeed(store)).approvedDevices(scaled(1000));
      let winners = 0;
      await raceForEach(cluster(), devices, async (deviceCode, lane) => {
        const answers = await Promise.all(lane.atOnce(everyAttempt(pollRequest(deviceCode))));
        expect(tally(answers.map(outcomeOf))).toEqual(ONE_WINNER);
        const issued = answers.flatMap((answer) => tokensOf(answer)?.accessToken ?? []);
        winners += issued.length;
        // Frequent polling is no attack: the grant stays.
        expect(await lane.alive(issued)).toEqual(issued);
      });
      expect(winners).toBe(devices.length);
      figure(
        `${name}: ${devices.length} device codes, ${devices.length * ATTEMPTS} polls, ${winners} winners`,
      );
    },
  );

  test(
    proves("of 64 polls with an auth_req_id at once one is issued, and what it got lives", "threat 27"),
    async () => {
      const { store, name } = cluster();
      const requests = await (await openSeed(store)).approvedRequests(scaled(300));
      let winners = 0;
      await raceForEach(cluster(), requests, async (authReqId, lane) => {
        const answers = await Promise.all(lane.atOnce(everyAttempt(pollAnswerRequest(authReqId))));
        expect(tally(answers.map(outcomeOf))).toEqual(ONE_WINNER);
        const issued = answers.flatMap((answer) => tokensOf(answer)?.accessToken ?? []);
        winners += issued.length;
        expect(await lane.alive(issued)).toEqual(issued);
      });
      expect(winners).toBe(requests.length);
      figure(
        `${name}: ${requests.length} approved requests, ${requests.length * ATTEMPTS} polls, ${winners} winners`,
      );
    },
  );

  test(
    proves(
      "of 64 requests to a person at once, at all processes, no more are open than one may have",
      "threat 33",
    ),
    async () => {
      const { store } = cluster();
      const people = await (await openSeed(store)).people(scaled(20));
      await raceForEach(cluster(), people, async ({ account: { username } }, lane) => {
        const answers = await Promise.all(lane.atOnce(everyAttempt(askRequest(username))));
        expect(tally(answers.map(outcomeOf))).toEqual({
          "200": ASKING_LIMITS.openOfClient,
          "429 access_denied": ATTEMPTS - ASKING_LIMITS.openOfClient,
        });
      });
    },
  );
}
