import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";
import { authorizePath } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD, startDevice } from "../support/pages.ts";
import { grantAccess, makeSetupLink } from "../support/people.ts";
import { SECRET } from "../support/server.ts";
import { isComplaint } from "./complaints.ts";

let browser: Browser;
let server: ListeningServer;
let page: Page;
/** The browser's complaints, such as violations of a policy by our own pages. */
let complaints: string[];
let other: ReturnType<typeof openOtherSite>;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  other = openOtherSite();
  server = await startListeningServer({
    clients: [
      {
        client_id: "web",
        client_name: "Example Web",
        redirect_uris: ["http://127.0.0.1/callback"],
        secrets: [SECRET],
      },
      {
        client_id: "television",
        client_name: "Example Television",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
      },
    ],
  });
  await addPersonWithPassword(server, "alice");
  page = await openPage(browser);
  complaints = [];
  page.on("console", (message) => {
    if (isComplaint(message.text())) complaints.push(message.text());
  });
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.context().close();
  await server.close();
  await other.stop();
});

const url = (path: string) => server.issuer + path;
const heading = () => page.getByRole("heading", { level: 1 }).textContent();
const signIn = () => signInOn(page, url("/login"), "alice", PASSWORD);

/** Another site, which plays a client's site or an attacker's. To the browser, 127.0.0.1 is not localhost. */
interface OtherSite {
  readonly origin: string;
  /** The requests that arrived there. */
  readonly arrived: URL[];
  body: string;
}

function openOtherSite(): OtherSite & { stop: () => Promise<void> } {
  const site = {
    origin: "",
    arrived: [] as URL[],
    body: "<title>another site</title>",
    stop: () => listener.stop(true),
  };
  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const url = new URL(request.url);
      if (url.pathname === "/callback") site.arrived.push(url);
      return new Response(`<!doctype html>${site.body}`, { headers: { "Content-Type": "text/html" } });
    },
  });
  site.origin = `http://127.0.0.1:${listener.port}`;
  return site;
}

/** A request of the client on the other site. */
const authorizeOther = () => url(authorizePath({ redirect_uri: `${other.origin}/callback` }));
const atOther = () => page.waitForURL(`${other.origin}/callback**`);

test("a person signs in, after a slip, and out again", async () => {
  await signInOn(page, url("/login"), "alice", "a slip");
  expect(await page.getByRole("alert").textContent()).toStartWith("Wrong user name or password.");
  expect(await page.getByLabel("User name or e-mail address").inputValue()).toBe("alice");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  expect(page.url()).toBe(url("/account"));
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  expect(await heading()).toBe("You are signed out");
  await page.goto(url("/account"));
  expect(new URL(page.url()).pathname).toBe("/login");
});

test("a person signs in on the way to a client and allows it; the second time nobody asks", async () => {
  await signInOn(page, authorizeOther(), "alice", PASSWORD);
  expect(await heading()).toBe("Example Web wants to use your account");
  await page.getByRole("button", { name: "Allow" }).click();
  await atOther();
  expect(other.arrived[0]?.searchParams.get("code")).toStartWith("tac_");
  // With a remembered consent, the sign-in form leads straight on to the client, through two redirects.
  await page.context().clearCookies();
  await signInOn(page, authorizeOther(), "alice", PASSWORD);
  await atOther();
  expect(other.arrived).toHaveLength(2);
});

test("a person denies, and the client hears it", async () => {
  await signInOn(page, authorizeOther(), "alice", PASSWORD);
  await page.getByRole("button", { name: "Deny" }).click();
  await atOther();
  expect(other.arrived[0]?.searchParams.get("error")).toBe("access_denied");
});

test("a person answers as somebody else", async () => {
  await addPersonWithPassword(server, "bob");
  await signInOn(page, authorizeOther(), "alice", PASSWORD);
  await page.getByRole("link", { name: "Use another account" }).click();
  await page.getByLabel("User name or e-mail address").fill("bob");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  expect(await page.locator(".person strong").textContent()).toBe("bob");
  expect(await heading()).toBe("Example Web wants to use your account");
});

test("a client that opened a window keeps its hold on it", async () => {
  await signIn();
  await page.goto(other.origin);
  const opening = page.waitForEvent("popup");
  await page.evaluate((target) => {
    window.open(target);
  }, authorizeOther());
  const popup = await opening;
  await popup.getByRole("button", { name: "Allow" }).click();
  await popup.waitForURL(`${other.origin}/callback**`);
  expect(await popup.evaluate(() => window.opener !== null)).toBe(true);
});

