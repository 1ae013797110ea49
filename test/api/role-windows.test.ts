/** Between the look at a role and the commit of the act, the role changes: the act does not happen. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { recordIdText } from "../../src/credentials/credential.ts";
import type { Context } from "../../src/operations/context.ts";
import { setManager } from "../../src/operations/groups.ts";
import {
  listKnownGrants,
  revokeClientAccess,
  revokeKnownGrant,
  revokePersonAccess,
} from "../../src/operations/management/access.ts";
import {
  addManagedSecret,
  createManagedClient,
  disableManagedClient,
} from "../../src/operations/management/clients.ts";
import {
  addGroup,
  addMember,
  removeKnownGroup,
  removeMember,
} from "../../src/operations/management/groups.ts";
import { makeInvitation, withdrawInvitation } from "../../src/operations/management/invitations.ts";
import * as people from "../../src/operations/management/people.ts";
import { changeAccount, disableAccount, findAccount } from "../../src/operations/people.ts";
import { OAuthError } from "../../src/protocol/errors.ts";
import { actOfPerson, SERVER_ACT } from "../../src/rules/events.ts";
import { type Authority, authorityOf } from "../../src/rules/role.ts";
import { insert, update } from "../../src/store/contract.ts";
import { clients } from "../../src/store/tables/clients.ts";
import { passkeys, type SessionRecord, totps } from "../../src/store/tables/sign-in.ts";
import { scopes } from "../store/records.ts";
import { textOf, tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import type { TestServer } from "../support/server.ts";
import { startManagedServer } from "./support.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startManagedServer();
  const all = authorityOf(SERVER_ACT, null, ["tessera.admin"]);
  const wish = {
    client_id: "own",
    client_name: "Own",
    grant_types: ["client_credentials"],
    scope: ["files"],
  };
  await createManagedClient(server.context, all, wish);
});
afterAll(() => server.close());

/** The context of an act, before whose first commit something else happens. */
function interrupted(meanwhile: () => Promise<unknown>): Context {
  const { context } = server;
  let isFirst = true;
  return {
    ...context,
    store: {
      ...context.store,
      async commit(commit) {
        if (isFirst) {
          isFirst = false;
          await meanwhile();
        }
        return context.store.commit(commit);
      },
    },
  };
}

const giveRole = (subject: string, isGiven = true) =>
  changeAccount(
    server.context,
    SERVER_ACT,
    subject as never,
    { administrator: isGiven },
    server.clock.seconds(),
  );

/** The reason why an act is refused; null if it happens. The runtime's `rejects` would wait without the turns in which the store commits. */
const refusalOf = (act: Promise<unknown>): Promise<string | null> =>
  act.then(
    () => null,
    (error: unknown) => (error instanceof OAuthError ? error.reason : String(error)),
  );

/** Of the password "secret of ada". */
const OF_ANOTHER_SERVER = "$2b$04$abcdefghijklmnopqrstuu0LH1yD3x9kS1f2u5mMZBR0J0ZyQe0S2";

let count = 0;
/** A person with a session, a grant, a second factor and a passkey, in a group. */
async function newPerson() {
  const { context, clock } = server;
  count += 1;
  const account = await server.addPerson(`person${count}`);
  const { subject } = account;
  const group = `group${count}`;
  const all = authorityOf(SERVER_ACT, null, ["tessera.admin"]);
  await addGroup(context, all, group, null);
  await addMember(context, all, group, subject);
  await server.signIn(account);
  const token = textOf(await tokensFor(server, account, { scope: "openid" }), "access_token");
  await context.store.commit({
    changes: [
      insert(totps, {
        subject,
        sealedSecret: new Uint8Array(3),
        lastStep: 0,
        drift: 0,
        createdAt: clock.seconds(),
      }),
      insert(passkeys, {
        credentialId: Buffer.from(subject) as never,
        subject,
        name: "phone",
        publicKey: new Uint8Array(3),
        counter: 0,
        transports: [],
        aaguid: "",
        discoverable: true,
        backedUp: false,
        createdAt: clock.seconds(),
        usedAt: null,
      }),
    ],
  });
  const [grant] = await listKnownGrants(context, all, { person: subject, limit: 1 });
  const [session] = await people.listPersonSessions(context, all, subject);
  if (grant === undefined || session === undefined) throw new Error("The person has no grant or no session.");
  return { subject, group, grant: recordIdText(grant.id), session, token };
}
type Person = Awaited<ReturnType<typeof newPerson>>;

