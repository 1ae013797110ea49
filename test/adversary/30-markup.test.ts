/**
 * Threat classes 30 and 31: with any name of a client or person, and any text in a request, a page has the same
 * elements and attributes as with a harmless word.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { askForApproval } from "../support/approvals.ts";
import { authorizePath, redirectOf } from "../support/code-flow.ts";
import { type Browser, openBrowser, startDevice } from "../support/pages.ts";
import { grantAccess } from "../support/people.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";
import { BREAKOUTS, RUNNING_ADDRESSES } from "./markup.ts";

const HARMLESS = "plain";
const MANY = 1_000_000;

let server: TestServer;
let web: ClientRecord;
let television: ClientRecord;
/** A person who allows nothing, and so is asked each time, and a person who has allowed a client. */
let browser: Browser;
let allower: Browser;
let people = 0;
beforeAll(async () => {
  server = await startTestServer({
    limits: {
      sign_in_failures_per_address: MANY,
      user_code_failures_per_address: MANY,
      user_code_failures: MANY,
      device_requests_per_address: MANY,
    },
  });
  web = await clientNamed("web");
  television = await clientNamed("television");
  browser = await browserOf();
  const account = await server.addPerson("allower");
  await grantAccess(server, account, "web", ["mail.read"], ["https://mail.example/"]);
  allower = openBrowser(server);
  allower.cookie = await server.signIn(account);
});
afterAll(() => server.close());

async function clientNamed(clientId: string): Promise<ClientRecord> {
  const client = await server.context.store.findClient(clientId);
  if (client === null) throw new Error("The client is missing.");
  return client;
}

/** A browser with a new, signed-in person. */
async function browserOf(person: Partial<AccountRecord> = {}): Promise<Browser> {
  people += 1;
  const opened = openBrowser(server);
  opened.cookie = await server.signIn(await server.addPerson(person.username ?? `person ${people}`, person));
  return opened;
}

/** The elements of a page with their attribute names, and all addresses in it. */
async function anatomyOf(response: Response): Promise<{ skeleton: string[]; addresses: string[] }> {
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  // The sign-in page has one script, which is a file of this server.
  expect(policy.replace(/; script-src 'self'$/, "")).not.toMatch(/unsafe|script-src|\*/);
  const skeleton: string[] = [];
  const addresses: string[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element(element) {
      const attributes = [...element.attributes];
      skeleton.push([element.tagName, ...attributes.map(([name]) => name)].join(" "));
      for (const [name, value] of attributes) {
        if (["href", "src", "srcset", "action", "formaction", "poster", "data"].includes(name)) {
          addresses.push(value);
        }
      }
    },
    comments: () => void skeleton.push("a comment"),
  });
  await rewriter.transform(response).text();
  return { skeleton, addresses };
}