test("a person types a device's code and connects it", async () => {
  const { user_code, device_code } = await startDevice(server);
  await signInOn(page, url("/device"), "alice", PASSWORD);
  await page.getByLabel("Code").fill(user_code.toLowerCase().replace("-", " "));
  await page.getByRole("button", { name: "Continue" }).click();
  expect(await heading()).toBe("Example Television wants to use your account from another device");
  expect(await page.locator(".show-code .code").textContent()).toBe(user_code);
  await page.getByRole("button", { name: "Allow" }).click();
  expect(await heading()).toBe("Your device is connected");
  const answer = await server.post("/auth/token", {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code,
    client_id: "television",
  });
  expect(answer.status).toBe(200);
});

test("a person sees what has access, and removes one of two", async () => {
  const alice = await server.context.store.findAccountByUsername("alice");
  if (alice === null) throw new Error("Alice is missing.");
  await grantAccess(server, alice, "web", ["mail.read"]);
  await grantAccess(server, alice, "television", ["mail.read"], [], "device_code");
  await signIn();
  await page.getByText("Example Web").click();
  await page.getByRole("button", { name: "Remove the access of Example Web" }).click();
  expect(await page.getByRole("status").textContent()).toBe("Example Web no longer has access.");
  const names = await page.locator(".access h3").allTextContents();
  expect(names).toEqual(["Example Television"]);
});

test("a person changes their password and stays signed in", async () => {
  await signIn();
  await page.getByRole("link", { name: "Security" }).click();
  await page.getByRole("link", { name: "Password" }).click();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill("a new password of mine");
  await page.getByRole("button", { name: "Change password" }).click();
  expect(await page.getByRole("status").textContent()).toContain("Your password is changed.");
});

test("an operator follows the setup link", async () => {
  await page.goto(url(`/setup?token=${await makeSetupLink(server)}`));
  await page.getByLabel("User name").fill("root");
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  expect(await page.getByRole("alert").textContent()).toBe(
    "This password is too short. It needs at least 10 characters.",
  );
  await page.locator("#password:focus").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  expect(await page.getByRole("status").first().textContent()).toBe(
    "Your account was created. You are signed in.",
  );
});

test("everything can be done with the keyboard, and the focus can be seen", async () => {
  const press = (...keys: string[]) =>
    keys.reduce(async (before, key) => {
      await before;
      await page.keyboard.press(key);
    }, Promise.resolve());
  /** Presses Tab until the element with this name has the focus, which must be visible. */
  const tabTo = async (name: string) => {
    for (let count = 0; count < 30; count += 1) {
      const focused = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null;
        const style = element && getComputedStyle(element);
        return { text: element?.textContent?.trim() ?? "", outline: style?.outlineStyle ?? "none" };
      });
      if (focused.text.endsWith(name)) {
        expect(focused.outline).toBe("solid");
        return;
      }
      await page.keyboard.press("Tab");
    }
    throw new Error(`No way to ${name} with the keyboard.`);
  };
  await page.goto(authorizeOther());
  await page.locator("#username:focus").waitFor();
  await page.keyboard.type("alice");
  await press("Tab");
  await page.keyboard.type(PASSWORD);
  await press("Enter");
  await page.getByRole("button", { name: "Deny" }).waitFor();
  await tabTo("Skip to the content");
  await tabTo("Use another account");
  await tabTo("Deny");
  await tabTo("Allow");
  await press("Enter");
  await atOther();
  expect(other.arrived[0]?.searchParams.has("code")).toBe(true);

  const { user_code } = await startDevice(server);
  await page.goto(url("/device"));
  await page.locator("#user_code:focus").waitFor();
  await page.keyboard.type(user_code);
  await press("Enter");
  await page.getByRole("button", { name: "Deny" }).waitFor();
  await tabTo("Deny");
  await press("Space");
  await page.getByRole("heading", { name: "Access was denied" }).waitFor();
});

test("another site can neither frame the pages nor send their forms", async () => {
  await signIn();
  const account = url("/account");
  other.body = `<iframe src="${account}"></iframe>
<form method="post" action="${url("/logout")}"><button>Click me</button></form>`;
  await page.goto(other.origin);
  const framed = page.frames().find((frame) => frame !== page.mainFrame());
  expect(await framed?.locator("h1").count()).toBe(0);
  await page.getByRole("button", { name: "Click me" }).click();
  await page.getByRole("heading", { name: "This form did not come from our own page" }).waitFor();
  await page.goto(account);
  expect(await heading()).toBe("Your account");
  // The browser reports that it refused the frame, as it should.
  complaints = [];
});
