/** @jsxImportSource hono/jsx */
/** What applications are told of the person, as far as the operator lets people decide it, and the language of the pages. */

import { emailFault } from "../../accounts/people.ts";
import { PEOPLE_FACTS, type PeopleFact } from "../../configuration/account-schema.ts";
import type { Context } from "../../operations/context.ts";
import { askEmailChange } from "../../operations/links.ts";
import {
  changesTo,
  type FactField,
  factOf,
  fieldsOf,
  isAllowed,
  typedValue,
} from "../../operations/own-facts.ts";
import { changeAccount } from "../../operations/people.ts";
import type { SignedIn } from "../../operations/sessions.ts";
import type { Incoming, Route } from "../../platform/http.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { actOfPerson } from "../../rules/events.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import { displayText } from "../display.ts";
import { askRecentSignIn } from "../recent.ts";
import { respondWithPage } from "../respond.tsx";
import { LANGUAGE_NAMES, type Texts } from "../texts.ts";
import {
  type DetailField,
  type DetailsFault,
  DetailsView,
  type FieldOption,
  SHOWN_FACTS,
} from "../views/account-details.tsx";
import { type Act, type Again, backWith, personFrame, sectionParts, sectionRoute } from "./section.ts";

export const DETAILS_PATH = "/account/details";

interface DetailsAgain extends Again {
  readonly fault?: DetailsFault | undefined;
  /** The details as the person typed them. */
  readonly typed?: Typed;
}

interface Typed {
  /** As the person wrote them: `typedValue` is what is kept. */
  readonly values: ReadonlyMap<FactField, string>;
  /** Undefined if the form has no field for it. */
  readonly email: string | undefined;
}

/** The facts that a person may change, in the order of the page. */
const factsToChange = ({ configuration }: Context): readonly PeopleFact[] =>
  PEOPLE_FACTS.filter((fact) => configuration.account.people_may_change.includes(fact));

export const mayChangePicture = (context: Context): boolean => factsToChange(context).includes("picture");

/**
 * Applications may take an e-mail address for an identity. So a person may change it where a mail proves that it is theirs. Elsewhere
 * only the operator and administrators, who could set any on the command line, decide about it.
 */
const mayChangeEmail = (
  { linkMails }: Pick<Context, "linkMails">,
  { administrator }: Pick<AccountRecord, "administrator">,
): boolean => administrator || linkMails !== null;

export async function detailsPage(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  { fault, typed, ...again }: DetailsAgain = {},
): Promise<Response> {
  const { account } = signedIn;
  const { frame, token, options } = await sectionParts(context, incoming, signedIn, DETAILS_PATH, again);
  const facts = factsToChange(context);
  const fields = facts.flatMap(fieldsOf).map((field): DetailField => {
    const value = typed?.values.get(field) ?? factOf(account, field);
    return { field, value, options: optionsOf(frame.texts, field, value) };
  });
  const email = typed?.email ?? account.email ?? "";
  return respondWithPage(
    <DetailsView
      frame={frame}
      token={token}
      facts={facts}
      fields={fields}
      email={mayChangeEmail(context, account) ? email : null}
      given={givenFacts(context, frame.texts, account, facts)}
      picture={facts.includes("picture") ? { megabytes: pictureMegabytes(context) } : null}
      fault={fault ?? null}
    />,
    options,
  );
}

export const pictureMegabytes = ({ configuration: { limits } }: Context): number =>
  Math.floor(limits.picture_bytes / 100_000) / 10;

/** The values among which a person chooses; null for a field in which they write. */
function optionsOf({ account }: Texts, field: FactField, value: string): readonly FieldOption[] | null {
  const withValue = (options: readonly FieldOption[]) => [
    { value: "", label: account.notSaid },
    ...(value === "" || options.some((option) => option.value === value) ? [] : [{ value, label: value }]),
    ...options,
  ];
  if (field === "locale") return withValue(LANGUAGE_NAMES);
  if (field !== "zoneinfo") return null;
  return withValue(
    Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
  );
}

