/** What pages share that ask for another device or program: which access it is, and what keeps a person from allowing it. */
import type { Context } from "../operations/context.ts";
import type { SignedIn } from "../operations/sessions.ts";
import { type Incoming, seeOther } from "../platform/http.ts";
import { type AuthenticationLevel, highestLevel, reaches } from "../protocol/authentication-level.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import type { Details } from "../rules/authorization-details.ts";
import { levelOfAccess, levelOfPerson, mayUse } from "../rules/client-access.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { accessWords, isOnlyHere } from "./access.ts";
import { detailWords } from "./details.ts";
import { notAllowedPage } from "./not-allowed.tsx";
import type { Texts } from "./texts.ts";
import { pagePath } from "./urls.ts";
import type { AskedAccess } from "./views/question.tsx";

/** The access that a client asks for. */
export interface Asked {
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  readonly authorizationDetails: Details;
}

export const askedAccess = (
  context: Pick<Context, "catalogue" | "configuration" | "issuer">,
  texts: Texts,
  { scope, resources, authorizationDetails }: Asked,
): AskedAccess => ({
  access: accessWords(context, texts, scope, resources),
  details: detailWords(context, texts, authorizationDetails),
  onlyHere: authorizationDetails === null && isOnlyHere(context, scope, resources),
});

/** How well a person must have signed in for this access. */
export const levelOfAsked = (
  { levelPolicy }: Pick<Context, "levelPolicy">,
  client: ClientRecord,
  { scope, authorizationDetails }: Asked,
  account: AccountRecord,
): AuthenticationLevel =>
  highestLevel([
    levelOfAccess(levelPolicy, client, scope, authorizationDetails),
    levelOfPerson(levelPolicy, account),
  ]);

/**
 * Where the person goes who cannot allow this as they are: to the page that says that the client is not for them, or to the step of
 * the sign-in that is missing. Null if nothing is. The redemption of the code or request checks both again. `level`: how well the person
 * must have signed in. `here`: the page with the question, to come back to.
 */
export async function hindrance(
  context: Context,
  incoming: Incoming,
  client: ClientRecord,
  level: AuthenticationLevel,
  { account, session }: SignedIn,
  here: string,
): Promise<Response | null> {
  const { issuer } = context;
  if (!mayUse(client, account)) {
    const another = pagePath(issuer, "/login", { return_to: here, choose: "1" });
    return notAllowedPage(context, incoming, client, account, another);
  }
  if (reaches(session.authenticationLevel, level)) return null;
  return seeOther(pagePath(issuer, "/login", { return_to: here, step_up: "1" }));
}
