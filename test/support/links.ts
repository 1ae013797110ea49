/** Links in tests: a mailbox in place of mail, and links as operators make them. */
import { type Invitation, invite, type LinkMail } from "../../src/operations/links.ts";
import type { Act } from "../../src/rules/events.ts";
import type { TestServer } from "./server.ts";

export const OPERATOR: Act = { actor: { kind: "operator", id: "root" }, origin: null };

/** Lets the server send mail, into the list. A commit that was repeated leaves the last mail only. */
export function giveMail(server: TestServer): LinkMail[] {
  const sent: LinkMail[] = [];
  const pending: LinkMail[] = [];
  Object.assign(server.context, {
    linkMails: {
      changesFor(mail: LinkMail) {
        pending.push(mail);
        return [];
      },
      wake() {
        const last = pending.at(-1);
        pending.length = 0;
        if (last !== undefined) sent.push(last);
      },
    },
  });
  return sent;
}

/** The part of an address below the issuer. */
export const below = (server: TestServer, address: string): string => address.slice(server.issuer.length);

/** An invitation that is handed over by hand, as the path that it opens. */
export async function invitationPath(server: TestServer, invitation: Invitation = {}): Promise<string> {
  const { address } = await invite(server.context, OPERATOR, invitation);
  if (address === null) throw new Error("The link went by mail.");
  return below(server, address);
}
