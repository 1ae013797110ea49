/** A group may demand a second factor of administrators, or keep people out: only administrators take its people out of it. */
import { expect, test } from "bun:test";
import { createGroup } from "../../src/operations/groups.ts";
import { changeAccount, findAccount } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { proves } from "../support/proves.ts";
import { ask, startManagedServer, tokenOfProgram } from "./support.ts";

test(proves("the scope for people removes no group with an administrator in it", "threat 90"), async () => {
  const server = await startManagedServer({ sign_in: { second_factor_for: ["admins"] } });
  const now = server.clock.seconds();
  for (const group of ["admins", "family"]) await createGroup(server.context, SERVER_ACT, group, null, now);
  const boss = await server.addPerson("boss", { administrator: true, passwordHash: "x" });
  await changeAccount(server.context, SERVER_ACT, boss.subject, { joins: ["admins"] }, now);
  const people = await tokenOfProgram(server, "tessera.people");
  const remove = (token: string, group: string) =>
    ask(server, token, `/groups/${group}`, { method: "DELETE" });
  expect((await remove(people, "admins")).status).toBe(403);
  expect((await findAccount(server.context, boss.subject))?.groups).toEqual(["admins"]);
  expect((await remove(people, "family")).status).toBe(204);
  expect((await remove(await tokenOfProgram(server, "tessera.admin"), "admins")).status).toBe(204);
  await server.close();
});
