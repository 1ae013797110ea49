/**
 * Which person of this server a token of another issuer stands for (THREATS 88). The operator declares how names map, issuer by issuer.
 * The subject of another issuer is never taken for a subject here: only a link, a user name or a verified address leads to a person.
 */
import type { TrustedPeople } from "../configuration/trust-schema.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { ForeignToken } from "./foreign-token.ts";

/** The name under which the person is to be found. */
export interface ForeignName {
  readonly kind: "username" | "email";
  readonly name: string;
}

/** `words` begin after "the assertion": "it has no address". */
export type NameFault = { readonly words: string };

/** The name that the token gives the person, in the way that the operator declared; else why it gives none that counts. */
export function nameOfPerson(
  people: Pick<TrustedPeople, "by" | "claim" | "email_domains" | "assume_email_verified" | "links">,
  { subject, claims }: Pick<ForeignToken, "subject" | "claims">,
): ForeignName | NameFault {
  switch (people.by) {
    case "link": {
      const name = Object.hasOwn(people.links, subject) ? people.links[subject] : undefined;
      return name === undefined ? { words: "its sub is linked to no person" } : { kind: "username", name };
    }
    case "username": {
      const name = textClaim(claims, people.claim ?? "preferred_username");
      return name === null
        ? { words: `it has no ${people.claim ?? "preferred_username"}` }
        : { kind: "username", name };
    }
    case "email":
      return emailOf(people, claims);
  }
}

function emailOf(
  { claim = "email", email_domains, assume_email_verified }: Parameters<typeof nameOfPerson>[0],
  claims: ForeignToken["claims"],
): ForeignName | NameFault {
  const name = textClaim(claims, claim);
  if (name === null) return { words: `it has no ${claim}` };
  const domain = name.slice(name.lastIndexOf("@") + 1).toLowerCase();
  if (!name.includes("@") || !email_domains.includes(domain))
    return { words: "its address is of a domain for which that issuer does not speak" };
  // An address that people typed themselves would let them act for its owner. One that is called unverified never counts.
  const isVerified = Object.hasOwn(claims, "email_verified")
    ? claims.email_verified === true
    : assume_email_verified;
  return isVerified ? { kind: "email", name } : { words: "its address is not verified" };
}

const textClaim = (claims: ForeignToken["claims"], name: string): string | null => {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value !== "string" || value === "" || value.length > 320) return null;
  // No database can look for these.
  return value.isWellFormed() && !value.includes("\0") ? value : null;
};

/**
 * Whether the account that was found has that very name. Both names sign people in, so a user name may look like an address; and an
 * address that is not verified here may be the one of another person.
 */
export const isPersonNamed = (
  account: Pick<AccountRecord, "username" | "email" | "emailVerified"> | null,
  { kind, name }: ForeignName,
): boolean => {
  if (account === null) return false;
  if (kind === "username") return asciiLower(account.username) === asciiLower(name);
  return account.email !== null && account.emailVerified && asciiLower(account.email) === asciiLower(name);
};

/**
 * Only the case of ASCII letters does not count. The look-up folds more than that, because people are to sign in with any spelling; an
 * issuer that tells two such spellings apart has two people, of whom one is not this one.
 */
const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
