/** The words of a mail, as types: the files of `texts/` have them in each language, so that none can lack a word. */
import type { MailKind, ParametersOf } from "../rules/mail.ts";

/** What one mail says. Its code or its button is below the paragraphs, and the advice below that. */
export interface MailWords {
  readonly subject: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** The words on the button. It leads to the link of the mail, else to the page of the person's account. Null: no button. */
  readonly button: string | null;
  readonly advice: readonly string[];
}

/** Facts that the words of a mail may name, ready to be read. */
export interface MailNames {
  /** The operator's name for this server. */
  readonly server: string;
  /** When the link ends: "30 November 2026, 14:32 UTC". Empty for a mail without one. */
  readonly until: string;
  /** The application that the mail is about. Empty for a mail about none. */
  readonly application: string;
  /** How long no other mail of the kind comes: "5 minutes". Empty for a mail that does not say so. */
  readonly pause: string;
}

export interface MailTexts {
  /** RFC 5646. */
  readonly language: string;
  /** Of the script. From right to left, the words wrap each name in `isolated` of the pages. */
  readonly direction: "ltr" | "rtl";
  /** `name`: null if the mail goes to an address that is not proved, or if there is none. */
  readonly greeting: (name: string | null) => string;
  /** The labels of the facts in the table. */
  readonly facts: {
    readonly account: string;
    readonly time: string;
    readonly address: string;
    readonly browser: string;
    readonly application: string;
    /** Above the words of an application. */
    readonly says: string;
  };
  readonly dateAndTime: (date: string, time: string) => string;
  readonly agentUnknown: string;
  readonly openInstead: string;
  readonly foot: {
    readonly withAccount: (server: string, host: string) => string;
    readonly withoutAccount: (server: string, host: string) => string;
    readonly security: string;
    readonly optional: string;
  };
  readonly kinds: {
    readonly [Kind in MailKind]: (about: ParametersOf[Kind], names: MailNames) => MailWords;
  };
}

/** A mail, ready to be laid out as text or as HTML. */
export interface MailContent {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly name: string;
  readonly greeting: string;
  readonly words: MailWords;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** What the person types, shown alone; null for a mail without a code. */
  readonly code: string | null;
  /** Where the button leads; null without a button. */
  readonly link: string | null;
  readonly openInstead: string;
  readonly foot: readonly string[];
}
