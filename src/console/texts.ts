/** The words that all screens of the console share. A screen has its own words beside it, in both languages. */
import type { PageFrame } from "../pages/frame.ts";
import type { Reason } from "../protocol/errors.ts";

/** The same words in the languages of the console. */
export interface Bilingual<Words> {
  readonly en: Words;
  readonly de: Words;
}

/** The words for the reader of a page. */
export const wordsFor = <Words>({ language }: Pick<PageFrame, "language">, words: Bilingual<Words>): Words =>
  language.tag === "de" ? words.de : words.en;

const english = {
  console: "Console",
  sectionsLabel: "Sections of the console",
  sections: {
    overview: "Overview",
    apps: "Applications",
    people: "People",
    groups: "Groups",
    invitations: "Invitations",
    registration: "Registration",
    scopes: "Scopes and APIs",
    audit: "Record",
    refusals: "Refused requests",
    keys: "Signing keys",
    mails: "Mails",
    webhooks: "Webhooks",
    health: "Health",
    settings: "Settings",
  },
  account: "Your account",
  signOut: "Sign out",
  signedInAs: (name: string) => `Signed in as ${name}.`,
  readOnly: "You may look at everything here, and change nothing.",
  next: "Next page",
  first: "First page",
  none: "None",
  yes: "Yes",
  no: "No",
  save: "Save",
  cancel: "Cancel",
  search: "Search",
  searchLabel: "Find a person",
  searchHint:
    "The beginning of a user name, of an e-mail address or of a word of the name, or a whole identifier.",
  searchAll: "Find anything",
  searchAllHint:
    "A person’s name or address, the name of an application, or the identifier of a person, an application, a grant, a session, a token or a request.",
  foundMore: "There are more. Type more of the name, or a further word of it.",
  found: (text: string) => `Found for “${text}”`,
  kinds: {
    people: "Person",
    clients: "Application",
    grants: "Access of an application",
    sessions: "Session",
    tokens: "Access token",
    requests: "Request",
  },
  nothingFound: "Nothing was found.",
  notSaved: "Nothing was changed.",
  typedBefore:
    "You are signed in again. What you typed is here once more, except for passwords: send it now.",
  fileTooLarge: "The file is too large. Nothing was changed.",
  stale: "The form was open for too long. Nothing was changed. Try again.",
  shownOnce: "It is shown only now.",
  declared: "The configuration file declares this. Change it there, and restart the server.",
  faults: {
    management_not_allowed: "Your role does not allow that.",
    object_unknown: "It does not exist any more.",
    object_exists: "The name is taken.",
    object_declared: "The configuration file declares this. Change it there, and restart the server.",
    last_administrator:
      "This is the last administrator who can sign in. Make another person an administrator first.",
    revision_stale: "It was changed meanwhile. Look at it again, and repeat your change.",
  } as Partial<Record<Reason, string>>,
};

export type ConsoleWords = typeof english;

const german: ConsoleWords = {
  console: "Verwaltung",
  sectionsLabel: "Bereiche der Verwaltung",
  sections: {
    overview: "Überblick",
    apps: "Anwendungen",
    people: "Personen",
    groups: "Gruppen",
    invitations: "Einladungen",
    registration: "Registrierung",
    scopes: "Scopes und APIs",
    audit: "Protokoll",
    refusals: "Abgelehnte Anfragen",
    keys: "Signaturschlüssel",
    mails: "E-Mails",
    webhooks: "Webhooks",
    health: "Zustand",
    settings: "Einstellungen",
  },
  account: "Ihr Konto",
  signOut: "Abmelden",
  signedInAs: (name) => `Angemeldet als ${name}.`,
  readOnly: "Sie dürfen hier alles ansehen und nichts ändern.",
  next: "Nächste Seite",
  first: "Erste Seite",
  none: "Keine",
  yes: "Ja",
  no: "Nein",
  save: "Speichern",
  cancel: "Abbrechen",
  search: "Suchen",
  searchLabel: "Person finden",
  searchHint:
    "Der Anfang eines Benutzernamens, einer E-Mail-Adresse oder eines Wortes des Namens, oder eine ganze Kennung.",
  searchAll: "Alles durchsuchen",
  searchAllHint:
    "Der Name oder die Adresse einer Person, der Name einer Anwendung, oder die Kennung einer Person, einer Anwendung, eines Zugriffs, einer Sitzung, eines Tokens oder einer Anfrage.",
  foundMore: "Es gibt weitere. Tippen Sie mehr vom Namen oder ein weiteres Wort davon.",
  found: (text) => `Gefunden für „${text}“`,
  kinds: {
    people: "Person",
    clients: "Anwendung",
    grants: "Zugriff einer Anwendung",
    sessions: "Sitzung",
    tokens: "Zugriffstoken",
    requests: "Anfrage",
  },
  nothingFound: "Es wurde nichts gefunden.",
  notSaved: "Es wurde nichts geändert.",
  typedBefore:
    "Sie sind erneut angemeldet. Ihre Eingaben stehen wieder hier, Passwörter ausgenommen: Senden Sie sie jetzt ab.",
  fileTooLarge: "Die Datei ist zu groß. Es wurde nichts geändert.",
  stale: "Das Formular war zu lange offen. Es wurde nichts geändert. Versuchen Sie es noch einmal.",
  shownOnce: "Es wird nur jetzt angezeigt.",
  declared: "Das steht in der Konfigurationsdatei. Ändern Sie es dort, und starten Sie den Server neu.",
  faults: {
    management_not_allowed: "Das erlaubt Ihre Rolle nicht.",
    object_unknown: "Das gibt es nicht mehr.",
    object_exists: "Der Name ist vergeben.",
    object_declared:
      "Das steht in der Konfigurationsdatei. Ändern Sie es dort, und starten Sie den Server neu.",
    last_administrator:
      "Das ist die letzte Person, die den Server verwalten und sich anmelden kann. Geben Sie die Rolle zuerst einer anderen.",
    revision_stale: "Es wurde inzwischen geändert. Sehen Sie es sich noch einmal an, und ändern Sie es dann.",
  },
};

export const CONSOLE_WORDS: Bilingual<ConsoleWords> = { en: english, de: german };
