/** Open findings of attack 14: each fails today. */
import { expect, test } from "bun:test";
import { changeAccount, findAccount, findAccountBySignInName } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { below, giveMail } from "../support/links.ts";
import { addPersonWithPassword, openBrowser, PASSWORD } from "../support/pages.ts";
import { addManager, ask, askFor, startManagedServer, tokenOf, tokenOfProgram } from "./support.ts";

test("3: a session and a token from before the role do not grow with it", async () => {
  const server = await startManagedServer();
  const bob = await addPersonWithPassword(server, "bob");
  const cookie = await server.signIn(bob);
  const token = await tokenOf(server, bob, "tessera.admin");
  await changeAccount(
    server.context,
    SERVER_ACT,
    bob.subject,
    { administrator: true },
    server.clock.seconds(),
  );
  expect((await server.fetch("/admin", { headers: { Cookie: cookie } })).status).not.toBe(200);
  expect((await ask(server, token, "/people")).status).not.toBe(200);
  await server.close();
});

test("6: a group manager makes no account with an address that no mail proved", async () => {
  const server = await startManagedServer();
  giveMail(server);
  const token = await tokenOf(server, await addManager(server, "family", "wife"), "tessera.people");
  const body = { groups: ["family"], email: "ceo@corp.example" };
  expect((await ask(server, token, "/invitations", { method: "POST", body })).status).toBe(400);
  await server.close();
});

test("8: a group manager does not learn the facts of a person by putting them into the group", async () => {
  const server = await startManagedServer();
  const token = await tokenOf(server, await addManager(server, "family", "wife"), "tessera.people");
  await server.addPerson("boss", { administrator: true, passwordHash: "x", email: "boss@private.example" });
  const answer = await ask(server, token, "/groups/family/members", {
    method: "POST",
    body: { person: "boss" },
  });
  expect(await answer.text()).not.toContain("boss@private.example");
  await server.close();
});

test("12: an administrator does not verify their own address", async () => {
  const server = await startManagedServer();
  const boss = await server.addPerson("boss", { administrator: true, passwordHash: "x" });
  const token = await tokenOf(server, boss, "tessera.admin");
  const body = { email: "other@corp.example", email_verified: true };
  await ask(server, token, `/people/${boss.subject}`, { method: "PATCH", body });
  expect((await findAccount(server.context, boss.subject))?.emailVerified).toBe(false);
  await server.close();
});

test("13: an invitation ends with the client that made it", async () => {
  const server = await startManagedServer();
  const token = await tokenOfProgram(server, "tessera.admin");
  const made = await askFor(server, token, "/clients", {
    method: "POST",
    body: { client_id: "tool", scope: "tessera.admin", grant_types: ["client_credentials"] },
  });
  const issued = await server.fetch("/auth/token", {
    method: "POST",
    headers: {
      Authorization: `Basic ${btoa(`tool:${made.client_secret}`)}`,
      "Content-Type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials&scope=tessera.admin",
  });
  const { access_token: own } = (await issued.json()) as { access_token: string };
  const { link } = await askFor(server, own, "/invitations", {
    method: "POST",
    body: { administrator: true },
  });
  expect((await ask(server, token, "/clients/tool", { method: "DELETE" })).status).toBe(204);
  await openBrowser(server)
    .submit(below(server, String(link)), { username: "evil", password: PASSWORD })
    .catch(() => null);
  expect(await findAccountBySignInName(server.context, "evil")).toBeNull();
  await server.close();
});

test("15: a request whose If-Match is not true does nothing", async () => {
  const server = await startManagedServer();
  const token = await tokenOfProgram(server, "tessera.admin");
  const bob = await addPersonWithPassword(server, "bob");
  const path = `/people/${bob.subject}/disable`;
  const answer = await ask(server, token, path, { method: "POST", headers: { "If-Match": '"999"' } });
  expect(answer.status).not.toBe(204);
  await server.close();
});
