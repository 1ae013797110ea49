import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { addPersonWithPassword, type Browser, openBrowser, startDevice, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { OPEN_TO_DEVICES } from "../support/token-requests.ts";

let server: TestServer;
let alice: AccountRecord;
let browser: Browser;
beforeEach(async () => {
  server = await startTestServer({ registration: OPEN_TO_DEVICES });
  alice = await addPersonWithPassword(server, "alice");
  browser = openBrowser(server);
  await browser.signIn("alice");
});
afterEach(() => server.close());

/** The answer to the device's token request. */
async function poll(deviceCode: string): Promise<string> {
  const response = await server.post("/auth/token", {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: deviceCode,
    client_id: "television",
  });
  const body = (await response.json()) as { error?: string; access_token?: string };
  return body.error ?? (body.access_token === undefined ? "nothing" : "tokens");
}

const confirm = (code: string) => browser.form(`/device?user_code=${code}`, "/device");
const isConfirmPage = async (response: Response): Promise<boolean> =>
  (await response.text()).includes('name="decision"');

describe("the code", () => {
  test(proves("56: is found in any case, spacing, dash and width", "threat 56"), async () => {
    const { user_code: code } = await startDevice(server);
    const bare = code.replace("-", "");
    const fullWidth = [...bare].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join("");
    for (const typed of [
      code,
      bare,
      code.toLowerCase(),
      bare.toLowerCase(),
      code.replace("-", " "),
      ` ${code} `,
      code.replace("-", "–"),
      [...bare].join(" "),
      fullWidth,
      fullWidth.toLowerCase(),
    ]) {
      const response = await browser.get(`/device?user_code=${encodeURIComponent(typed)}`);
      expect({ typed, found: await isConfirmPage(response) }).toEqual({ typed, found: true });
    }
  });

  test(
    proves(
      "in a link on another site is filled in, but neither looked up nor counted as a guess",
      "threat 26",
    ),
    async () => {
      const { user_code: code } = await startDevice(server);
      for (let count = 0; count < 30; count += 1) {
        const response = await browser.get("/device?user_code=BCDF-GHJK", { "Sec-Fetch-Site": "cross-site" });
        expect(response.status).toBe(200);
      }
      const followed = await browser.get(`/device?user_code=${code}`, { "Sec-Fetch-Site": "cross-site" });
      const page = await followed.text();
      expect(page).toContain(code);
      expect(page).not.toContain('name="decision"');
      expect(await isConfirmPage(await browser.get(`/device?user_code=${code}`))).toBe(true);
    },
  );

  test("in a HEAD is no guess", async () => {
    const { user_code: code } = await startDevice(server);
    const { cookie, address } = browser;
    for (let count = 0; count < 30; count += 1) {
      const headers = { Cookie: cookie };
      const response = await server.fetch("/device?user_code=BCDF-GHJK", {
        method: "HEAD",
        headers,
        address,
      });
      expect(response.status).toBe(200);
    }
    expect(await isConfirmPage(await browser.get(`/device?user_code=${code}`))).toBe(true);
  });

  test("that cannot be one is explained, and is no guess", async () => {
    for (let count = 0; count < 30; count += 1) {
      const response = await browser.get("/device?user_code=WDJB-MJH");
      expect(response.status).toBe(422);
    }
    const page = await browser.get("/device?user_code=12345678");
    expect(await textOf(page)).toContain("That is not a complete code.");
    const { user_code } = await startDevice(server);
    expect((await browser.get(`/device?user_code=${user_code}`)).status).toBe(200);
  });

  test("asks who is not signed in to sign in first, and remembers the code", async () => {
    const stranger = openBrowser(server);
    const response = await stranger.get("/device?user_code=WDJB-MJHT");
    expect(response.status).toBe(303);
    const location = response.headers.get("location") ?? "";
    expect(location).toBe("/login?return_to=%2Fdevice%3Fuser_code%3DWDJB-MJHT");
    const signedIn = await stranger.submit(location, {
      username: "alice",
      password: "correct horse battery staple",
    });
    expect(signedIn.headers.get("location")).toBe("/device?user_code=WDJB-MJHT");
  });

  test(
    proves(
      "26: wrong ones are limited per person, from any address",
      "threat 26",
      "RFC 8628 5.1-1",
      "RFC 6749 10.10-4",
    ),
    async () => {
      for (let count = 0; count < 10; count += 1) {
        const response = await server.fetch("/device?user_code=BBBBBBBB", {
          headers: { Cookie: browser.cookie },
          address: `198.51.100.${count}`,
        });
        expect(response.status).toBe(422);
      }
      const { user_code } = await startDevice(server);
      const response = await server.fetch(`/device?user_code=${user_code}`, {
        headers: { Cookie: browser.cookie },
        address: "198.51.100.200",
      });
      expect(response.status).toBe(429);
      expect(response.headers.get("retry-after")).not.toBeNull();
      expect(await textOf(response)).toMatch(/Too many wrong codes. Try again in 1[56] minutes\./);
    },
  );

  test(
    proves(
      "26: wrong ones are limited per address, whoever is signed in, and parallel ones all count",
      "threat 26",
      "RFC 8628 5.1-1",
      "RFC 6749 10.10-4",
    ),
    async () => {
      const cookies = await Promise.all(
        Array.from({ length: 5 }, async (_, index) =>
          server.signIn(await server.addPerson(`person${index}`)),
        ),
      );
      const guesses = Array.from({ length: 100 }, (_, index) =>
        server.fetch("/device?user_code=BBBBBBBB", { headers: { Cookie: cookies[index % 5] ?? "" } }),
      );
      const statuses = (await Promise.all(guesses)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 422)).toHaveLength(20);
      expect(statuses.filter((status) => status === 429)).toHaveLength(80);
    },
  );

  test(
    proves(
      "26: wrong ones are limited in all, whoever types them and from wherever",
      "threat 26",
      "RFC 8628 5.1-1",
    ),
    async () => {
      const limited = await startTestServer({ limits: { user_code_failures: 6 } });
      const guess = async (index: number, code = "BBBBBBBB") =>
        limited.fetch(`/device?user_code=${code}`, {
          headers: { Cookie: await limited.signIn(await limited.addPerson(`person${index}`)) },
          address: `198.51.${index}.1`,
        });
      // A right one takes no guess away.
      const { user_code } = await startDevice(limited);
      expect((await guess(0, String(user_code))).status).toBe(200);
      const statuses = (await Promise.all(Array.from({ length: 10 }, (_, index) => guess(index + 1)))).map(
        ({ status }) => status,
      );
      expect(statuses.filter((status) => status === 422)).toHaveLength(6);
      const refused = await guess(20, String(user_code));
      expect(refused.status).toBe(429);
      limited.clock.advance(2 * limited.context.configuration.limits.user_code_window_seconds);
      expect((await guess(21)).status).toBe(422);
      await limited.close();
    },
  );

  test("right ones are not counted", async () => {
    const { user_code } = await startDevice(server);
    for (let count = 0; count < 40; count += 1) {
      expect((await browser.get(`/device?user_code=${user_code}`)).status).toBe(200);
    }
  });
});

