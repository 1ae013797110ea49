/** A group manager may invite, and is no administrator. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { LinkMail } from "../../src/operations/links.ts";
import { giveMail } from "../support/links.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { addManager, ask, askFor, startManagedServer, tokenOf, tokenOfProgram } from "./support.ts";

let server: TestServer;
let mails: LinkMail[];
let token: string;
beforeEach(async () => {
  server = await startManagedServer();
  mails = giveMail(server);
  token = await tokenOf(server, await addManager(server, "family", "wife"), "tessera.people");
});
afterEach(() => server.close());

const invite = (as: string, body: object) =>
  ask(server, as, "/invitations", { method: "POST", body: { groups: ["family"], ...body } });

test(proves("a group manager sends no mails to strangers without end", "threat 90"), async () => {
  const body = { email: "victim@example.com", mail: true };
  const answers = [];
  for (let count = 0; count < 101; count += 1) answers.push((await invite(token, body)).status);
  expect(answers).toEqual([...Array(100).fill(201), 429]);
  expect(mails).toHaveLength(100);
  expect((await invite(await tokenOfProgram(server, "tessera.people"), body)).status).toBe(201);
  server.clock.advance(2 * 86_400);
  const later = await tokenOfProgram(server, "tessera.people");
  expect((await invite(later, body)).status).toBe(201);
});

test(
  proves("a group manager proposes no name that is the address of another person", "threat 90"),
  async () => {
    const body = { username: "chief@corp.example" };
    expect((await invite(token, body)).status).toBe(400);
    expect((await invite(token, { username: "chief" })).status).toBe(201);
    expect((await invite(await tokenOfProgram(server, "tessera.people"), body)).status).toBe(201);
  },
);

test(proves("the scope for people takes back no invitation of an administrator", "threat 90"), async () => {
  const admin = await tokenOfProgram(server, "tessera.admin");
  const body = { administrator: true };
  const { id } = await askFor(server, admin, "/invitations", { method: "POST", body });
  const withdraw = (as: string) => ask(server, as, `/invitations/${id}`, { method: "DELETE" });
  expect((await withdraw(await tokenOfProgram(server, "tessera.people"))).status).toBe(403);
  expect((await withdraw(admin)).status).toBe(204);
});