const OURS = /^(\/(?!\/)|#|https:\/\/(client|auth)\.example\/[^"'<>]*$)/;

const withClient = (client: ClientRecord, changes: Partial<ClientRecord>) =>
  server.context.store.putClient({ ...client, ...changes });
const putWeb = (changes: Partial<ClientRecord>) => withClient(web, changes);
const putTelevision = (changes: Partial<ClientRecord>) => withClient(television, changes);

const deviceQuestion = async (headers: Record<string, string> = {}) => {
  const { user_code } = await startDevice(server, headers);
  return browser.get(`/device?user_code=${user_code}`);
};

/** The page on which a new person is asked by a client with this name, in these words. */
async function approvalOf(
  clientName: string,
  bindingMessage: string | null,
  list = false,
): Promise<Response> {
  await putTelevision({ clientName, grantTypes: [CIBA_GRANT] });
  people += 1;
  const account = await server.addPerson(`asked ${people}`);
  const opened = openBrowser(server);
  opened.cookie = await server.signIn(account);
  const { clientId } = television;
  const { path } = await askForApproval(server, account, { clientId, bindingMessage });
  return opened.get(list ? "/account/approvals" : path);
}

/** The pages that show stored texts. */
const STORED: Readonly<Record<string, (text: string) => Promise<Response>>> = {
  "a client's name, at sign-in": async (text) => {
    await putWeb({ clientName: text });
    return openBrowser(server).get(`/login?return_to=${encodeURIComponent(authorizePath())}`);
  },
  "a client's name, on the consent page": async (text) => {
    await putWeb({ clientName: text });
    return browser.get(authorizePath());
  },
  "a stranger's name, on the consent page": async (text) => {
    await putWeb({ clientName: text, source: "registration" });
    return browser.get(authorizePath());
  },
  "a client's name, at a device": async (text) => {
    await putTelevision({ clientName: text });
    return deviceQuestion();
  },
  "a client's name, after the answer to a device": async (text) => {
    await putTelevision({ clientName: text });
    const { user_code } = await startDevice(server);
    return browser.submit(`/device?user_code=${user_code}`, { decision: "allow" }, "/device");
  },
  "a client's name, where it asks for approval": (text) => approvalOf(text, null),
  "a client's words, where it asks for approval": (text) => approvalOf("Television", text),
  "a client's name and words, among what waits for approval": (text) => approvalOf(text, text, true),
  "a client's name, on the account page": async (text) => {
    await putWeb({ clientName: text });
    return allower.get("/account");
  },
  "a client's name, once its access is removed": async (text) => {
    await putWeb({ clientName: text });
    return browser.get("/account?notice=removed&client_id=web");
  },
  "a client's identifier, where it has no name": async (text) => {
    const clientId = text.replace(/[^\x20-\x7e]/g, "") as ClientRecord["clientId"];
    await withClient(web, { clientId, clientName: null });
    return browser.get(authorizePath({ client_id: clientId }));
  },
  "a person's name, on the account page": async (text) => (await browserOf({ name: text })).get("/account"),
  "a person's user name, on the account page": async (text) => {
    people += 1;
    return (await browserOf({ username: `${people} ${text}` })).get("/account");
  },
  "a person's user name, on the consent page": async (text) => {
    people += 1;
    return (await browserOf({ username: `${people} ${text}` })).get(authorizePath());
  },
  "a device's user agent": (text) => deviceQuestion({ "User-Agent": text.replace(/[^\x20-\x7e]/g, " ") }),
};

/** The pages that show texts of the request. */
const REFLECTED: Readonly<Record<string, (text: string) => Promise<Response>>> = {
  "login_hint, at sign-in": (text) =>
    openBrowser(server).get(`/login?login_hint=${encodeURIComponent(text)}`),
  "the user name of a sign-in that fails": (text) => openBrowser(server).signIn(`x${text}`, "wrong"),
  "return_to, at sign-in": (text) => openBrowser(server).get(`/login?return_to=${encodeURIComponent(text)}`),
  "the state, on the consent page": async (text) => browser.get(authorizePath({ state: text })),
  "ui_locales, on the consent page": async (text) => browser.get(authorizePath({ ui_locales: text })),
  "a parameter that nobody knows, on the consent page": async (text) =>
    browser.get(authorizePath({ [`x${text}`]: text })),
  "an unknown client, on the page that says so": (text) =>
    openBrowser(server).get(authorizePath({ client_id: `x${text}` })),
  "a wrong redirect URI, on the page that says so": (text) =>
    openBrowser(server).get(authorizePath({ redirect_uri: `https://client.example/${text}` })),
  "a device's code that is none": async (text) =>
    browser.get(`/device?user_code=${encodeURIComponent(`0${text}`)}`),
  "the notice of the account page": async (text) =>
    browser.get(`/account?notice=${encodeURIComponent(text)}`),
  "the client of such a notice": async (text) =>
    browser.get(`/account?notice=removed&client_id=${encodeURIComponent(`x${text}`)}`),
  "a path that leads nowhere": (text) =>
    openBrowser(server).get(`/${encodeURIComponent(`x${text}`)}`, { Accept: "text/html" }),
  "the token of a set-up link": (text) => openBrowser(server).get(`/setup?token=${encodeURIComponent(text)}`),
  "the languages of the browser": (text) =>
    openBrowser(server).get("/login", { "Accept-Language": text.replace(/[^\x20-\x7e]/g, " ") }),
};

async function expectHarmless(open: (text: string) => Promise<Response>): Promise<void> {
  const { skeleton: expected } = await anatomyOf(await open(HARMLESS));
  expect(expected.length).toBeGreaterThan(10);
  for (const text of BREAKOUTS) {
    const { skeleton, addresses } = await anatomyOf(await open(text));
    expect({ text, skeleton }).toEqual({ text, skeleton: expected });
    expect(addresses.filter((address) => !OURS.test(address))).toEqual([]);
  }
}

test.each(Object.entries(STORED))(proves("%s is text, whatever is in it", "threat 30"), async (_, open) => {
  await expectHarmless(open);
  await putWeb({});
  await putTelevision({});
});

test.each(Object.entries(REFLECTED))(
  proves("%s, reflected, is text, whatever is in it", "threat 31"),
  (_, open) => expectHarmless(open),
);

test(
  proves("the operator's words for scopes, resources and the server are text too", "threat 30"),
  async () => {
    const skeletonWith = async (wordsAt: (index: number) => string) => {
      const names = BREAKOUTS.map((_, index) => `scope-${index}`);
      const own = await startTestServer({
        appearance: { name: wordsAt(1) },
        scopes: names.map((name, index) => ({ name, description: wordsAt(index) })),
        resources: names.map((name, index) => ({
          identifier: `https://api-${index}.example/`,
          name: wordsAt(index),
          scopes: [name],
        })),
        clients: (TEST_CONFIGURATION.clients ?? []).slice(0, 1),
      });
      const Cookie = await own.signIn(await own.addPerson("ada"));
      const path = authorizePath({ scope: names.join(" ") });
      const { skeleton } = await anatomyOf(await own.fetch(path, { headers: { Cookie } }));
      await own.close();
      return skeleton;
    };
    expect(await skeletonWith((index) => BREAKOUTS[index] ?? "")).toEqual(
      await skeletonWith((index) => `${HARMLESS} ${index}`),
    );
  },
);

describe("an address that a client registered", () => {
  const MEMBERS = ["clientUri", "tosUri", "policyUri", "logoUri"] as const;
  test.each(MEMBERS)(
    proves("as %s is no link that runs, and nothing is loaded from it", "threat 30"),
    async (member) => {
      for (const address of RUNNING_ADDRESSES) {
        await putWeb({ [member]: address });
        const { addresses } = await anatomyOf(await browser.get(authorizePath()));
        expect(addresses.filter((each) => !OURS.test(each))).toEqual([]);
      }
      await putWeb({});
    },
  );

  test(proves("that runs cannot be registered at all", "threat 30"), async () => {
    const register = (metadata: object) =>
      server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ redirect_uris: ["https://client.example/"], ...metadata }),
        address: `198.51.100.${Math.floor(Math.random() * 250)}`,
      });
    expect((await register({ client_uri: "https://client.example/" })).status).toBe(201);
    for (const member of ["client_uri", "tos_uri", "policy_uri", "logo_uri"]) {
      for (const address of RUNNING_ADDRESSES.slice(0, 12)) {
        // A logo that is sent itself is left out: the test of the metadata checks that.
        if (member === "logo_uri" && address.startsWith("data:")) continue;
        expect({ member, address, status: (await register({ [member]: address })).status }).toEqual({
          member,
          address,
          status: 400,
        });
      }
    }
  });
});

test(proves("what is sent on to the client stays one parameter of its address", "threat 31"), async () => {
  for (const text of [...BREAKOUTS, "a&code=stolen&error=x#y", "a\nSet-Cookie: a=b"]) {
    const response = await server.fetch(authorizePath({ state: text, scope: "everything" }));
    const { origin, pathname, hash, searchParams } = redirectOf(response);
    expect(`${origin}${pathname}${hash}`).toBe("https://client.example/callback");
    expect(searchParams.getAll("state")).toEqual([text]);
    expect(searchParams.getAll("error")).toEqual(["invalid_scope"]);
    expect(searchParams.has("code")).toBe(false);
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(await response.text()).toBe("");
  }
});

test(proves("answers for programs are JSON that no browser takes for a page", "threat 31"), async () => {
  for (const text of BREAKOUTS) {
    for (const path of ["/auth/token", "/auth/device", "/auth/introspect", "/auth/revoke"]) {
      const response = await server.post(path, {
        grant_type: text,
        scope: text,
        client_id: text,
        token: text,
      });
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await response.text()).not.toMatch(/<(?:script|img|svg|iframe|b)\b/);
    }
  }
});
