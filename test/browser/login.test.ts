/** `tessera login`, the project's own client, with a real browser: both flows of the README. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { Io } from "../../src/cli/io.ts";
import { findClient } from "../../src/operations/clients.ts";
import { captureIo, removeTemporaryFolders, serve, temporaryFolder, tessera } from "../cli/support.ts";
import { launchChromium, openPage, signInOn } from "../support/chromium.ts";

let browser: Browser;
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  browser = await launchChromium();
  running = await serve(temporaryFolder(), { demo: true, set: ["lifetimes.device_interval_seconds=1"] });
});
afterAll(async () => {
  await browser.close();
  await running.stop();
  removeTemporaryFolders();
});

/** Runs the command, and calls `person` with its output as soon as the pattern matches. */
async function loginWith(
  args: readonly string[],
  shown: RegExp,
  person: (found: string) => Promise<void>,
  terminal: Partial<Io> = {},
): Promise<Awaited<ReturnType<typeof tessera>>> {
  const seen = Promise.withResolvers<string>();
  const io = captureIo();
  const err = (text: string) => {
    io.err(text);
    const found = shown.exec(io.captured.err)?.[1];
    if (found !== undefined) seen.resolve(found);
  };
  const { issuer } = running.configuration;
  const command = tessera(["login", "--issuer", issuer, "--scope", "notes.read", ...args], {
    err,
    ...terminal,
  });
  await Promise.race([seen.promise.then(person), command]);
  return { ...(await command), err: io.captured.err };
}

test("the code flow: a person who cancels the sign-in gets back to the terminal, which says so", async () => {
  const page = await openPage(browser);
  const result = await loginWith(
    ["--browser", "--client-id", "demo-app"],
    /(http\S+authorize\S+)/,
    async (url) => {
      await page.goto(url);
      await page.getByRole("button", { name: "Cancel and go back to Demo app" }).click();
      await page.getByRole("heading", { name: "Access was denied" }).waitFor();
    },
  );
  await page.context().close();
  expect(result.code).not.toBe(0);
  expect(result.err).toContain("Access was denied");
});

test("the code flow: the browser comes back to the terminal, and the tokens work", async () => {
  const page = await openPage(browser);
  const result = await loginWith(
    ["--browser", "--client-id", "demo-app"],
    /(http\S+authorize\S+)/,
    async (url) => {
      await signInOn(page, url, "ada", "correct horse battery staple");
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Demo app");
      await page.getByRole("button", { name: "Allow" }).click();
      await page.getByRole("heading", { name: "The browser’s part is done" }).waitFor();
      // The page's policy allows its style.
      expect(await page.locator("h1").evaluate((element) => getComputedStyle(element).fontSize)).toBe("24px");
    },
  );
  await page.context().close();
  expect(result.code).toBe(0);
  expect(result.out).toContain("notes.read");
  const accessToken = /(tat_\S+)/.exec(result.out)?.[1] ?? "";
  const inspected = await tessera(["token", "inspect", accessToken, "--data", running.configuration.data]);
  expect(inspected.out).toContain("ada");
});

test("the code flow with openid: the terminal shows the claims of the ID token", async () => {
  const page = await openPage(browser);
  const result = await loginWith(
    ["--browser", "--client-id", "demo-app", "--scope", "openid", "--scope", "profile"],
    /(http\S+authorize\S+)/,
    async (url) => {
      await signInOn(page, url, "ada", "correct horse battery staple");
      await page.getByRole("button", { name: "Allow" }).click();
      await page.getByRole("heading", { name: "The browser’s part is done" }).waitFor();
    },
    { showsPerson: true },
  );
  await page.context().close();
  expect(result.code).toBe(0);
  const [, claims = ""] = /The ID token says:\n\n(\{.*?^\})/ms.exec(result.out) ?? [];
  expect(JSON.parse(claims)).toMatchObject({
    iss: running.configuration.issuer,
    aud: "demo-app",
    amr: ["pwd"],
    preferred_username: "ada",
    name: "Ada Lovelace",
  });
});