type PersonAct = (context: Context, authority: Authority, person: Person) => Promise<unknown>;
const idOf = (session: SessionRecord) => recordIdText(session.id);
const ACTS: Readonly<Record<string, PersonAct>> = {
  "is changed": (context, by, { subject }) => people.changePerson(context, by, subject, { name: "Mallory" }),
  "is removed": (context, by, { subject }) => people.removePerson(context, by, subject),
  "is disabled": (context, by, { subject }) => people.disablePerson(context, by, subject),
  "is unlocked": (context, by, { subject }) => people.unlockPerson(context, by, subject),
  "gets a password": (context, by, { subject }) =>
    people.setPersonPassword(context, by, subject, { password: "a long new password of another" }),
  "gets the hash of a password": (context, by, { subject }) =>
    people.setPersonPassword(context, by, subject, { passwordHash: OF_ANOTHER_SERVER }),
  "loses the second factor": (context, by, { subject }) => people.removePersonTotp(context, by, subject),
  "loses the passkeys": (context, by, { subject }) => people.removePersonPasskeys(context, by, subject),
  "gets a link for a password": (context, by, { subject }) =>
    people.makePersonLink(context, by, subject, "reset", false),
  "gets a link for a sign-in": (context, by, { subject }) =>
    people.makePersonLink(context, by, subject, "sign_in", false),
  "loses the sessions": (context, by, { subject }) => people.endPersonSessions(context, by, subject),
  "loses a session": (context, by, { subject, session }) =>
    people.endPersonSession(context, by, subject, idOf(session)),
  "loses a grant": (context, by, { grant }) => revokeKnownGrant(context, by, grant),
  "loses all access": (context, by, { subject }) => revokePersonAccess(context, by, subject),
  "leaves a group": (context, by, { subject, group }) => removeMember(context, by, group, subject),
};

describe("a person who gets a role at that moment", () => {
  const by = authorityOf(SERVER_ACT, null, ["tessera.people"]);
  test.each(Object.entries(ACTS))(
    proves("%s by no one who may not change the role", "threat 90"),
    async (_, act) => {
      const person = await newPerson();
      const context = interrupted(() => giveRole(person.subject));
      expect(await refusalOf(act(context, by, person))).toBe("management_not_allowed");
      await giveRole(person.subject, false);
      await act(server.context, by, person);
    },
  );

  test(proves("is not let in again", "threat 90"), async () => {
    const person = await newPerson();
    const { context, clock } = server;
    await disableAccount(context, SERVER_ACT, person.subject, clock.seconds());
    const racing = interrupted(() => giveRole(person.subject));
    expect(await refusalOf(people.enablePerson(racing, by, person.subject))).toBe("management_not_allowed");
  });

  test(proves("stays in the group that is removed", "threat 90"), async () => {
    const { subject, group } = await newPerson();
    const context = interrupted(() => giveRole(subject));
    expect(await refusalOf(removeKnownGroup(context, by, group))).toBe("management_not_allowed");
    expect((await findAccount(server.context, subject))?.groups).toEqual([group]);
  });
});

describe("an actor who loses the role at that moment", () => {
  /** An administrator, as they were when the request came. */
  async function newAdministrator() {
    count += 1;
    const { context, clock } = server;
    const { subject } = await server.addPerson(`administrator${count}`);
    await giveRole(subject);
    const account = await findAccount(context, subject);
    if (account === null) throw new Error("The administrator is gone.");
    const act = actOfPerson({ address: "203.0.113.7", requestId: "request" }, subject);
    const person = { account, manages: [], authenticatedAt: clock.seconds() };
    return { subject, authority: authorityOf(act, person, null) };
  }

  const others: Readonly<Record<string, PersonAct>> = {
    ...ACTS,
    "is made": (context, by, { subject }) =>
      people.createPersonOfHash(context, by, { username: `friend-of-${subject}` }),
    "is invited": (context, by) => makeInvitation(context, by, { uses: 1, isMailed: false } as never),
    "is in a new group": (context, by, { subject }) => addGroup(context, by, `friends-of-${subject}`, null),
    "loses an application": (context, by) => disableManagedClient(context, by, "web"),
  };
  test.each(Object.entries(others))(
    proves("brings about nothing: a person %s", "threat 90"),
    async (_, act) => {
      const [person, { subject, authority }] = [await newPerson(), await newAdministrator()];
      const context = interrupted(() => giveRole(subject, false));
      expect(await refusalOf(act(context, authority, person))).toBe("management_not_allowed");
    },
  );

  test("does nothing when disabled either, and all that they may while nothing changes", async () => {
    const { subject, authority } = await newAdministrator();
    const person = await newPerson();
    const racing = interrupted(() =>
      disableAccount(server.context, SERVER_ACT, subject, server.clock.seconds()),
    );
    expect(await refusalOf(people.endPersonSessions(racing, authority, person.subject))).toBe(
      "management_not_allowed",
    );
    const { subject: self, authority: own } = await newAdministrator();
    // The actor and the person are one row.
    expect(await people.changePerson(server.context, own, self, { name: "Ada" })).toMatchObject({
      name: "Ada",
    });
  });
});

