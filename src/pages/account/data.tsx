/** @jsxImportSource hono/jsx */
/** The person takes their data along, or deletes the account. */
import type { Context } from "../../operations/context.ts";
import { ownData } from "../../operations/own-data.ts";
import { removeOwnAccount } from "../../operations/people.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import { type Incoming, NO_SNIFFING, NO_STORE, type Route } from "../../platform/http.ts";
import { foldUsername } from "../../protocol/identifiers.ts";
import { actOfPerson } from "../../rules/events.ts";
import { respondWithPage } from "../respond.tsx";
import { DeletedView, type DeleteFault, OwnDataView } from "../views/account-data.tsx";
import { listAccess } from "./access.ts";
import { type Act, type Again, personFrame, sectionParts, sectionRoute, toSignIn } from "./section.ts";
import { otherSessions } from "./sessions.ts";

const PATH = "/account/data";

async function dataPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { fault = null, ...again }: Again & { readonly fault?: DeleteFault | null } = {},
): Promise<Response> {
  const { frame, token, options } = await sectionParts(context, incoming, signedIn, PATH, again);
  const mayDelete = context.configuration.account.people_may_delete;
  const ends = mayDelete ? await whatEnds(context, incoming, signedIn) : null;
  return respondWithPage(<OwnDataView frame={frame} token={token} ends={ends} fault={fault} />, options);
}

/** What ends with the account. */
async function whatEnds(context: Context, incoming: Incoming, signedIn: SignedIn) {
  const { texts } = personFrame(context, incoming, signedIn.account);
  const [access, others] = await Promise.all([
    listAccess(context, texts, signedIn),
    otherSessions(context, signedIn),
  ]);
  return {
    clients: access.map(({ clientName }) => clientName ?? texts.account.unknownClient),
    browsers: others.length + 1,
    isDeclared: signedIn.account.isDeclared,
  };
}

const download =
  (context: Context): Act =>
  async (_incoming, { account }) => {
    const body = `${JSON.stringify(await ownData(context, account), null, 2)}\n`;
    return new Response(body, {
      headers: {
        "Content-Type": "application/json",
        "Content-Disposition": 'attachment; filename="account.json"',
        ...NO_STORE,
        ...NO_SNIFFING,
      },
    });
  };

const deleteAccount =
  (context: Context): Act =>
  async (incoming, signedIn, form) => {
    const { account } = signedIn;
    const { texts } = personFrame(context, incoming, signedIn.account);
    const again = (fault: DeleteFault) => dataPage(context, incoming, signedIn, { fault, status: 422 });
    if (!context.configuration.account.people_may_delete) return dataPage(context, incoming, signedIn);
    if (foldUsername((form.get("typed_username") ?? "").trim()) !== foldUsername(account.username))
      return again({ field: "typed_username", text: texts.account.data.usernameWrong });
    const act = actOfPerson(incoming, account.subject);
    const outcome = await removeOwnAccount(context, act, account.subject);
    if (outcome === "last_administrator")
      return again({ field: null, text: texts.account.data.lastAdministrator });
    if (outcome === "declared") return again({ field: null, text: texts.account.data.declared });
    if (outcome === "gone") return toSignIn(context, PATH);
    return respondWithPage(<DeletedView frame={personFrame(context, incoming, signedIn.account)} />, {
      setCookie: context.sessionCookie.clear(),
    });
  };

export const dataRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: PATH,
    show: (incoming, signedIn) => dataPage(context, incoming, signedIn),
    stale: (incoming, signedIn, _form, again) => dataPage(context, incoming, signedIn, again),
    recent: ["download", "delete"],
    acts: { download: download(context), delete: deleteAccount(context) },
  });
