/** The words of the pages about people. */
import type { Bilingual } from "../texts.ts";

const english = {
  title: "People",
  listLabel: "The people of this server",
  heads: { person: "Person", email: "E-mail", role: "Role", state: "State", since: "Since" },
  administrator: "administrator",
  auditor: "auditor",
  states: { active: "active", waiting: "waits to be let in", disabled: "disabled" },
  found: (text: string) => `People found for “${text}”`,
  facts: {
    username: "User name",
    name: "Name",
    email: "E-mail",
    groups: "Groups",
    role: "Role",
    state: "State",
    since: "Account since",
    subject: "Subject",
    password: "Password",
  },
  notVerified: (email: string) => `${email} (not verified)`,
  hasPassword: "set",
  hasNoPassword: "none",
  access: "Who may sign in",
  disable: "Disable",
  disableTitle: "Disable this account",
  disableAbout:
    "All sessions end, all applications lose their access, and the person cannot sign in until you enable the account again.",
  disabled: (name: string) => `Disabled ${name}.`,
  enable: "Enable",
  letIn: "Let in",
  enabled: (name: string) => `${name} can sign in again.`,
};

const german: typeof english = {
  title: "Personen",
  listLabel: "Die Personen dieses Servers",
  heads: { person: "Person", email: "E-Mail", role: "Rolle", state: "Zustand", since: "Seit" },
  administrator: "Verwaltung",
  auditor: "Einsicht",
  states: { active: "aktiv", waiting: "wartet auf Einlass", disabled: "gesperrt" },
  found: (text) => `Gefunden für „${text}“`,
  facts: {
    username: "Benutzername",
    name: "Name",
    email: "E-Mail",
    groups: "Gruppen",
    role: "Rolle",
    state: "Zustand",
    since: "Konto seit",
    subject: "Kennung",
    password: "Passwort",
  },
  notVerified: (email) => `${email} (nicht bestätigt)`,
  hasPassword: "gesetzt",
  hasNoPassword: "keines",
  access: "Anmeldung",
  disable: "Sperren",
  disableTitle: "Dieses Konto sperren",
  disableAbout:
    "Alle Sitzungen enden, alle Anwendungen verlieren ihren Zugriff, und die Person kann sich nicht anmelden, bis Sie das Konto wieder freigeben.",
  disabled: (name) => `${name} ist gesperrt.`,
  enable: "Freigeben",
  letIn: "Einlassen",
  enabled: (name) => `${name} kann sich wieder anmelden.`,
};

export const PEOPLE_WORDS: Bilingual<typeof english> = { en: english, de: german };
