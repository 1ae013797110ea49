/** A person's app for one-time passwords, as tests play it. */
import { codeAt, newTotpSecret, sealTotp, totpFromText } from "../../src/accounts/totp.ts";
import { findAccount } from "../../src/operations/people.ts";
import type { SubjectId } from "../../src/protocol/identifiers.ts";
import { touchAccount } from "../../src/rules/grant.ts";
import { insert } from "../../src/store/contract.ts";
import { totps } from "../../src/store/tables/sign-in.ts";
import { formsOf } from "./code-flow.ts";
import type { Browser } from "./pages.ts";
import type { TestServer } from "./server.ts";

export const FACTOR_PAGE = "/account/second-factor";

export interface App {
  readonly secret: Uint8Array;
  readonly recoveryCodes: readonly string[];
  /** What it shows now, on a phone whose clock is ahead by these seconds. */
  code(aheadSeconds?: number): string;
  /** Waits for the next code, and reads it. */
  next(): string;
}

/** The secret that a page of the set-up shows. */
export function secretOn(html: string): Uint8Array {
  const text = /<p class="secret"><code>([A-Z2-7 ]+)<\/code>/.exec(html)?.[1];
  if (text === undefined) throw new Error("The page shows no secret.");
  return totpFromText(text.replaceAll(" ", ""));
}

export const recoveryCodesOn = (html: string): string[] =>
  [...html.matchAll(/<li><code>([0-9a-z-]{14})<\/code><\/li>/g)].map(([, code = ""]) => code);

/** What the app shows now. */
export const appCode = (server: TestServer, secret: Uint8Array, aheadSeconds = 0): string =>
  codeAt(secret, server.clock.seconds() + aheadSeconds);

/** The app of a secret; `recoveryCodes`: those that a page showed. */
export const appOf = (server: TestServer, secret: Uint8Array, recoveryCodes: readonly string[]): App => ({
  secret,
  recoveryCodes,
  code: (aheadSeconds = 0) => appCode(server, secret, aheadSeconds),
  next: () => {
    server.clock.advance(30);
    return appCode(server, secret);
  },
});

/** A form of a page, with its hidden fields. */
export async function formOn(html: string, action: string) {
  const forms = await formsOf(new Response(html, { headers: { "Content-Type": "text/html" } }));
  const form = forms.find((each) => each.action === action);
  if (form === undefined) throw new Error(`There is no form for ${action}.`);
  return form;
}

/** Sets up a second factor in a browser whose person has just signed in. Returns the app and the page with the codes. */
export async function enrol(
  server: TestServer,
  browser: Browser,
  path = FACTOR_PAGE,
): Promise<App & { readonly page: string }> {
  const html = await (await browser.get(path)).text();
  const secret = secretOn(html);
  const { fields } = await formOn(html, FACTOR_PAGE);
  const done = await browser.post(FACTOR_PAGE, { ...fields, code: appCode(server, secret) });
  const page = await done.text();
  const recoveryCodes = recoveryCodesOn(page);
  if (recoveryCodes.length === 0) throw new Error(`The app was not accepted: ${done.status}`);
  return { ...appOf(server, secret, recoveryCodes), page };
}

/** Answers the page of the second step that an answer shows. */
export async function answerStep(browser: Browser, shown: Response, code: string): Promise<Response> {
  const { action, fields } = await formOn(await shown.text(), "/login");
  return browser.post(action, { ...fields, code });
}

/**
 * Gives a person an app without ending a session, as a restored backup may. Returns the secret.
 */
export async function addAppBehind({ context }: TestServer, subject: SubjectId): Promise<Uint8Array> {
  const { keys, random, store, clock } = context;
  const account = await findAccount(context, subject);
  if (account === null) throw new Error("There is no such person.");
  const secret = newTotpSecret(random);
  const sealedSecret = sealTotp(keys, subject, secret);
  const row = { subject, sealedSecret, lastStep: 0, drift: 0, createdAt: clock.seconds() };
  const { outcome } = await store.commit({ changes: [touchAccount(account, {}), insert(totps, row)] });
  if (outcome !== "committed") throw new Error(outcome);
  return secret;
}
