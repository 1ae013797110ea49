import { afterEach, describe, expect, test } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { addPersonWithPassword, type Browser, openBrowser, textOf } from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let browser: Browser;
let alice: AccountRecord;
afterEach(() => server.close());

type ClientInput = NonNullable<ConfigurationInput["clients"]>[number];
const app = (client_id: string, client: Partial<ClientInput> = {}): ClientInput => ({
  client_id,
  client_name: client_id,
  client_uri: `https://${client_id.toLowerCase()}.example/`,
  redirect_uris: [`https://${client_id.toLowerCase()}.example/callback`],
  ...client,
});

async function start(clients: ClientInput[], person = {}): Promise<void> {
  server = await startTestServer({ clients, registration: { mode: "open" } });
  for (const name of ["family", "children"])
    await createGroup(server.context, SERVER_ACT, name, null, server.clock.seconds());
  alice = await addPersonWithPassword(server, "alice", person);
  browser = openBrowser(server);
  await browser.signIn("alice");
}

const linksOn = async (path: string) => {
  const html = await (await browser.get(path)).text();
  const tiles = /<ul class="tiles">(.*?)<\/ul>/s.exec(html)?.[1] ?? "";
  return [...tiles.matchAll(/href="([^"]*)"/g)].map(([, href]) => href?.replaceAll("&amp;", "&"));
};

describe("the applications that a person may open", () => {
  test("are the operator's, with where they begin", async () => {
    await start([
      app("Wiki"),
      app("Photos", { initiate_login_uri: "https://photos.example/login?a=1" }),
      app("NoAddress", { client_uri: undefined }),
      {
        client_id: "Machine",
        client_name: "Machine",
        client_uri: "https://m.example/",
        secrets: ["a secret of the machine"],
      },
    ]);
    expect(await linksOn("/account")).toEqual([
      "https://photos.example/login?a=1&iss=https%3A%2F%2Fauth.example",
      "https://wiki.example/",
    ]);
    expect(await textOf(await browser.get("/account"))).toContain(
      "Your applications P Photos photos.example W Wiki wiki.example",
    );
  });

  test("are hidden if the person may not use them", async () => {
    await start(
      [
        app("Wiki", { allowed_groups: ["family"] }),
        app("Bank", { denied_groups: ["children"] }),
        app("Mail"),
      ],
      { groups: ["children"] },
    );
    expect(await linksOn("/account")).toEqual(["https://mail.example/"]);
  });

  test(proves("are none that a stranger registered", "threat 69"), async () => {
    await start([app("Wiki")]);
    const answer = await server.fetch("/auth/register", {
      method: "POST",
      body: JSON.stringify({
        client_name: "Your bank",
        client_uri: "https://evil.example/",
        redirect_uris: ["https://evil.example/callback"],
      }),
      headers: { "Content-Type": "application/json" },
    });
    const { client_id } = await answer.json();
    await grantAccess(server, alice, client_id, ["mail.read"]);
    expect(await linksOn("/account")).toEqual(["https://wiki.example/"]);
    await server.context.store.vouchForClient(client_id);
    expect(await linksOn("/account")).toEqual(["https://wiki.example/", "https://evil.example/"]);
  });

  test("are twelve on the first page, and all on the next", async () => {
    await start(Array.from({ length: 20 }, (_, index) => app(`App${String(index).padStart(2, "0")}`)));
    expect(await linksOn("/account")).toHaveLength(12);
    expect(await textOf(await browser.get("/account"))).toContain("All 20 applications");
    expect(await linksOn("/account/apps")).toHaveLength(20);
  });

  test("leave out what is disabled", async () => {
    await start([app("Wiki")]);
    const client = await server.context.store.findClient("Wiki");
    if (client === null) throw new Error("There is no client.");
    await server.context.store.putClient({ ...client, disabledAt: 1 });
    expect(await linksOn("/account")).toEqual([]);
  });
});
