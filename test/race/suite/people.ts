import { expect, test } from "bun:test";
import { systemClock } from "../../../src/platform/clock.ts";
import { authorizePath } from "../../support/code-flow.ts";
import { figure } from "../../support/figures.ts";
import { proves } from "../../support/proves.ts";
import { scaled } from "../../support/scale.ts";
import { type Cluster, PROCESSES } from "../support/cluster.ts";
import type { Answer } from "../support/http.ts";
import { ATTEMPTS, everyAttempt, type Lane, raceForEach, tally } from "../support/race.ts";
import {
  deviceRequest,
  formOn,
  formRequest,
  outcomeOf,
  pageRequest,
  pollRequest,
  redeemRequest,
} from "../support/requests.ts";
import { openSeed, type SignedInPerson } from "../support/seed.ts";

/** Each hashes a password, and a process hashes only a few at a time, so more of them would not arrive together. */
const SET_UPS = 8;

const statusesOf = (answers: readonly Answer[]) => tally(answers.map(({ status }) => `${status}`));

/** The parameter of this name in a redirect's address. */
const sentBack = ({ head }: Answer, name: string): string | null => {
  const location = /^location: (\S+)/im.exec(head)?.[1];
  return location === undefined ? null : new URL(location).searchParams.get(name);
};

export function peopleRaces(cluster: () => Cluster): void {
  test(proves("a consent form that is sent 64 times at once gives one code", "threat 28"), async () => {
    const { store, name } = cluster();
    const people = await (await openSeed(store)).people(scaled(25));
    await raceForEach(cluster(), people, async ({ account, cookie }, lane) => {
      const page = await lane.send(pageRequest(authorizePath(), cookie));
      const { fields } = await formOn(page, "/consent");
      const allow = formRequest("/consent", cookie, { ...fields, decision: "allow" });
      const answers = await Promise.all(lane.atOnce(everyAttempt(allow)));
      // All get the first answer.
      const codes = [...new Set(answers.flatMap((answer) => sentBack(answer, "code") ?? []))];
      expect(codes).toHaveLength(1);
      expect(statusesOf(answers)).toEqual({ "303": ATTEMPTS });
      const now = systemClock.seconds();
      expect(await store.listGrants({ subject: account.subject }, now)).toHaveLength(1);
      expect((await lane.send(redeemRequest(codes[0] ?? ""))).status).toBe(200);
    });
    figure(`${name}: ${people.length} consent forms, ${people.length * ATTEMPTS} answers, one code each`);
  });

  test(
    proves(
      "a device that two people approve and deny at once gets one answer, and the same from every process",
      "threat 25",
    ),
    async () => {
      const { store, name } = cluster();
      const people = await (await openSeed(store)).people(scaled(25) * 2);
      const pairs = people.flatMap((one, index) => {
        const other = people[index + 1];
        return index % 2 === 0 && other !== undefined ? [[one, other] as const] : [];
      });
      let approved = 0;
      await raceForEach(cluster(), pairs, async (pair, lane) => {
        const { device_code, user_code } = JSON.parse((await lane.send(deviceRequest())).body);
        const forms = await Promise.all(pair.map((person) => answersOf(lane, person, user_code)));
        // Each of the four goes to every process.
        const mixed = everyAttempt("").map(
          (_, index) => forms.flat()[(index + Math.floor(index / 4)) % 4] ?? "",
        );
        const answers = await Promise.all(lane.atOnce(mixed));
        // One of the four counts, and each time that it was sent it gets the same page.
        expect(statusesOf(answers)).toEqual({ "200": ATTEMPTS / 4, "409": ATTEMPTS - ATTEMPTS / 4 });
        const pages = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body));
        expect(pages.size).toBe(1);

        const now = systemClock.seconds();
        const given = await Promise.all(
          pair.map(({ account }) => store.listGrants({ subject: account.subject }, now)),
        );
        approved += given.flat().length;
        const polls = tally((await lane.everywhere(pollRequest(device_code))).map(outcomeOf));
        expect(polls).toEqual(
          given.flat().length === 1
            ? { "200": 1, "400 invalid_grant": PROCESSES - 1 }
            : { "400 access_denied": PROCESSES },
        );
      });
      figure(
        `${name}: ${pairs.length} devices, ${pairs.length * ATTEMPTS} answers, ${approved} approved, ${pairs.length - approved} denied, one answer each`,
      );
    },
  );

  test("a set-up link that several people use at once makes one account", async () => {
    const { store, name } = cluster();
    const seed = await openSeed(store);
    const rounds = Array.from({ length: scaled(8) }, (_, round) => round);
    for (const round of rounds) {
      const link = await seed.setupLink();
      await raceForEach(cluster(), [link], async (token, lane) => {
        const page = await lane.send(pageRequest(`/setup?token=${token}`));
        const cookie = /^set-cookie: ([^;\r]+)/im.exec(page.head)?.[1] ?? "";
        const { fields } = await formOn(page, "/setup");
        const answers = await Promise.all(
          lane.atOnce(
            Array.from({ length: SET_UPS }, (_, index) =>
              formRequest("/setup", cookie, {
                ...fields,
                username: `administrator-${round}-${index}`,
                password: "correct horse battery staple",
              }),
            ),
          ),
        );
        expect(statusesOf(answers)).toEqual({ "303": 1, "404": SET_UPS - 1 });
      });
      const made = (await store.listAccounts()).filter(({ username }) =>
        username.startsWith(`administrator-${round}-`),
      );
      expect(made).toHaveLength(1);
      // The next round needs a server without an administrator.
      for (const { subject } of made) await store.disableAccount(subject, systemClock.seconds());
    }
    figure(`${name}: ${rounds.length} set-up links, ${rounds.length * SET_UPS} uses, one account each`);
  });
}

/** The device's page as this person sees it, answered in both ways. */
async function answersOf(lane: Lane, { cookie }: SignedInPerson, userCode: string): Promise<string[]> {
  const page = await lane.send(pageRequest(`/device?user_code=${userCode}`, cookie));
  const { fields } = await formOn(page, "/device");
  return ["allow", "deny"].map((decision) => formRequest("/device", cookie, { ...fields, decision }));
}
