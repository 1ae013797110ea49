/** The mails of this server, for those who manage it: what was sent, and what mails look like. */
import { OAuthError } from "../../protocol/errors.ts";
import { MAIL_KIND_NAMES } from "../../rules/mail.ts";
import type { Authority } from "../../rules/role.ts";
import type { MailRecord } from "../../store/tables/waiting.ts";
import type { Context } from "../context.ts";
import { type ComposedMail, listMails } from "../mail.ts";
import type { Page } from "../paging.ts";
import { findAccount } from "../people.ts";
import { known, requirePermission } from "./authority.ts";

/** A mail, and for whom it is. */
export interface KnownMail extends MailRecord {
  /** Null for a mail to no account, or to one that is gone. */
  readonly username: string | null;
}

/** A page of the mails, newest first: all, or those to a person. */
export async function listKnownMails(
  context: Context,
  authority: Authority,
  { person, ...page }: Page<MailRecord> & { readonly person?: string | undefined },
): Promise<KnownMail[]> {
  requirePermission(authority, "server.read");
  const subject = person === undefined ? undefined : known(await findAccount(context, person)).subject;
  const found = await listMails(context, { subject }, page);
  const names = new Map<string, string>();
  for (const each of new Set(found.flatMap((mail) => mail.subject ?? []))) {
    const account = await findAccount(context, each);
    if (account !== null) names.set(each, account.username);
  }
  return found.map((mail) => ({ ...mail, username: names.get(mail.subject ?? "") ?? null }));
}

/** A mail of this kind with made-up facts. Throws `object_unknown` for another kind. */
export function previewKnownMail(
  context: Context,
  authority: Authority,
  kind: string,
  language: string,
): Promise<ComposedMail> {
  requirePermission(authority, "server.read");
  const found = MAIL_KIND_NAMES.find((name) => name === kind);
  if (found === undefined)
    throw new OAuthError("object_unknown", {
      description: `There is no mail of this kind. The kinds: ${MAIL_KIND_NAMES.join(", ")}`,
    });
  return context.previewMail(found, language);
}
