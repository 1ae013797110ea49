/** A test of the mail server: one mail is sent now, and each step says how it went. Nothing is stored. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import { SMTP_STAGES, SmtpError, type SmtpStage } from "../platform/smtp.ts";
import type { MailFacts, MailSenderContext, MailSettings } from "./mail.ts";

export interface MailTestContext extends Pick<MailSenderContext, "compose" | "from" | "host" | "openSmtp"> {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly settings: MailSettings;
  /** The port of the setting, else the usual one. */
  readonly port: number;
}

export interface MailTestStep {
  readonly step: SmtpStage;
  readonly outcome: "done" | "failed";
  /** What was tried, and what it gave: "find the address of smtp.example.org: 192.0.2.1". */
  readonly words: string;
}

export type MailTest =
  | { readonly sent: true; readonly steps: readonly MailTestStep[]; readonly reply: string }
  | {
      readonly sent: false;
      readonly steps: readonly MailTestStep[];
      readonly stage: SmtpStage;
      readonly status: number | null;
      readonly reply: string | null;
      readonly message: string;
      /** What the operator can change. */
      readonly advice: string;
    };

type Words = (settings: MailSettings, port: number) => string;

const STEP_WORDS: Readonly<Record<SmtpStage, Words>> = {
  resolve: ({ host }) => `find the address of ${host}`,
  connect: ({ host }, port) => `connect to ${host}, port ${port}`,
  encrypt: ({ security }) =>
    security === "tls" ? "encrypt from the first byte (tls)" : "encrypt before anything is said (starttls)",
  sign_in: ({ user }) => `sign in as ${user}`,
  sender: ({ from }) => `send from ${from}`,
  recipient: () => "name the recipient",
  message: () => "hand over the mail",
};

/** Whether a mail goes through the step with these settings. */
const hasStep = (stage: SmtpStage, { security, user, host }: MailSettings): boolean =>
  (stage !== "encrypt" || security !== "none") &&
  (stage !== "sign_in" || user !== undefined) &&
  (stage !== "resolve" || isIP(host) === 0);

/**
 * Sends the mail to the address. `told` hears of each step at once. Throws what is no fault of the mail server or of the way to it.
 */
export async function testMail(
  context: MailTestContext,
  facts: MailFacts,
  address: string,
  told: (step: MailTestStep) => void = () => {},
): Promise<MailTest> {
  const { settings, port, clock, random, from, host } = context;
  const steps: MailTestStep[] = [];
  const tell = (step: SmtpStage, outcome: MailTestStep["outcome"], more = "") => {
    const done = { step, outcome, words: STEP_WORDS[step](settings, port) + more };
    steps.push(done);
    told(done);
  };
  const has = (stage: SmtpStage) => hasStep(stage, settings) && !steps.some(({ step }) => step === stage);
  try {
    if (has("resolve")) tell("resolve", "done", `: ${(await addressesOf(settings)).join(", ")}`);
    const connection = await context.openSmtp();
    const composed = await context.compose(facts);
    try {
      const reply = await connection.send({
        ...composed,
        subject: `[Test] ${composed.subject}`,
        from,
        replyTo: settings.reply_to ?? null,
        to: address,
        id: `test-${Buffer.from(random(12)).toString("hex")}@${host}`,
        date: new Date(clock.millis()),
      });
      for (const stage of SMTP_STAGES) if (has(stage)) tell(stage, "done");
      return { sent: true, steps, reply };
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    for (const stage of SMTP_STAGES.slice(0, SMTP_STAGES.indexOf(error.stage)))
      if (has(stage)) tell(stage, "done");
    tell(error.stage, "failed");
    const { stage, status, reply, message } = error;
    return { sent: false, steps, stage, status, reply, message, advice: adviceFor(error, settings, port) };
  }
}

async function addressesOf({ host }: MailSettings): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SmtpError("resolve", message, null, null, true, true);
  }
}

/** What the operator can change, for each step. */
function adviceFor({ stage, message, reply }: SmtpError, settings: MailSettings, port: number): string {
  const { host, security, user, from } = settings;
  switch (stage) {
    case "resolve":
      return `There is no host ${host}, or the name server of this machine does not answer. Check the spelling of mail.host.`;
    case "connect":
      return /greeting|timed? ?out|ETIMEDOUT/i.test(message)
        ? `No answer came on port ${port}. A firewall may be in between (many hosters close port 25), or the port speaks ${security === "tls" ? "starttls, mostly 587" : "tls, mostly 465"}: check mail.port and mail.security.`
        : `Nothing accepts connections at ${host}, port ${port}. Check mail.host and mail.port (587 for starttls, 465 for tls).`;
    case "encrypt":
      if (message.startsWith("mail.authority")) return "Let the server read the file of mail.authority.";
      if (reply !== null || /STARTTLS/i.test(message)) {
        return `The mail server does not offer starttls on port ${port}. Use mail.security = "tls" with port 465, or "none" if it is on this machine.`;
      }
      return /wrong.version|ssl3_get_record|packet length|unknown protocol/i.test(message)
        ? `The port ${port} does not begin with TLS. Use mail.security = "starttls" with port 587, or port 465 with "tls".`
        : `The certificate of ${host} is not trusted: it is for another name, has expired, or comes from an authority that this machine does not know. For a mail server of your own set mail.authority to the PEM file of its authority or certificate, and mail.host to the name in the certificate.`;
    case "sign_in":
      return user === undefined
        ? "The mail server wants a sign-in: set mail.user and mail.password."
        : "Check mail.user and mail.password. Many providers want an app password instead of that of the mailbox, and the whole address as the user name.";
    case "sender":
      return user === undefined
        ? `The mail server does not take mail from ${from} without a sign-in: set mail.user and mail.password, or let it trust this machine.`
        : `The user ${user} may not send from ${from}. Set mail.from to an address of this mailbox, or allow the address at the provider.`;
    case "recipient":
      return "The mail server refuses this recipient. If the address is right, it may not relay mail for this machine: set mail.user and mail.password, or let it trust this machine.";
    case "message":
      return "The mail server took the sender and the recipient, but not the mail. Its words say why: often a limit of the provider, or a filter for spam.";
  }
}
