/** The words of the page about mails. */
import type { MailKind } from "../../rules/mail.ts";
import type { Bilingual } from "../texts.ts";

interface Words {
  readonly title: string;
  readonly lead: string;
  readonly off: string;
  readonly test: string;
  readonly none: string;
  readonly heads: Readonly<Record<"at" | "kind" | "person" | "state" | "attempts" | "fault", string>>;
  readonly states: Readonly<Record<"waits" | "sent" | "failed", string>>;
  readonly kinds: Readonly<Record<MailKind, string>>;
  readonly previewTitle: string;
  readonly previewLead: string;
  readonly kind: string;
  readonly show: string;
}

const english: Words = {
  title: "Mails",
  lead: "What was sent lately, and what waits for the mail server. The words of a mail are not kept, because it may have a link.",
  off: "This server sends no mail.",
  test: "Send a test mail",
  none: "No mail was sent yet.",
  heads: {
    at: "At",
    kind: "Mail",
    person: "To",
    state: "State",
    attempts: "Attempts",
    fault: "Last fault",
  },
  states: { waits: "waits", sent: "sent", failed: "not sent" },
  kinds: {
    invitation: "invitation",
    reset: "link for a new password",
    sign_in: "link for one sign-in",
    sign_in_code: "code for one sign-in",
    registration: "link for a new account",
    account_exists: "there is an account already",
    approved: "let in",
    verify_email: "is this your address?",
    email_changed: "new address",
    password_changed: "new password",
    password_removed: "password removed",
    passkey_changed: "passkey added or removed",
    second_factor_changed: "second factor changed",
    new_device: "sign-in in a new browser",
    refresh_token_replayed: "access of an application ended",
    backchannel_asked: "an application asks for approval",
    account_disabled: "account disabled",
  },
  previewTitle: "What mails look like",
  previewLead: "The words of a mail with made-up facts.",
  kind: "Mail",
  show: "Show",
};

const german: Words = {
  title: "E-Mails",
  lead: "Was zuletzt gesendet wurde, und was auf den Mailserver wartet. Den Wortlaut bewahrt der Server nicht auf, weil ein Link darin sein kann.",
  off: "Dieser Server verschickt keine E-Mails.",
  test: "Probe-Mail senden",
  none: "Es wurde noch keine E-Mail gesendet.",
  heads: {
    at: "Wann",
    kind: "E-Mail",
    person: "An",
    state: "Zustand",
    attempts: "Versuche",
    fault: "Letzter Fehler",
  },
  states: { waits: "wartet", sent: "gesendet", failed: "nicht gesendet" },
  kinds: {
    invitation: "Einladung",
    reset: "Link für ein neues Passwort",
    sign_in: "Link für eine Anmeldung",
    sign_in_code: "Code für eine Anmeldung",
    registration: "Link für ein neues Konto",
    account_exists: "Es gibt schon ein Konto",
    approved: "Eingelassen",
    verify_email: "Ist das Ihre Adresse?",
    email_changed: "Neue Adresse",
    password_changed: "Neues Passwort",
    password_removed: "Passwort entfernt",
    passkey_changed: "Passkey hinzugefügt oder entfernt",
    second_factor_changed: "Zweiter Faktor geändert",
    new_device: "Anmeldung in einem neuen Browser",
    refresh_token_replayed: "Zugriff einer Anwendung beendet",
    backchannel_asked: "Anwendung bittet um Freigabe",
    account_disabled: "Konto gesperrt",
  },
  previewTitle: "Wie E-Mails aussehen",
  previewLead: "Der Wortlaut einer E-Mail mit erfundenen Angaben.",
  kind: "E-Mail",
  show: "Anzeigen",
};

export const MAIL_WORDS: Bilingual<Words> = { en: english, de: german };
