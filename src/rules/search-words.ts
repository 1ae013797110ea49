/** The words by which a search finds clients and people. They change in the commits that change the names. */
import { beginningsOf } from "../protocol/words.ts";
import { type Change, put, remove } from "../store/contract.ts";
import { type ClientRecord, clientWords } from "../store/tables/clients.ts";
import { type AccountRecord, personWords } from "../store/tables/people.ts";

/** A stranger chooses the names of a client, so their number is bounded. */
const MOST_WORDS = 24;

const wordsFrom = (...texts: readonly (string | null)[]): string[] =>
  [...new Set(texts.flatMap((text) => (text === null ? [] : beginningsOf(text))))].slice(0, MOST_WORDS);

/** An identifier that the server drew (`newClientId`) has no words. */
const DRAWN = /^cl_[\w-]{22}$/;

type ClientNames = Pick<ClientRecord, "clientId" | "clientName" | "localized">;

/** Of its names in all languages, and of its identifier, unless that was drawn. */
export const wordsOfClient = ({ clientId, clientName, localized }: ClientNames): string[] =>
  wordsFrom(
    clientName,
    DRAWN.test(clientId) ? null : clientId,
    ...Object.entries(localized).map(([member, text]) => (member.startsWith("client_name#") ? text : null)),
  );

type PersonNames = Pick<AccountRecord, "subject" | "username" | "name">;

/** Of the name and the user name. What begins a user name or an address is found among the sign-in names. */
export const wordsOfPerson = ({ username, name }: PersonNames): string[] =>
  wordsFrom(name, ...wordsAfterTheFirst(username.split("@", 1)[0] ?? ""));

const wordsAfterTheFirst = (text: string): string[] => text.split(/[^\p{L}\p{N}]+/u).slice(1);

const changed = (before: readonly string[], next: readonly string[]) => ({
  gone: before.filter((word) => !next.includes(word)),
  come: next.filter((word) => !before.includes(word)),
});

/** `before`: null for a new client. */
export function clientWordChanges(before: ClientNames | null, next: ClientNames): Change[] {
  const { clientId } = next;
  const { gone, come } = changed(before === null ? [] : wordsOfClient(before), wordsOfClient(next));
  return [
    ...gone.map((word) => remove(clientWords, { word, clientId })),
    ...come.map((word) => put(clientWords, { word, clientId })),
  ];
}

/** `before`: null for a new person. */
export function personWordChanges(before: PersonNames | null, next: PersonNames): Change[] {
  const { subject } = next;
  const { gone, come } = changed(before === null ? [] : wordsOfPerson(before), wordsOfPerson(next));
  return [
    ...gone.map((word) => remove(personWords, { word, subject })),
    ...come.map((word) => put(personWords, { word, subject })),
  ];
}