/** What else is known of the person, and decided by the operator. */
function givenFacts(
  context: Context,
  { account: texts }: Texts,
  account: AccountRecord,
  facts: readonly PeopleFact[],
) {
  const given = PEOPLE_FACTS.filter((fact) => !facts.includes(fact))
    .flatMap(fieldsOf)
    .map((field) => ({ label: texts.facts[field].label, value: displayText(factOf(account, field), 500) }));
  const email = mayChangeEmail(context, account) ? "" : displayText(account.email ?? "", 320);
  return [
    { label: texts.usernameLabel, value: displayText(account.username, 200) },
    { label: texts.emailLabel, value: email },
    ...given,
    { label: texts.groupsLabel, value: account.groups.map((name) => displayText(name)).join(", ") },
  ].filter(({ value }) => value !== "");
}

/** The fields as the person typed them: those that the page showed, and that the person may change. */
function typedIn(context: Context, form: Parameters, account: AccountRecord): Typed {
  const shown = (form.get(SHOWN_FACTS) ?? "").split(" ");
  const fields = factsToChange(context)
    .filter((fact) => shown.includes(fact))
    .flatMap(fieldsOf);
  const asksEmail = mayChangeEmail(context, account) && shown.includes("email");
  return {
    values: new Map(fields.map((field) => [field, form.get(field) ?? ""])),
    email: asksEmail ? (form.get("email") ?? "").trim() : undefined,
  };
}

const changeDetails =
  (context: Context): Act =>
  async (incoming, signedIn, form) => {
    const { account } = signedIn;
    const typed = typedIn(context, form, account);
    const { texts } = personFrame(context, incoming, signedIn.account);
    const again = (fault: DetailsFault) =>
      detailsPage(context, incoming, signedIn, { fault, typed, status: 422 });
    const values = new Map([...typed.values].map(([field, text]) => [field, typedValue(field, text)]));
    for (const [field, value] of values) {
      if (!isAllowed(field, value)) return again({ field, text: texts.account.facts[field].refused });
    }
    const { email } = typed;
    if (email !== undefined && email !== "" && emailFault(email) !== null)
      return again({ field: "email", text: texts.account.emailRefused });
    const isNewEmail = email !== undefined && email !== (account.email ?? "");
    const toConfirm = isNewEmail && email !== "" && context.linkMails !== null ? email : null;
    // The address opens the account: it gets the links for a new password.
    const ask = isNewEmail ? await askRecentSignIn(context, signedIn, DETAILS_PATH) : null;
    if (ask !== null) return ask;
    const changes = {
      ...changesTo(account, values),
      ...(isNewEmail && toConfirm === null && { email: email === "" ? null : email }),
    };
    if (Object.keys(changes).length > 0) {
      const act = actOfPerson(incoming, account.subject);
      const outcome = await changeAccount(context, act, account.subject, changes, context.clock.seconds());
      if (outcome === "email_taken") return again({ field: "email", text: texts.account.emailTaken });
      if (outcome === "too_long") {
        const alert = texts.account.detailsTooLong;
        return detailsPage(context, incoming, signedIn, { typed, alert, status: 422 });
      }
    }
    if (toConfirm === null)
      return backWith(context, incoming, DETAILS_PATH, account.subject, { about: "details" });
    const asked = await askEmailChange(context, actOfPerson(incoming, account.subject), account, toConfirm);
    if (asked === "limited") return again({ field: "email", text: texts.reset.limited });
    return backWith(context, incoming, DETAILS_PATH, account.subject, { about: "email_asked" });
  };

const removePicture =
  (context: Context): Act =>
  async (incoming, { account: { subject } }) => {
    if (mayChangePicture(context)) {
      const act = actOfPerson(incoming, subject);
      await changeAccount(context, act, subject, { picture: null }, context.clock.seconds());
    }
    return backWith(context, incoming, DETAILS_PATH, subject, { about: "picture_removed" });
  };

export const detailsRoute = (context: Context): Route =>
  sectionRoute(context, {
    path: DETAILS_PATH,
    show: (incoming, signedIn) => detailsPage(context, incoming, signedIn),
    stale: (incoming, signedIn, form, again) =>
      detailsPage(context, incoming, signedIn, {
        ...again,
        ...(form.get("action") === "details" && { typed: typedIn(context, form, signedIn.account) }),
      }),
    acts: { details: changeDetails(context), remove_picture: removePicture(context) },
  });
