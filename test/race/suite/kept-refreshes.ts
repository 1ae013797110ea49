/** Refresh tokens that stay (docs/decisions/0072): used by many at once, with and without an end in between. */
import { expect, test } from "bun:test";
import { systemClock } from "../../../src/platform/clock.ts";
import { figure } from "../../support/figures.ts";
import { keptUse, storeKeptTokens } from "../../support/kept-tokens.ts";
import { proves } from "../../support/proves.ts";
import { scaled } from "../../support/scale.ts";
import { basic, ISSUER } from "../../support/server.ts";
import type { Cluster } from "../support/cluster.ts";
import { ATTEMPTS, everyAttempt, raceForEach, tally } from "../support/race.ts";
import { introspectOwnRequest, outcomeOf, postAsClient, tokensOf } from "../support/requests.ts";

export function keptRefreshRaces(cluster: () => Cluster): void {
  test(
    proves(
      "64 uses at once of a refresh token that stays each get an access token, and no proof counts twice",
      "FAPI 2.0 5.3.2.1-9",
      "threat 85",
    ),
    async () => {
      const { store, name } = cluster();
      const kept = await storeKeptTokens(store, systemClock, scaled(8));
      const use = async (token: string): Promise<string> => {
        const { form, headers } = await keptUse(kept, ISSUER, token);
        return postAsClient("/auth/token", headers, form);
      };
      await raceForEach(cluster(), kept.refreshTokens, async (token, lane) => {
        const uses = await Promise.all(everyAttempt(token).map(use));
        const answers = await Promise.all(lane.atOnce(uses));
        expect(tally(answers.map(outcomeOf))).toEqual({ "200": ATTEMPTS });
        const issued = answers.flatMap((answer) => tokensOf(answer) ?? []);
        expect([...new Set(issued.map(({ refreshToken }) => refreshToken))]).toEqual([token]);
        const accessTokens = [...new Set(issued.map(({ accessToken }) => accessToken))];
        expect(accessTokens).toHaveLength(ATTEMPTS);
        expect(await lane.alive(accessTokens)).toEqual(accessTokens);

        const replays = await Promise.all(lane.atOnce(everyAttempt(await use(token))));
        expect(tally(replays.map(outcomeOf))).toEqual({
          "200": 1,
          "400 invalid_dpop_proof": ATTEMPTS - 1,
        });
      });
      figure(
        `${name}: ${kept.refreshTokens.length} refresh tokens that stay, each used ${ATTEMPTS} times at once`,
      );
    },
  );

  test(
    proves(
      "once a refresh token that stays is revoked nothing of its grant is alive, however many use it",
      "threat 15",
    ),
    async () => {
      const { store, name } = cluster();
      const kept = await storeKeptTokens(store, systemClock, scaled(8));
      const { clientId, secret } = kept;
      let served = 0;
      await raceForEach(cluster(), kept.refreshTokens, async (token, lane) => {
        const isRevocation = (index: number) => index === ATTEMPTS / 2;
        const requests = await Promise.all(
          Array.from({ length: ATTEMPTS }, async (_, index) => {
            if (isRevocation(index)) return postAsClient("/auth/revoke", basic(clientId, secret), { token });
            const { form, headers } = await keptUse(kept, ISSUER, token);
            return postAsClient("/auth/token", headers, form);
          }),
        );
        const answers = await Promise.all(lane.atOnce(requests));
        const outcomes = tally(answers.filter((_, index) => !isRevocation(index)).map(outcomeOf));
        expect(Object.keys(outcomes).filter((each) => !["200", "400 invalid_grant"].includes(each))).toEqual(
          [],
        );
        const issued = answers.flatMap((answer, index) =>
          isRevocation(index) ? [] : (tokensOf(answer) ?? []),
        );
        served += issued.length;
        expect(await lane.alive(issued.map(({ accessToken }) => accessToken))).toEqual([]);
        const looks = await lane.everywhere(introspectOwnRequest(clientId, secret, token));
        expect(looks.map(({ body }) => JSON.parse(body))).toEqual(looks.map(() => ({ active: false })));
      });
      figure(
        `${name}: ${kept.refreshTokens.length} refresh tokens that stay, revoked among ${ATTEMPTS - 1} uses each, ${served} of them served before, nothing alive after`,
      );
    },
  );
}
