/** A real Chromium, for tests of the visible pages. */
import sparticuz from "@sparticuz/chromium";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const launchChromium = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await sparticuz.executablePath(),
    // The package's own arguments switch off the web security that these tests check.
    args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
    headless: true,
  });

/** A page in a browser profile of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  // Less than a test has, so that it fails with what it waited for.
  context.setDefaultTimeout(50_000);
  return context.newPage();
}

/** Signs in through the page, in every language. */
export async function signInOn(page: Page, url: string, username: string, password: string): Promise<void> {
  // A browser that is signed in already would be led past the form.
  await page.context().clearCookies({ name: /tessera$/ });
  await page.goto(url);
  await page.locator("input#username").fill(username);
  await page.locator("input#password").fill(password);
  await page.locator("form:has(input#password) button[type=submit]").click();
}
