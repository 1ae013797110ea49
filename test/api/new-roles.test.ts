/** What was made for a person before they got a role. */
import { expect, test } from "bun:test";
import { setPersonPassword } from "../../src/operations/management/people.ts";
import { changeAccount, findAccount } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { authorityOf } from "../../src/rules/role.ts";
import { below } from "../support/links.ts";
import { addPersonWithPassword } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { askFor, startManagedServer, tokenOfProgram } from "./support.ts";

for (const role of ["administrator", "auditor"] as const)
  for (const kind of ["sign-in-links", "reset-links"])
    test(proves(`of the ${kind} none opens the account of a new ${role}`, "threat 90"), async () => {
      const server = await startManagedServer();
      const { subject } = await addPersonWithPassword(server, "bob");
      const people = await tokenOfProgram(server, "tessera.people");
      const admin = await tokenOfProgram(server, "tessera.admin");
      const made = await askFor(server, people, `/people/${subject}/${kind}`, { method: "POST", body: {} });
      const open = () => server.fetch(below(server, String(made.link)));
      expect((await open()).status).toBe(200);
      await askFor(server, admin, `/people/${subject}`, { method: "PATCH", body: { [role]: true } });
      expect((await open()).status).toBe(404);
      await server.close();
    });

test(
  proves("a person who gets a role while the password is hashed keeps their own", "threat 90"),
  async () => {
    const server = await startManagedServer();
    const { subject } = await addPersonWithPassword(server, "bob");
    const before = await findAccount(server.context, subject);
    const { passwords, clock } = server.context;
    const hash = async (password: string) => {
      await changeAccount(server.context, SERVER_ACT, subject, { administrator: true }, clock.seconds());
      return passwords.hash(password);
    };
    const context = { ...server.context, passwords: { ...passwords, hash } };
    const authority = authorityOf(SERVER_ACT, null, ["tessera.people"]);
    const set = setPersonPassword(context, authority, subject, {
      password: "a long new password of another",
    });
    await expect(set).rejects.toThrow("management_not_allowed");
    expect((await findAccount(server.context, subject))?.passwordHash).toBe(before?.passwordHash ?? "");
    await server.close();
  },
);
