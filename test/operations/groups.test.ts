import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  countMembers,
  createGroup,
  everyMember,
  findGroup,
  removeGroup,
} from "../../src/operations/groups.ts";
import { collect } from "../../src/operations/paging.ts";
import { changeAccount, findAccount, removeAccount } from "../../src/operations/people.ts";
import type { AccountChanges } from "../../src/rules/account-changes.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { remove } from "../../src/store/contract.ts";
import { type AccountRecord, groups } from "../../src/store/tables/people.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let ada: AccountRecord;

beforeEach(async () => {
  server = await startTestServer();
  ada = await server.addPerson("grace");
});
afterEach(() => server.close());

const add = (name: string) => createGroup(server.context, SERVER_ACT, name, null, 1);
const drop = (name: string) => removeGroup(server.context, SERVER_ACT, name, 1);
const change = (changes: AccountChanges) =>
  changeAccount(server.context, SERVER_ACT, ada.subject, changes, 1);
const groupsOf = async () => (await findAccount(server.context, ada.subject))?.groups;
const membersOf = async (name: string) =>
  (await collect(everyMember(server.context, name))).map(({ username }) => username);

describe("a person", () => {
  test("joins and leaves groups, and both sides say so", async () => {
    await add("photos");
    await add("family");
    expect(await change({ joins: ["photos", "family"] })).toBe("changed");
    expect(await groupsOf()).toEqual(["family", "photos"]);
    expect(await membersOf("photos")).toEqual(["grace"]);
    expect(await change({ leaves: ["photos"] })).toBe("changed");
    expect(await groupsOf()).toEqual(["family"]);
    expect(await membersOf("photos")).toEqual([]);
    expect(await change({ groups: ["photos"] })).toBe("changed");
    expect([await groupsOf(), await membersOf("family")]).toEqual([["photos"], []]);
  });

  test("may be in a group already, and joins it again", async () => {
    await add("family");
    await change({ joins: ["family"] });
    expect(await change({ joins: ["family", "family"] })).toBe("changed");
    expect(await membersOf("family")).toEqual(["grace"]);
  });

  test("joins no group that does not exist", async () => {
    await add("family");
    expect(await change({ joins: ["family", "none"] })).toBe("group_unknown");
    expect([await groupsOf(), await membersOf("family")]).toEqual([[], []]);
  });

  test("is in no more groups than tokens can carry", async () => {
    const names = Array.from({ length: 170 }, (_, index) => `${index}-${"a".repeat(96)}`.slice(0, 100));
    for (const name of names) await add(name);
    expect(await change({ joins: names })).toBe("too_long");
  });

  test("who is removed is in no group", async () => {
    await add("family");
    await change({ joins: ["family"] });
    await removeAccount(server.context, SERVER_ACT, ada.subject, 1);
    expect(await countMembers(server.context, "family")).toBe(0);
  });

  test("who joins two groups at once is in both", async () => {
    const names = ["a", "b", "c", "d"];
    for (const name of names) await add(name);
    await Promise.all(names.map((name) => change({ joins: [name] })));
    expect(await groupsOf()).toEqual(names);
  });
});

describe("a group", () => {
  test("is made once", async () => {
    expect([await add("family"), await add("family")]).toEqual(["created", "taken"]);
  });

  test("has a name that no other group's name looks like, also if both are made at once", async () => {
    const names = ["Family", "family", "FAMILY", "ｆａｍｉｌｙ"];
    const outcomes = await Promise.all(names.map(add));
    expect(outcomes.toSorted()).toEqual(["created", "similar", "similar", "similar"]);
    const [made = ""] = names.filter((_, index) => outcomes[index] === "created");
    await drop(made);
    expect(await add("FAMILY")).toBe("created");
  });

  test("that is removed takes its people out, also those who join meanwhile", async () => {
    await add("family");
    const people = await Promise.all(
      Array.from({ length: 10 }, (_, index) => server.addPerson(`person-${index}`)),
    );
    const join = ({ subject }: AccountRecord) =>
      changeAccount(server.context, SERVER_ACT, subject, { joins: ["family"] }, 1);
    await Promise.all(people.slice(0, 5).map(join));
    const [removed, ...joined] = await Promise.all([drop("family"), ...people.slice(5).map(join)]);
    expect(removed).toBeGreaterThanOrEqual(5);
    expect(new Set(["changed", "group_unknown", ...joined]).size).toBe(2);
    expect(await findGroup(server.context, "family")).toBeNull();
    expect(await countMembers(server.context, "family")).toBe(0);
    for (const { subject } of people)
      expect((await findAccount(server.context, subject))?.groups).toEqual([]);
    expect(await drop("family")).toBeNull();
  });

  test("is not made anew while an interrupted removal has left people in it", async () => {
    await add("family");
    await change({ joins: ["family"] });
    await server.context.store.commit({
      changes: [remove(groups, { name: "family" })],
    });
    expect(await add("family")).toBe("being_removed");
    expect(await drop("family")).toBe(1);
    expect([await groupsOf(), await add("family")]).toEqual([[], "created"]);
  });
});
