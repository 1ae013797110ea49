/**
 * The pages behind links. To open one changes nothing, so a scanner that fetches it does no harm; its form does the act. The
 * secret of the link is in the address and in the form, and the form counts only in the browser in which it was opened.
 */
import type { Context } from "../operations/context.ts";
import { findLink, personOfLink } from "../operations/links.ts";
import type { Incoming } from "../platform/http.ts";
import { actOfStranger } from "../rules/events.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { LinkKind, LinkRecord } from "../store/tables/sign-in.ts";
import { PageError } from "./page-error.ts";

/** The parameter and the field with the secret of the link. */
export const LINK_TOKEN = "token";

/** The link of this secret, if it works. Throws PageError that says why not, more only to the holder of the right secret. */
export async function requireLink(
  context: Context,
  incoming: Incoming,
  kinds: readonly LinkKind[],
  token: string,
): Promise<LinkRecord> {
  const found = await findLink(context, kinds, token);
  const fault = found === null ? "unknown" : found.fault;
  if (found !== null && fault === null) return found.link;
  throw refusedLink(context, incoming, fault ?? "unknown", found?.link ?? null);
}

/** The same for a link about a person, who may be gone by now. */
export async function requirePersonOfLink(
  context: Context,
  incoming: Incoming,
  kinds: readonly LinkKind[],
  token: string,
): Promise<{ readonly link: LinkRecord; readonly account: AccountRecord }> {
  const link = await requireLink(context, incoming, kinds, token);
  const account = await personOfLink(context, link);
  if (account === null) throw refusedLink(context, incoming, "unknown", link);
  return { link, account };
}

/** The refusal of a link. It is reported, because a used link that is used again may have been read by another person. */
export function refusedLink(
  context: Context,
  incoming: Incoming,
  fault: "unknown" | "used" | "expired",
  link: LinkRecord | null,
): PageError {
  context.events.tell(actOfStranger(incoming), [
    {
      event: "link.refused",
      reason: fault,
      ...(link !== null && { link: link.id, via: link.kind, subject: link.subject ?? undefined }),
    },
  ]);
  return new PageError(`link_${fault}`);
}
