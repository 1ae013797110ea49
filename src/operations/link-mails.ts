/** Sends links by mail: the mail is a part of the commit that makes the link. */
import type { LinkMail, LinkMails } from "./links.ts";
import { type MailContext, mailChange, sendsMail } from "./mail.ts";

/** Null if this server sends no mail. `wake`: called after the commit, for a sender in this process. */
export function createLinkMails(context: MailContext, wake: () => void): LinkMails | null {
  if (!sendsMail(context)) return null;
  return { changesFor: (mail) => changesFor(context, mail), wake };
}

function changesFor(
  context: MailContext,
  { kind, subject, address, link, code, expiresAt, inviter }: LinkMail,
) {
  const way = { subject, address, link: code ?? link, uselessAt: expiresAt };
  const ending = { linkExpiresAt: expiresAt ?? 0 };
  switch (kind) {
    case "invitation":
      return mailChange(context, { kind, parameters: { ...ending, inviter: inviter ?? null }, ...way });
    case "account_exists":
    case "approved":
      return mailChange(context, { kind, parameters: {}, ...way });
    default:
      return mailChange(context, { kind, parameters: ending, ...way });
  }
}
