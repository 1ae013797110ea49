/** Invitations, for administrators and for group managers, who invite into their own groups. */
import { emailFault, personNameFault, usernameFault } from "../../accounts/people.ts";
import { recordIdText } from "../../credentials/credential.ts";
import { DAY_SECONDS } from "../../platform/clock.ts";
import { OAuthError } from "../../protocol/errors.ts";
import { actorText } from "../../rules/events.ts";
import { type Authority, isAllowed, managesGroup, mayInvite } from "../../rules/role.ts";
import type { LinkRecord } from "../../store/tables/sign-in.ts";
import type { Context } from "../context.ts";
import { findGroup } from "../groups.ts";
import { everyInvitation, type Invitation, type Invited, invite, revokeInvitation } from "../links.ts";
import { collect } from "../paging.ts";
import { findAccountBySignInName } from "../people.ts";
import { acting, known, requirePermission, requireThat } from "./authority.ts";

/** The open invitations, oldest first; for a group manager their own. */
export async function listInvitations(context: Context, authority: Authority): Promise<LinkRecord[]> {
  requireThat(isAllowed(authority, "people.read") || authority.manages.length > 0, "people.read");
  const all = await collect(everyInvitation(context, context.clock.seconds()));
  return all.filter((link) => mayAnswerFor(authority, link, "people.read"));
}

const mayAnswerFor = (
  authority: Authority,
  { createdBy }: LinkRecord,
  permission: "people.read" | "people.write",
): boolean => isAllowed(authority, permission) || createdBy === actorText(authority.act.actor);

/** What an invitation may be at most. */
export const MOST_USES = 1000;
export const MOST_DAYS = 365;

const refuse = (description: string): OAuthError => new OAuthError("member_refused", { description });

/** Throws `member_refused`, or `object_exists` for a person who has an account. */
export async function makeInvitation(
  context: Context,
  authority: Authority,
  wish: Invitation,
): Promise<Invited> {
  const { username, name, email, groups = [], administrator = false, uses = 1, seconds, isMailed } = wish;
  if (administrator) requirePermission(authority, "server.write");
  const isInOwnGroups = groups.length > 0 && groups.every((group) => managesGroup(authority, group));
  requireThat(isAllowed(authority, "people.write") || isInOwnGroups, "people.write");
  // A group manager could take the address of another person.
  const provesNothing = email && !isMailed && !isAllowed(authority, "people.write");
  const isForOne = Boolean(username || name || email || administrator);
  // A name that is an address keeps the owner of the address out, and shows the person as its owner.
  const isAddress = username?.includes("@") === true && !isAllowed(authority, "people.write");
  const fault =
    (isAddress && "username must not be an e-mail address") ||
    (username && usernameFault(username) && `username ${usernameFault(username)}`) ||
    (name && personNameFault(name) && `name ${personNameFault(name)}`) ||
    (email && emailFault(email) && `email ${emailFault(email)}`) ||
    (uses > 1 && isForOne && "uses must be 1 for an invitation of one person") ||
    ((uses < 1 || uses > MOST_USES) && `uses must be a whole number from 1 to ${MOST_USES}`) ||
    (seconds !== undefined &&
      (seconds < 60 || seconds > MOST_DAYS * DAY_SECONDS) &&
      `expires_in must be from 60 to ${MOST_DAYS * DAY_SECONDS} seconds`) ||
    (isMailed && !email && "mail needs an email address") ||
    (provesNothing && "mail must be true: only a mail proves that the address is the person's own") ||
    (isMailed && context.linkMails === null && "mail must be false: this server sends no mail");
  if (fault) throw refuse(`${fault}.`);
  for (const group of groups)
    if ((await findGroup(context, group)) === null)
      throw refuse("groups: there is no group of one of these names.");
  for (const taken of [username, email])
    if (taken && (await findAccountBySignInName(context, taken)) !== null)
      throw new OAuthError("object_exists", { description: "A person signs in with that name or address." });
  if (!isAllowed(authority, "people.write")) countInvitation(context, authority);
  const own = acting(
    context,
    authority,
    (present) => {
      if (administrator) requirePermission(present, "server.write");
      if (!isInOwnGroups || !groups.every((group) => managesGroup(present, group)))
        requirePermission(present, "people.write");
    },
    { groups },
  );
  return invite(own, authority.act, wish);
}

/** Invitations that were withdrawn count too: their mails are sent. Throws `too_many_requests`. */
function countInvitation({ limits }: Context, { act }: Authority): void {
  const retryAfterSeconds = limits.invitationPerManager.attempt(actorText(act.actor));
  if (retryAfterSeconds > 0)
    throw new OAuthError("too_many_requests", {
      retryAfterSeconds,
      description: "You have invited too many people today.",
    });
}

/** Takes an invitation back. */
export async function withdrawInvitation(context: Context, authority: Authority, id: string): Promise<void> {
  requireThat(mayInvite(authority), "people.write");
  const all = await listInvitations(context, authority);
  const link = known(all.find((each) => recordIdText(each.id) === id));
  const own = acting(
    context,
    authority,
    (present) => {
      requireThat(mayInvite(present) && mayAnswerFor(present, link, "people.write"), "people.write");
      if (link.administrator) requirePermission(present, "server.write");
    },
    { groups: "any" },
  );
  await revokeInvitation(own, authority.act, link.id);
}
