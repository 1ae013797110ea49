/** @jsxImportSource hono/jsx */
/** What applications are told of the person. */
import { emailFault, personNameFault } from "../../accounts/people.ts";
import type { Context } from "../../operations/context.ts";
import { changeAccount } from "../../operations/people.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import type { Incoming, Route } from "../../platform/http.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { actOfPerson } from "../../rules/events.ts";
import type { AccountRecord } from "../../store/tables.ts";
import { pageFrame } from "../frame.ts";
import { respondWithPage } from "../respond.tsx";
import { type Details, type DetailsFault, DetailsView } from "../views/account-details.tsx";
import { type Act, type Again, backWith, sectionParts, sectionRoute } from "./section.ts";

const PATH = "/account/details";

interface DetailsAgain extends Again {
  readonly fault?: DetailsFault;
  /** The details as the person typed them. */
  readonly typed?: Details;
}

async function detailsPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { fault, typed, ...again }: DetailsAgain = {},
): Promise<Response> {
  const { account } = signedIn;
  const { frame, token, options } = await sectionParts(context, incoming, signedIn, PATH, again);
  return respondWithPage(
    <DetailsView
      frame={frame}
      token={token}
      details={typed ?? { name: account.name ?? "", email: account.email ?? "" }}
      mayChangeEmail={mayChangeEmail(account)}
      fault={fault ?? null}
    />,
    options,
  );
}

/**
 * Applications may take an e-mail address for an identity. So only the operator and administrators, who could set any on the
 * command line, decide about it.
 */
const mayChangeEmail = ({ administrator }: Pick<AccountRecord, "administrator">): boolean => administrator;

/** The details as the person typed them. */
const detailsIn = (form: Parameters, account: AccountRecord): Details => ({
  name: (form.get("name") ?? "").normalize("NFC").trim(),
  email: mayChangeEmail(account) ? (form.get("email") ?? "").trim() : (account.email ?? ""),
});

const changeDetails =
  (context: Context): Act =>
  async (incoming, signedIn, form) => {
    const { account } = signedIn;
    const mayEmail = mayChangeEmail(account);
    const { name, email } = detailsIn(form, account);
    const texts = pageFrame(context, incoming).texts.account;
    const again = (fault: DetailsFault) =>
      detailsPage(context, incoming, signedIn, { fault, typed: { name, email }, status: 422 });
    if (name !== "" && personNameFault(name) !== null)
      return again({ field: "name", text: texts.nameRefused });
    if (mayEmail && email !== "" && emailFault(email) !== null)
      return again({ field: "email", text: texts.emailRefused });
    const changes = {
      name: name === "" ? null : name,
      ...(mayEmail && { email: email === "" ? null : email }),
    };
    const act = actOfPerson(incoming, account.subject);
    const outcome = await changeAccount(context, act, account.subject, changes, context.clock.seconds());
    if (outcome === "email_taken") return again({ field: "email", text: texts.emailTaken });
    return backWith(context, incoming, PATH, account.subject, { about: "details" });
  };

export const detailsRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: PATH,
    show: (incoming, signedIn) => detailsPage(context, incoming, signedIn),
    stale: (incoming, signedIn, form, again) =>
      detailsPage(context, incoming, signedIn, { ...again, typed: detailsIn(form, signedIn.account) }),
    acts: { details: changeDetails(context) },
  });
