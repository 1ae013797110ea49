/** @jsxImportSource hono/jsx */
/** The first page of the account: the access that the person gave. */
import { parseRecordId } from "../../credentials/credential.ts";
import { findGrant, revokeAccess, revokeGrant } from "../../operations/access.ts";
import { listOpenRequests } from "../../operations/backchannel-requests.ts";
import { findClient } from "../../operations/clients.ts";
import type { Context } from "../../operations/context.ts";
import { authorityOfPerson } from "../../operations/management/authority.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import type { Incoming, Route } from "../../platform/http.ts";
import { actOfPerson } from "../../rules/events.ts";
import { managesAnything, mayInvite } from "../../rules/role.ts";
import { respondWithPage } from "../respond.tsx";
import { AppsView, OverviewView } from "../views/account-overview.tsx";
import { listAccess } from "./access.ts";
import { listApps, TILES } from "./apps.ts";
import { type Act, type Again, backWith, personFrame, sectionParts, sectionRoute } from "./section.ts";

const PATH = "/account";
const APPS_PATH = "/account/apps";

async function overviewPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  again: Again = {},
): Promise<Response> {
  const access = await listAccess(context, personFrame(context, incoming, signedIn.account).texts, signedIn);
  // The page says that a client has no access only while that is true.
  const { frame, token, options } = await sectionParts(
    context,
    incoming,
    signedIn,
    PATH,
    again,
    (told) => told.about === "removed" && access.some(({ clientId }) => clientId === told.clientId),
  );
  const apps = await listApps(
    context,
    frame.texts,
    signedIn,
    access.map(({ clientId }) => clientId),
  );
  const waiting = await listOpenRequests(context, signedIn.account.subject);
  const authority = await authorityOfPerson(context, incoming, signedIn);
  return respondWithPage(
    <OverviewView
      frame={frame}
      token={token}
      approvals={
        waiting.length === 0 ? null : { count: waiting.length, href: frame.path("/account/approvals") }
      }
      apps={apps.slice(0, TILES)}
      moreApps={apps.length > TILES ? { count: apps.length, href: frame.path("/account/apps") } : null}
      access={access}
      manages={managesAnything(authority) ? frame.path("/admin") : null}
      invitePeople={mayInvite(authority) ? frame.path("/invite-people") : null}
    />,
    options,
  );
}

/** All tiles, for those who have many. */
async function appsPage(context: Context, incoming: Incoming, signedIn: SignedIn): Promise<Response> {
  const { frame, options } = await sectionParts(context, incoming, signedIn, APPS_PATH);
  const access = await listAccess(context, frame.texts, signedIn);
  const used = access.map(({ clientId }) => clientId);
  const apps = await listApps(context, frame.texts, signedIn, used);
  return respondWithPage(<AppsView frame={frame} apps={apps} />, options);
}

/** Ends all access of one client. */
const removeAccess =
  (context: Context): Act =>
  async (incoming, { account: { subject } }, form) => {
    // A removed client has no access left, and a made-up identifier matches none of this person's grants.
    const client = await findClient(context, form.required("client_id"));
    if (client !== null) {
      const { clientId } = client;
      const act = actOfPerson(incoming, subject);
      await revokeAccess(context, act, { subject, clientId }, "revoked_by_person", context.clock.seconds());
    }
    return backWith(context, incoming, PATH, subject, {
      about: "removed",
      clientId: client?.clientId ?? "",
    });
  };

/** Ends the access of every client. */
const removeAllAccess =
  (context: Context): Act =>
  async (incoming, { account: { subject } }) => {
    const act = actOfPerson(incoming, subject);
    await revokeAccess(context, act, { subject }, "revoked_by_person", context.clock.seconds());
    return backWith(context, incoming, PATH, subject, { about: "removed_all" });
  };

/** Ends one grant, if it is this person's. One that is gone, or was never there, gets the same answer. */
const endInstallation =
  (context: Context): Act =>
  async (incoming, { account: { subject } }, form) => {
    const id = parseRecordId(form.required("grant"));
    const grant = id === null ? null : await findGrant(context, id);
    if (grant?.subject === subject) {
      const act = actOfPerson(incoming, subject);
      await revokeGrant(context, act, grant.id, "revoked_by_person", context.clock.seconds());
    }
    return backWith(context, incoming, PATH, subject, { about: "ended" });
  };

export const overviewRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: PATH,
    show: (incoming, signedIn) => overviewPage(context, incoming, signedIn),
    stale: (incoming, signedIn, _form, again) => overviewPage(context, incoming, signedIn, again),
    acts: {
      remove: removeAccess(context),
      remove_all: removeAllAccess(context),
      end: endInstallation(context),
    },
  });

export const appsRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: APPS_PATH,
    show: (incoming, signedIn) => appsPage(context, incoming, signedIn),
  });
