/** The words of the page about access tokens. */
import type { Bilingual } from "../texts.ts";

const english = {
  title: "Access tokens",
  lead: "Paste a token to learn what it is, or list the live ones of an application or a person.",
  token: "Token",
  tokenHint: "An access token or a refresh token. It is kept nowhere.",
  inspect: "Say what it is",
  end: "End",
  ended: "The token has ended.",
  notEnded: "The token was not valid. Nothing was changed.",
  foreign: "This is not a token of this server.",
  kinds: { "access token": "access token", "refresh token": "refresh token" },
  valid: (kind: string) => `This ${kind} is valid.`,
  notValid: (kind: string) => `This ${kind} is not valid.`,
  listTitle: "Live access tokens",
  client: "Application (client_id)",
  person: "Person (identifier)",
  list: "List",
  none: "There are none.",
  audience: "For",
  heads: { id: "Token", owner: "Of", scope: "Scopes", until: "Until" },
};

const german: typeof english = {
  title: "Access-Tokens",
  lead: "Fügen Sie ein Token ein, um zu erfahren, was es ist, oder lassen Sie die gültigen einer Anwendung oder Person anzeigen.",
  token: "Token",
  tokenHint: "Ein Access-Token oder ein Refresh-Token. Es wird nirgends aufbewahrt.",
  inspect: "Sagen, was es ist",
  end: "Beenden",
  ended: "Das Token ist beendet.",
  notEnded: "Das Token war nicht gültig. Es wurde nichts geändert.",
  foreign: "Das ist kein Token dieses Servers.",
  kinds: { "access token": "Access-Token", "refresh token": "Refresh-Token" },
  valid: (kind) => `Dieses ${kind} ist gültig.`,
  notValid: (kind) => `Dieses ${kind} ist nicht gültig.`,
  listTitle: "Gültige Access-Tokens",
  client: "Anwendung (client_id)",
  person: "Person (Kennung)",
  list: "Anzeigen",
  none: "Es gibt keine.",
  audience: "Für",
  heads: { id: "Token", owner: "Von", scope: "Scopes", until: "Bis" },
};

export const TOKEN_WORDS: Bilingual<typeof english> = { en: english, de: german };
