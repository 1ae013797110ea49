/** RFC 7591 §2.2: names and addresses of a client in several languages, as `client_name#de`. */
import { type PeopleWords, wordsIn } from "../protocol/people-words.ts";
import type { ClientRecord, LocalizedMembers } from "../store/tables/clients.ts";
import { isAbsent, type Members, readWebUrl, refuse } from "./members.ts";

/** The members for people. A logo is not among them: pages load nothing from other sites. */
const ADDRESSES = ["client_uri", "logo_uri", "tos_uri", "policy_uri"] as const;
const NAMES: readonly string[] = ["client_name", ...ADDRESSES];

/** BCP 47, roughly. */
const LANGUAGE_TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/;

const MOST = 50;

/** `readName` checks a name as it checks `client_name`: a name in another language deceives as well. */
export function checkLocalized(
  members: Members,
  { narrows }: { readonly narrows: boolean },
  readName: (words: Members) => string | null,
): LocalizedMembers {
  const localized: Record<string, string> = {};
  for (const [name, value] of Object.entries(members)) {
    const [member = "", tag, more] = name.split("#");
    if (tag === undefined || !NAMES.includes(member) || isAbsent(value)) continue;
    if (more !== undefined || !LANGUAGE_TAG.test(tag)) {
      if (narrows) continue;
      refuse(`'${name.slice(0, 100)}' does not end with the tag of a language, such as ${member}#de.`);
    }
    const text =
      member === "client_name" ? readName({ client_name: value }) : readWebUrl({ [name]: value }, name);
    if (text !== null) localized[name] = text;
  }
  if (Object.keys(localized).length > MOST) refuse(`There are more than ${MOST} members with a language.`);
  return localized;
}

/** A name as the configuration has it, in the members of RFC 7591 §2.2. The first language of a table is the default. */
export function namesByLanguage(name: PeopleWords | undefined): Readonly<Record<string, string>> {
  if (name === undefined) return {};
  if (typeof name === "string") return { client_name: name };
  const [first, ...others] = Object.entries(name);
  return {
    ...(first !== undefined && { client_name: first[1] }),
    ...Object.fromEntries(others.map(([language, text]) => [`client_name#${language}`, text])),
  };
}

export const describeLocalized = ({ localized }: Pick<ClientRecord, "localized">): LocalizedMembers =>
  localized;

/** A text of the client in the language of the reader; without a language tag, it is for all other languages. */
function inLanguage(
  localized: LocalizedMembers,
  member: string,
  plain: string | null,
  language: string,
): string | null {
  const tagged = Object.entries(localized).flatMap(([name, text]) =>
    name.startsWith(`${member}#`) ? [[name.slice(member.length + 1), text] as const] : [],
  );
  if (tagged.length === 0) return plain;
  // `und` is the tag of no language. The first entry is the default of `wordsIn`.
  return wordsIn(
    Object.fromEntries([...(plain === null ? [] : [["und", plain] as const]), ...tagged]),
    language,
  );
}

type Localized<Name extends keyof ClientRecord> = Pick<ClientRecord, "localized" | Name>;

export const nameInLanguage = (client: Localized<"clientName">, language: string): string | null =>
  inLanguage(client.localized, "client_name", client.clientName, language);

/** The addresses that a page offers, in the language of its reader where the client has them. */
export const addressesInLanguage = (
  { localized, clientUri, tosUri, policyUri }: Localized<"clientUri" | "tosUri" | "policyUri">,
  language: string,
) => ({
  clientUri: inLanguage(localized, "client_uri", clientUri, language),
  tosUri: inLanguage(localized, "tos_uri", tosUri, language),
  policyUri: inLanguage(localized, "policy_uri", policyUri, language),
});