describe("the question", () => {
  test(
    proves(
      "26: shows the client, the scopes, the code, when and from where it was started, and warns",
      "threat 26",
      "RFC 8628 5.4-1",
      "RFC 8628 5.4-2",
    ),
    async () => {
      const { user_code } = await startDevice(server, { "User-Agent": "Television/1.0" });
      server.clock.advance(180);
      const text = await textOf(await browser.get(`/device?user_code=${user_code}`));
      for (const words of [
        "Example Television",
        user_code,
        "Read your e-mail",
        "3 minutes ago",
        "Television/1.0",
        "203.0.113.7",
        "Only allow what you started yourself",
        "If another person sent you this code or link, they want to get into your account: deny it.",
        "Signed in as alice",
        "See your password",
      ]) {
        expect(text).toContain(words);
      }
    },
  );

  test(
    proves("names a known product, and quotes the words of the device behind a fold", "threat 69"),
    async () => {
      const agent = "Your bank asks you to allow this Firefox/127.0 (X11; Linux)";
      const { user_code } = await startDevice(server, { "User-Agent": agent });
      const html = await (await browser.get(`/device?user_code=${user_code}`)).text();
      const [before = "", fold = ""] = html.split("<details");
      expect(before).toContain("Firefox on Linux");
      expect(before).not.toContain("Your bank");
      expect(fold.split("</details>")[0]).toContain("“Your bank asks you to allow this");
    },
  );

  test("names no product for words that it does not know", async () => {
    const { user_code } = await startDevice(server, { "User-Agent": "Your bank" });
    const text = await textOf(await browser.get(`/device?user_code=${user_code}`));
    expect(text).toContain("A program that is not known here");
    expect(text).toContain("It can claim anything here: “Your bank”");
  });

  test("26: of a client that registered itself says so first, under a heading of its own", async () => {
    const client = await server.context.store.findClient("television");
    if (client === null) throw new Error("The client is missing.");
    await server.context.store.putClient({ ...client, source: "registration" });
    const { user_code } = await startDevice(server);
    const text = await textOf(await browser.get(`/device?user_code=${user_code}`));
    const order = ["This application is not verified", "Does your device show", "Only allow what you"];
    const places = order.map((words) => text.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
  });

  test(proves("is not allowed for an unverified client without the box ticked", "threat 59"), async () => {
    const client = await server.context.store.findClient("television");
    if (client === null) throw new Error("The client is missing.");
    await server.context.store.putClient({ ...client, source: "registration" });
    const { user_code, device_code } = await startDevice(server);
    const { acknowledged, ...hidden } = (await confirm(user_code)).fields;
    expect(acknowledged).toBe("yes");
    const answer = (fields: Record<string, string>) => browser.post("/device", { ...hidden, ...fields });
    expect((await answer({ decision: "allow" })).status).toBe(303);
    expect(await poll(device_code)).toBe("authorization_pending");
    expect((await answer({ decision: "allow", acknowledged: "yes" })).status).toBe(200);
    await server.context.store.putClient(client);
  });

  test(proves("26: approves nothing by a GET, whatever it asks for", "threat 26"), async () => {
    const { user_code, device_code } = await startDevice(server);
    const { fields } = await confirm(user_code);
    const query = new URLSearchParams({ ...fields, user_code, decision: "allow" });
    expect((await browser.get(`/device?${query}`)).status).toBe(200);
    expect(await poll(device_code)).toBe("authorization_pending");
  });

  test("allowed, gives the device its tokens, in the person's name", async () => {
    const { user_code, device_code } = await startDevice(server);
    const form = await confirm(user_code);
    const response = await browser.post(form.action, { ...form.fields, decision: "allow" });
    expect(await textOf(response)).toContain("Your device is connected");
    expect(await poll(device_code)).toBe("tokens");
    const grants = await server.context.store.listGrants({ subject: alice.subject }, server.clock.seconds());
    expect(grants.map(({ via, clientId }) => `${clientId} ${via}`)).toEqual(["television device_code"]);
  });

  test("denied, tells the device so", async () => {
    const { user_code, device_code } = await startDevice(server);
    const form = await confirm(user_code);
    const response = await browser.post(form.action, { ...form.fields, decision: "deny" });
    expect(await textOf(response)).toContain("Access was denied");
    expect(await poll(device_code)).toBe("access_denied");
  });

  for (const [first, second, title, polled] of [
    ["deny", "allow", "Access was denied", "access_denied"],
    ["allow", "deny", "Your device is connected", "tokens"],
  ] as const) {
    test(
      proves(`counts once: after ${first}, ${second} changes nothing and says so`, "threat 73"),
      async () => {
        const { user_code, device_code } = await startDevice(server);
        const form = await confirm(user_code);
        await browser.post(form.action, { ...form.fields, decision: first });
        const response = await browser.post(form.action, { ...form.fields, decision: second });
        expect(response.status).toBe(409);
        const text = await textOf(response);
        expect(text).toContain(title);
        expect(text).toContain("You answered before, and your first answer stands.");
        expect(await poll(device_code)).toBe(polled);
      },
    );
  }

  for (const [decision, polled] of [
    ["allow", "tokens"],
    ["deny", "access_denied"],
  ] as const) {
    test(`answered with ${decision} twice, or loaded again, shows the same page, and is no guess`, async () => {
      const { user_code, device_code } = await startDevice(server);
      const form = await confirm(user_code);
      const first = await browser.post(form.action, { ...form.fields, decision });
      expect(first.status).toBe(200);
      const page = await first.text();
      for (let count = 0; count < 30; count += 1) {
        const sent = await browser.post(form.action, { ...form.fields, decision });
        const loaded = await browser.get(`/device?user_code=${user_code}`);
        expect([sent.status, loaded.status]).toEqual([200, 200]);
        expect([await sent.text(), await loaded.text()]).toEqual([page, page]);
      }
      expect(await poll(device_code)).toBe(polled);
      expect(await (await browser.get(`/device?user_code=${user_code}`)).text()).toBe(page);
    });
  }

  test("of two clicks at once, each gets the page of the answer", async () => {
    const { user_code } = await startDevice(server);
    const form = await confirm(user_code);
    const click = () => browser.post(form.action, { ...form.fields, decision: "allow" });
    const pages = await Promise.all((await Promise.all([click(), click(), click()])).map(textOf));
    for (const page of pages) expect(page).toContain("Your device is connected");
  });

  test("is not said to be connected once the access was taken back", async () => {
    const { user_code } = await startDevice(server);
    const form = await confirm(user_code);
    const allow = () => browser.post(form.action, { ...form.fields, decision: "allow" });
    await allow();
    await browser.submit("/account", {}, "/account");
    expect(await textOf(await allow())).toContain("This code is no longer open");
  });

  for (const decision of ["allow", "deny"] as const) {
    test(
      proves(`answered by another person (${decision}) is unknown, and a guess`, "threat 26"),
      async () => {
        const { user_code } = await startDevice(server);
        const form = await confirm(user_code);
        await addPersonWithPassword(server, "bob");
        const bob = openBrowser(server);
        await bob.signIn("bob");
        await bob.submit(`/device?user_code=${user_code}`, { decision }, "/device");
        const late = await browser.post(form.action, { ...form.fields, decision });
        expect(await textOf(late)).toContain("This code is no longer open");
        const statuses: number[] = [];
        for (let count = 0; count < 11; count += 1)
          statuses.push((await browser.get(`/device?user_code=${user_code}`)).status);
        expect(statuses).toEqual([...Array<number>(10).fill(422), 429]);
      },
    );
  }

  test("of an earlier session is asked again, with one line that says why, and asks for sign-in first", async () => {
    const { user_code, device_code } = await startDevice(server);
    const form = await confirm(user_code);
    await browser.submit("/logout", {});
    const away = await browser.post(form.action, { ...form.fields, decision: "allow" });
    expect(away.headers.get("location")).toBe(`/login?return_to=%2Fdevice%3Fuser_code%3D${user_code}`);
    await browser.signIn("alice");
    const stale = await browser.post(form.action, { ...form.fields, decision: "allow" });
    expect(stale.status).toBe(422);
    const page = await stale.text();
    expect(page).toContain("This page was open for too long.");
    expect(page).toContain('name="decision"');
    expect(page).toContain(user_code);
    expect(await poll(device_code)).toBe("authorization_pending");
  });

  test("an answer that is neither yes nor no is none", async () => {
    const { user_code, device_code } = await startDevice(server);
    const form = await confirm(user_code);
    for (const decision of ["", "Allow", "yes"]) {
      expect((await browser.post(form.action, { ...form.fields, decision })).status).toBe(400);
    }
    expect(await poll(device_code)).toBe("authorization_pending");
  });

  test(proves("25: shown to one person cannot be answered by another", "threat 25"), async () => {
    await addPersonWithPassword(server, "bob");
    const { user_code, device_code } = await startDevice(server);
    const form = await confirm(user_code);
    const bob = openBrowser(server);
    await bob.signIn("bob");
    const own = await bob.form(`/device?user_code=${(await startDevice(server)).user_code}`, "/device");
    for (const fields of [
      form.fields,
      { ...form.fields, form_token: own.fields.form_token ?? "" },
      { ...own.fields, device: form.fields.device ?? "" },
    ]) {
      // The question is asked again, as one to him.
      const asked = await bob.post("/device", { ...fields, decision: "allow" });
      expect(asked.status).toBe(422);
      expect(await textOf(asked)).toContain("Signed in as bob");
    }
    expect(await poll(device_code)).toBe("authorization_pending");
  });

  test("of one device does not answer for another", async () => {
    const first = await confirm((await startDevice(server)).user_code);
    const other = await startDevice(server);
    const second = await confirm(other.user_code);
    const mixed = { ...first.fields, device: second.fields.device ?? "", decision: "allow" };
    expect((await browser.post("/device", mixed)).status).toBe(422);
    expect(await poll(other.device_code)).toBe("authorization_pending");
  });

  test("after it expired, comes too late", async () => {
    const { user_code } = await startDevice(server);
    const form = await confirm(user_code);
    server.clock.advance(900);
    expect((await browser.post(form.action, { ...form.fields, decision: "allow" })).status).toBe(409);
    expect((await browser.get(`/device?user_code=${user_code}`)).status).toBe(422);
  });

  test("19: of a client that was removed meanwhile cannot be allowed", async () => {
    const { user_code } = await startDevice(server);
    const form = await confirm(user_code);
    const client = await server.context.store.findClient("television");
    if (client === null) throw new Error("The client is missing.");
    await server.context.store.removeClient(client.clientId, server.clock.seconds());
    expect((await browser.post(form.action, { ...form.fields, decision: "allow" })).status).toBe(409);
    expect((await browser.get(`/device?user_code=${user_code}`)).status).toBe(422);
  });

  test("19: of a client that was disabled, or may no longer use devices, cannot be allowed", async () => {
    const client = await server.context.store.findClient("television");
    if (client === null) throw new Error("The client is missing.");
    for (const changes of [{ disabledAt: server.clock.seconds() }, { grantTypes: [] }]) {
      await server.context.store.putClient(client);
      const { user_code } = await startDevice(server);
      const form = await confirm(user_code);
      await server.context.store.putClient({ ...client, ...changes });
      expect((await browser.post(form.action, { ...form.fields, decision: "allow" })).status).toBe(409);
      expect((await browser.get(`/device?user_code=${user_code}`)).status).toBe(422);
    }
  });
});