describe("a manager of a group who loses it at that moment", () => {
  const setManages = (group: string, subject: string, manages: boolean) =>
    setManager(server.context, SERVER_ACT, group, subject as never, manages);

  /** A person who manages their group, as they were when the request came. */
  async function newManager() {
    const { subject, group } = await newPerson();
    await setManages(group, subject, true);
    const account = await findAccount(server.context, subject);
    if (account === null) throw new Error("The manager is gone.");
    const act = actOfPerson({ address: "203.0.113.7", requestId: "request" }, subject);
    const person = { account, manages: [group], authenticatedAt: server.clock.seconds() };
    return { subject, group, authority: authorityOf(act, person, null) };
  }
  type Manager = Awaited<ReturnType<typeof newManager>>;

  const acts: Readonly<
    Record<string, (context: Context, manager: Manager, other: Person) => Promise<unknown>>
  > = {
    "lets no person in": (context, { authority, group }, { subject }) =>
      addMember(context, authority, group, subject),
    "takes no person out": async (context, { authority, group }, { subject }) => {
      await addMember(server.context, authorityOf(SERVER_ACT, null, ["tessera.admin"]), group, subject);
      return removeMember(context, authority, group, subject);
    },
    "does not leave": (context, { authority, group, subject }) =>
      removeMember(context, authority, group, subject),
    "invites no person": (context, { authority, group }) =>
      makeInvitation(context, authority, { groups: [group], uses: 2, isMailed: false } as never),
    "takes no invitation back": async (context, { authority, group }) => {
      const wish = { groups: [group], uses: 2, isMailed: false };
      const { link } = await makeInvitation(server.context, authority, wish as never);
      return withdrawInvitation(context, authority, recordIdText(link.id));
    },
  };
  test.each(Object.entries(acts))(proves("%s", "threat 90"), async (_, act) => {
    const [manager, other] = [await newManager(), await newPerson()];
    const { group, subject } = manager;
    const context = interrupted(() => setManages(group, subject, false));
    expect(await refusalOf(act(context, manager, other))).toBe("management_not_allowed");
    await setManages(group, subject, true);
    await act(server.context, manager, other);
  });
});

describe("an application that gets a scope of management at that moment", () => {
  const by = authorityOf(SERVER_ACT, null, ["tessera.clients"]);
  const acts: Readonly<Record<string, PersonAct>> = {
    "gets no secret": (context) => addManagedSecret(context, by, "own"),
    "is not disabled": (context) => disableManagedClient(context, by, "own"),
    "keeps its access": (context) => revokeClientAccess(context, by, "own"),
  };
  test.each(Object.entries(acts))(proves("%s", "threat 90"), async (_, act) => {
    const { store } = server.context;
    const key = { clientId: "own" } as never;
    const [client] = await store.list(clients, { where: key, limit: 1 });
    if (client === undefined) throw new Error("There is no such client.");
    const setScope = async (scope: readonly string[], by = 1) =>
      store.commit({
        changes: [update(clients, key, {}, { scope: scopes(...scope), revision: client.revision + by })],
      });
    const context = interrupted(() => setScope([...client.scope, "tessera.admin"]));
    expect(await refusalOf(act(context, by, await newPerson()))).toBe("management_not_allowed");
    await setScope(client.scope, 2);
  });
});
