/**
 * Counts how often mails with links and codes are asked for: by the name as it was typed, whether it exists or not, and by address. A
 * browser in which the person has signed in before counts by itself, so that strangers who ask in a person's name do not keep the
 * person from asking (THREATS 34, 60).
 */
import type { PresentedBrowser } from "../accounts/known-browser.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import type { AttemptContext } from "./attempts.ts";
import type { Context } from "./context.ts";
import { findAccountBySignInName } from "./people.ts";

type RequestContext = Pick<Context, "store"> &
  Pick<AttemptContext, "knownBrowsers"> & {
    readonly limits: Pick<Context["limits"], "linkRequestPerAddress" | "linkRequestPerName">;
  };

export interface CountedRequest {
  /** In seconds, until a request is allowed; 0 if this one is. */
  readonly wait: number;
  /** Whether it counted for a browser that is known to the person with the name. */
  readonly isKnownBrowser: boolean;
}

export async function countLinkRequest(
  context: RequestContext,
  address: string,
  browser: PresentedBrowser | null,
  name: string,
): Promise<CountedRequest> {
  const { linkRequestPerAddress, linkRequestPerName } = context.limits;
  const count = (limit: typeof linkRequestPerName, key: string): number => {
    const wait = limit.attempt(key);
    if (wait === 0) limit.settle(key);
    return wait;
  };
  const byAddress = count(linkRequestPerAddress, address);
  if (byAddress > 0) return { wait: byAddress, isKnownBrowser: false };
  const isKnown =
    browser !== null &&
    context.knownBrowsers.isKnownTo(browser, await findAccountBySignInName(context, name));
  if (isKnown && count(linkRequestPerName, `browser ${browser.id}`) === 0)
    return { wait: 0, isKnownBrowser: true };
  return { wait: count(linkRequestPerName, foldUsername(name)), isKnownBrowser: false };
}