test("the code flow: a person who says no is told so in the terminal", async () => {
  const page = await openPage(browser);
  const result = await loginWith(
    ["--browser", "--client-id", "demo-app"],
    /(http\S+authorize\S+)/,
    async (url) => {
      await signInOn(page, url, "ada", "correct horse battery staple");
      await page.getByRole("button", { name: "Deny" }).click();
      await page.getByRole("heading", { name: "Access was denied" }).waitFor();
      expect(await page.locator("body").textContent()).toContain("Nothing was shared.");
    },
  );
  await page.context().close();
  expect(result.code).toBe(1);
  expect(result.err).toContain("Access was denied on the page");
});

test("the code flow: a refusal of the server is told in the browser too, as text", async () => {
  const page = await openPage(browser);
  const result = await loginWith(
    ["--browser", "--client-id", "demo-app"],
    /(http\S+authorize\S+)/,
    async (url) => {
      const { searchParams } = new URL(url);
      const answer = new URL(searchParams.get("redirect_uri") ?? "");
      answer.search = String(
        new URLSearchParams({
          state: searchParams.get("state") ?? "",
          iss: running.configuration.issuer,
          error: "server_error",
          error_description: `<script>document.title = "run"</script><b>Sorry</b>`,
        }),
      );
      await page.goto(answer.href);
      await page.getByRole("heading", { name: "The server refused" }).waitFor();
      expect(await page.locator("p").first().textContent()).toContain("<b>Sorry</b>");
      expect(await page.title()).toBe("The server refused");
    },
  );
  await page.context().close();
  expect(result.code).toBe(1);
  expect(result.err).toContain("The server refused: server_error");
});

test("the code flow: an answer with another state is not taken", async () => {
  const page = await openPage(browser);
  const result = await loginWith(
    ["--browser", "--client-id", "demo-app"],
    /(http\S+authorize\S+)/,
    async (url) => {
      const redirectUri = new URL(url).searchParams.get("redirect_uri") ?? "";
      const forged = await fetch(`${redirectUri}?code=tac_forged&state=guessed`);
      expect(forged.status).toBe(400);
      await signInOn(page, url, "ada", "correct horse battery staple");
      await page.getByRole("button", { name: "Allow" }).click();
    },
  );
  await page.context().close();
  expect(result.code).toBe(0);
});

test("the device flow: the code goes into the page, and the tokens come to the terminal", async () => {
  const page = await openPage(browser);
  const result = await loginWith(
    ["--client-id", "demo-device"],
    /^ {2}([A-Z]{4}-[A-Z]{4})$/m,
    async (code) => {
      await signInOn(page, `${running.configuration.issuer}/device`, "ada", "correct horse battery staple");
      await page.getByLabel("Code").fill(code.toLowerCase().replace("-", " "));
      await page.getByRole("button", { name: "Continue" }).click();
      expect(await page.locator("body").textContent()).toContain(code);
      await page.getByRole("button", { name: "Allow" }).click();
      await page.getByRole("heading", { name: "Your device is connected" }).waitFor();
    },
  );
  await page.context().close();
  expect(result.code).toBe(0);
  expect(result.out).toContain("tat_");
});

test("without a client, the command registers one that can do nothing but this flow", async () => {
  const page = await openPage(browser);
  const result = await loginWith(["--browser"], /(http\S+authorize\S+)/, async (url) => {
    await signInOn(page, url, "ada", "correct horse battery staple");
    // No person or operator vouches for a client that registered itself, and the page says so.
    expect(await page.locator("body").textContent()).toContain("This application is not verified");
    const allow = page.getByRole("button", { name: "Allow" });
    // Two clicks on one place, of which a person may have meant the first for another page, allow nothing.
    await allow.dblclick();
    expect(await page.getByRole("checkbox").evaluate((box: HTMLInputElement) => box.validity.valid)).toBe(
      false,
    );
    expect(new URL(page.url()).origin).toBe(running.configuration.issuer);
    await page.getByLabel("I started it myself just now").check();
    await allow.click();
  });
  await page.context().close();
  expect(result.code).toBe(0);
  const clientId = /--client-id (cl_\S+)/.exec(result.err)?.[1] ?? "";
  const client = await findClient(running.server.context, clientId);
  expect(client?.grantTypes).toEqual(["authorization_code", "refresh_token"]);
});
