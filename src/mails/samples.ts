/** A mail of each kind with made-up facts, for previews. */
import { APPROVAL_PATH, REQUEST } from "../operations/backchannel-mail.ts";
import type { MailFacts } from "../operations/mail.ts";
import { LINK_KINDS } from "../rules/link.ts";
import type { MailKind, ParametersOf } from "../rules/mail.ts";

interface Sample<Kind extends MailKind> {
  readonly parameters: (now: number) => ParametersOf[Kind];
  /** The path of the link, below the issuer; null for a mail without one. */
  readonly link: `/${string}` | null;
  /** Default: none. */
  readonly code?: string;
  /** The words of an application. Default: none. */
  readonly quote?: string;
}

const DAY_SECONDS = 86_400;
const ADDRESS = "203.0.113.7";
/** As long as a real one. */
const SECRET = "EXAMPLE-LINK-OF-A-PREVIEW-THAT-OPENS-NOTHING-AND-IS-ALL-MADE-UP-0000";

export const MAIL_SAMPLES: { readonly [Kind in MailKind]: Sample<Kind> } = {
  invitation: {
    parameters: (now) => ({ inviter: "Grace Hopper", linkExpiresAt: now + 7 * DAY_SECONDS }),
    link: `${LINK_KINDS.invitation.page}?token=${SECRET}`,
  },
  reset: {
    parameters: (now) => ({ linkExpiresAt: now + 3600 }),
    link: `${LINK_KINDS.reset.page}?token=${SECRET}`,
  },
  sign_in: {
    parameters: (now) => ({ linkExpiresAt: now + 600 }),
    link: `${LINK_KINDS.sign_in.page}?token=${SECRET}`,
  },
  sign_in_code: { parameters: (now) => ({ linkExpiresAt: now + 600 }), link: null, code: "123456" },
  registration: {
    parameters: (now) => ({ linkExpiresAt: now + DAY_SECONDS }),
    link: `${LINK_KINDS.registration.page}?token=${SECRET}`,
  },
  account_exists: { parameters: () => ({}), link: "/login" },
  approved: { parameters: () => ({}), link: "/login" },
  verify_email: {
    parameters: (now) => ({ linkExpiresAt: now + DAY_SECONDS }),
    link: `${LINK_KINDS.verify_email.page}?token=${SECRET}`,
  },
  email_changed: { parameters: () => ({}), link: null },
  password_changed: { parameters: () => ({ byOperator: false, address: ADDRESS }), link: null },
  password_removed: { parameters: () => ({ address: ADDRESS }), link: null },
  passkey_changed: { parameters: () => ({ change: "added", address: ADDRESS }), link: null },
  second_factor_changed: { parameters: () => ({ change: "added", address: ADDRESS }), link: null },
  new_device: { parameters: () => ({ address: ADDRESS, program: "Firefox", system: "Linux" }), link: null },
  refresh_token_replayed: { parameters: () => ({ client: "lighthouse-mail" }), link: null },
  backchannel_asked: {
    parameters: (now) => ({ client: "lighthouse-bank", request: "EXAMPLE", linkExpiresAt: now + 300 }),
    link: `${APPROVAL_PATH}?${REQUEST}=EXAMPLE`,
    quote: "Transfer 4711",
  },
  account_disabled: { parameters: () => ({}), link: null },
};

/** `language`: that of the preview. */
export function sampleMail(kind: MailKind, issuer: string, language: string, now: number): MailFacts {
  const { parameters, link, code = null, quote = null } = MAIL_SAMPLES[kind];
  return {
    kind,
    parameters: parameters(now),
    createdAt: now,
    link: link === null ? code : issuer + link,
    languages: [language],
    account: { username: "ada", name: "Ada Lovelace" },
    client: null,
    quote,
  };
}
