/** The parts of a sender that come from the configuration: the words, the sender's address and the way to the mail server. */
import { MAIL_PORTS } from "../configuration/mail-schema.ts";
import type { Configuration } from "../configuration/schema.ts";
import { type MailSenderContext, type MailSettings, STEPS_PER_ATTEMPT } from "../operations/mail.ts";
import { type Mailbox, parseMailbox } from "../platform/mailbox.ts";
import { type OpenSmtp, readAuthorities, smtp } from "../platform/smtp.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import type { MailFrame } from "./compose.ts";

type Needs = Pick<Configuration, "issuer" | "appearance" | "registration">;

export const mailFrame = ({ issuer, appearance, registration }: Needs): MailFrame => ({
  name: appearance.name,
  accent: appearance.accent_color,
  issuer: parseIssuer(issuer),
  registration,
});

/** The sender. People see the operator's name for the server where the setting has no name. */
function senderOf({ appearance }: Needs, { from }: MailSettings): Mailbox {
  const mailbox = parseMailbox(from);
  if (mailbox === null) throw new Error(`The configuration was not checked: mail.from is ${from}.`);
  return mailbox.name === "" ? { ...mailbox, name: appearance.name } : mailbox;
}

/** The words are loaded with the first mail: a start does not wait for them. */
export const mailParts = (
  configuration: Needs,
  settings: MailSettings,
): Pick<MailSenderContext, "compose" | "from" | "host"> => ({
  compose: async (facts) => (await import("./compose.ts")).composeMail(mailFrame(configuration), facts),
  from: senderOf(configuration, settings),
  host: parseIssuer(configuration.issuer).host.replace(/:\d+$/, ""),
});

/** The port of the setting, else the usual one. */
export const mailPort = ({ port, security }: Pick<MailSettings, "port" | "security">): number =>
  port ?? MAIL_PORTS[security];

export const smtpOf = (
  { issuer }: Pick<Configuration, "issuer">,
  { host, port, security, authority, user, password, timeout_seconds }: MailSettings,
): OpenSmtp => {
  const { host: own } = parseIssuer(issuer);
  return () =>
    smtp({
      host,
      port: mailPort({ port, security }),
      security,
      // Read each time, so that a new certificate needs no restart.
      authorities: readAuthorities(authority),
      signIn: user === undefined || password === undefined ? null : { user, password },
      timeoutMillis: timeout_seconds * 1000,
      answerMillis: timeout_seconds * STEPS_PER_ATTEMPT * 1000,
      ownName: own.replace(/:\d+$/, ""),
    })();
};
