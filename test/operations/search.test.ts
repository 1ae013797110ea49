/** The search for people and applications by the words of their names, on both engines. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { changeClient, removeClient } from "../../src/operations/clients.ts";
import { createManagedClient } from "../../src/operations/management/clients.ts";
import { searchPeople } from "../../src/operations/management/people.ts";
import { searchClients } from "../../src/operations/management/search.ts";
import { changeAccount, removeAccount } from "../../src/operations/people.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { authorityOfOperator } from "../../src/rules/role.ts";
import { clientWordChanges, personWordChanges } from "../../src/rules/search-words.ts";
import { insert } from "../../src/store/contract.ts";
import { clients, clientWords } from "../../src/store/tables/clients.ts";
import { personWords } from "../../src/store/tables/people.ts";
import { onBothEngines } from "../adversary/engines.ts";
import { clientId, newClient } from "../store/records.ts";
import type { TestServer } from "../support/server.ts";

const ALL = authorityOfOperator(SERVER_ACT);

onBothEngines((start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  const apps = async (text: string, limit = 10) => {
    const { rows, isWhole } = await searchClients(server.context, ALL, text, limit);
    return isWhole ? rows.map((client) => client.clientId) : [...rows.map((client) => client.clientId), "…"];
  };
  const people = async (text: string, limit = 10) => {
    const { rows, isWhole } = await searchPeople(server.context, ALL, text, limit);
    return isWhole ? rows.map(({ username }) => username) : [...rows.map(({ username }) => username), "…"];
  };
  const add = (id: string, name: string, more: object = {}) =>
    createManagedClient(server.context, ALL, {
      client_id: id,
      client_name: name,
      grant_types: ["client_credentials"],
      scope: ["files"],
      ...more,
    });

  describe("an application", () => {
    test("is found by the beginning of any word of its names and of its identifier, without case and accents", async () => {
      await add("Grafana-prod", "Übersicht der Werke", { "client_name#fr": "Vue d’ensemble des usines" });
      for (const text of [
        ...["Grafana-prod", "Grafana-p", "grafana", "PROD", "ubersicht", "Über", "werke", "werke uber"],
        ...["ensemble", "USINES", "grafana usine", "d'ensemble"],
      ])
        expect([text, await apps(text)]).toEqual([text, ["Grafana-prod"] as never]);
      for (const text of ["sicht", "werke zebra", "rod", "—", "client_name"])
        expect([text, await apps(text)]).toEqual([text, []]);
    });

    test("is found by its present names alone, and not once it is gone", async () => {
      await add("moving", "Former Name");
      const id = clientId("moving");
      await changeClient(server.context, SERVER_ACT, id, (client) => ({
        ...client,
        clientName: "Later Name",
      }));
      expect(await apps("former")).toEqual([]);
      expect(await apps("later")).toEqual([id]);
      await removeClient(server.context, SERVER_ACT, id, server.clock.seconds());
      expect(await apps("later")).toEqual([]);
      const { store } = server.context;
      expect(await store.list(clientWords, { where: { clientId: id }, limit: 9 })).toEqual([]);
    });

    test("is found among many by a rare word beside a frequent one, and the answer says if there are more", async () => {
      const named = (index: number) => `many-${String(index).padStart(4, "0")}`;
      const all = Array.from({ length: 2500 }, (_, index) =>
        newClient({ clientId: clientId(named(index)), clientName: `Frequent Application ${index}` }),
      );
      // Small commits: on a busy machine a long one meets the time limit of statements.
      for (let from = 0; from < all.length; from += 50) {
        const changes = all
          .slice(from, from + 50)
          .flatMap((client) => [insert(clients, client), ...clientWordChanges(null, client)]);
        await server.context.store.commit({ changes });
      }
      expect(await apps("frequent application 2499")).toEqual([named(2499)] as never);
      expect(await apps("appl 2499")).toEqual([named(2499)] as never);
      expect(await apps("frequent", 3)).toEqual([named(0), named(1), named(2), "…"] as never);
    });
  });

  describe("a person", () => {
    test("is found by any word of the name, or the beginning of the user name or address", async () => {
      const { subject } = await server.addPerson("a.kovacs", {
        name: "Ágnes Kovács-Tóth",
        email: "agi@example.org",
      });
      for (const text of ["agnes", "KOVACS", "Tóth Á", "toth", "a.kov", "agi@", subject, "kovacs"])
        expect([text, await people(text)]).toEqual([text, ["a.kovacs"]]);
      for (const text of ["gnes", "example", "org", "agnes zebra"])
        expect([text, await people(text)]).toEqual([text, []]);
      await changeAccount(server.context, SERVER_ACT, subject, { name: "Ágnes Szabó" }, 0);
      expect([await people("toth"), await people("szabo")]).toEqual([[], ["a.kovacs"]]);
      await removeAccount(server.context, SERVER_ACT, subject, server.clock.seconds());
      expect(await server.context.store.list(personWords, { where: { subject }, limit: 9 })).toEqual([]);
    });
  });

  test("a name has so many words in the index and no more", () => {
    const name = Array.from({ length: 100 }, (_, index) => `w${index}`).join(" ");
    expect(clientWordChanges(null, newClient({ clientName: name }))).toHaveLength(24);
    expect(personWordChanges(null, { subject: "acc_x" as never, username: "x", name })).toHaveLength(24);
  });
});
