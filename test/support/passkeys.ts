/** People who sign in with passkeys, through pages and without a screen. */
import type { Authenticator, Lies, PageAsk } from "./authenticator.ts";
import { passkeyAskOf } from "./authenticator.ts";
import type { PageForm } from "./code-flow.ts";
import { formsOf } from "./code-flow.ts";
import type { Browser } from "./pages.ts";

/** The form for a passkey on a page, and what it asks. */
export interface OpenAsk {
  readonly ask: PageAsk;
  readonly form: PageForm;
}

/** Reads the form for a passkey of an answer. */
export async function readAsk(response: Response): Promise<OpenAsk> {
  const ask = await passkeyAskOf(response.clone());
  const form = (await formsOf(response)).find(({ fields }) => fields.passkey !== undefined);
  if (ask === null || form === undefined) throw new Error("The page asks for no passkey.");
  return { ask, form };
}

export const openAsk = async (browser: Browser, path: string): Promise<OpenAsk> =>
  readAsk(await browser.get(path));

/** Sends an answer with the form of its page. */
export const answerAsk = (browser: Browser, { form }: OpenAsk, passkey: string): Promise<Response> =>
  browser.post(form.action, { ...form.fields, passkey });

/** Adds a passkey to the account of the person who is signed in. */
export async function addPasskeyIn(
  browser: Browser,
  device: Authenticator,
  lies: Lies = {},
): Promise<Response> {
  const open = await openAsk(browser, "/account/passkeys");
  return answerAsk(browser, open, device.create(open.ask, lies));
}

/** Signs in with a passkey. */
export async function signInWith(
  browser: Browser,
  device: Authenticator,
  lies: Lies = {},
  path = "/login",
): Promise<Response> {
  const open = await openAsk(browser, path);
  return answerAsk(browser, open, device.get(open.ask, lies));
}
