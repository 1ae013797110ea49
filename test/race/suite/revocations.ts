import { expect, test } from "bun:test";
import { figure } from "../../support/figures.ts";
import { proves } from "../../support/proves.ts";
import { scaled } from "../../support/scale.ts";
import { type Cluster, PROCESSES } from "../support/cluster.ts";
import { ATTEMPTS, raceForEach, tally } from "../support/race.ts";
import {
  formOn,
  formRequest,
  outcomeOf,
  pageRequest,
  redeemRequest,
  refreshRequest,
  revokeRequest,
  tokensOf,
} from "../support/requests.ts";
import { openSeed } from "../support/seed.ts";

export function revocationRaces(cluster: () => Cluster): void {
  test(
    proves(
      "once a revocation is acknowledged nothing of the grant is alive, however many refreshes are under way",
      "threat 15",
    ),
    async () => {
      const { store, name } = cluster();
      const families = await (await openSeed(store)).tokens(scaled(60));
      let refreshed = 0;
      await raceForEach(cluster(), families, async ({ accessToken, refreshToken }, lane) => {
        // A process that remembered this answer would give it again.
        expect(await lane.alive([accessToken])).toEqual([accessToken]);
        // One revocation to each process.
        const isRevocation = (index: number) => index % 15 === 7;
        const sent = lane.atOnce(
          Array.from({ length: ATTEMPTS }, (_, index) =>
            isRevocation(index) ? revokeRequest(refreshToken) : refreshRequest(refreshToken),
          ),
        );
        const acknowledged = await Promise.race(sent.filter((_, index) => isRevocation(index)));
        expect(acknowledged.status).toBe(200);
        expect(await lane.aliveMeanwhile([accessToken, refreshToken])).toEqual([]);

        const answers = await Promise.all(sent);
        const refreshes = answers.filter((_, index) => !isRevocation(index));
        const issued = refreshes.flatMap((answer) => tokensOf(answer) ?? []);
        refreshed += issued.length;
        const tokens = new Set(issued.flatMap((each) => [each.accessToken, each.refreshToken]));
        expect(await lane.alive([accessToken, refreshToken, ...tokens])).toEqual([]);
      });
      const revocations = families.length * PROCESSES;
      figure(
        `${name}: ${families.length} grants, ${revocations} revocations among ${families.length * ATTEMPTS - revocations} refreshes, ${refreshed} of them served before, nothing alive after`,
      );
    },
  );

  test(
    proves(
      "once a person has taken access back nothing of it is alive, even if its code is being redeemed",
      "threat 15",
    ),
    async () => {
      const { store, name } = cluster();
      const seed = await openSeed(store);
      const people = await seed.people(scaled(100));
      let redeemed = 0;
      await raceForEach(cluster(), people, async ({ account, cookie }, lane) => {
        const [code = ""] = await seed.codes(1, account);
        const page = await lane.send(pageRequest("/account", cookie));
        const { action, fields } = await formOn(page, "/account", "remove");
        const takeBack = formRequest(action, cookie, fields);
        // The redemption is at any place among them, so that it sometimes comes first.
        const requests = [takeBack, takeBack, takeBack].toSpliced(
          Math.floor(Math.random() * 4),
          0,
          redeemRequest(code),
        );
        const answers = await Promise.all(lane.atOnce(requests));
        expect(tally(answers.map(({ status }) => `${status}`))["303"]).toBe(3);
        const issued = answers.flatMap((answer) => tokensOf(answer) ?? []);
        redeemed += issued.length;
        expect(await lane.alive(issued.flatMap((each) => [each.accessToken, each.refreshToken]))).toEqual([]);
        const late = await lane.everywhere(redeemRequest(code));
        expect(tally(late.map(outcomeOf))).toEqual({ "400 invalid_grant": PROCESSES });
      });
      figure(
        `${name}: ${people.length} codes redeemed while the access was taken back, ${redeemed} of them served before, nothing alive after`,
      );
    },
  );
}
