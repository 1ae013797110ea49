/**
 * Sends mail over SMTP (RFC 5321, RFC 8314). It says at which stage a mail server refused or failed, and whether another attempt may
 * succeed. The library is loaded with the first connection: a server that sends no mail never has it in memory.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { isMailAddress, type Mailbox } from "./mailbox.ts";

/** What a mail goes through, in order. */
export const SMTP_STAGES = [
  "resolve",
  "connect",
  "encrypt",
  "sign_in",
  "sender",
  "recipient",
  "message",
] as const;

export type SmtpStage = (typeof SMTP_STAGES)[number];

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
  /** Certificates that are trusted, in PEM, in place of those of the system. */
  readonly authorities: string | null;
  readonly signIn: { readonly user: string; readonly password: string } | null;
  /** For the connection, and for the greeting. */
  readonly timeoutMillis: number;
  /** For each answer after that. */
  readonly answerMillis: number;
  /** How this machine calls itself to the mail server. */
  readonly ownName: string;
}

export interface SmtpMessage {
  readonly from: Mailbox;
  readonly replyTo: string | null;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** RFC 5646. */
  readonly language: string;
  /** The same for each attempt, so that a mail server or a reader can tell that two are one: `id@host`. */
  readonly id: string;
  readonly date: Date;
}

/** `message`: words for the operator. They may have words of the mail server, which may repeat parts of the mail. */
export class SmtpError extends Error {
  override readonly name = "SmtpError";

  constructor(
    readonly stage: SmtpStage,
    message: string,
    /** The code of the server's reply; null if it gave none. */
    readonly status: number | null,
    /** The server's own words; null if it gave none. */
    readonly reply: string | null,
    /** Whether another attempt may succeed, after some time or after the operator has corrected something. */
    readonly mayPass: boolean,
    /** Whether no other mail would fare better now. */
    readonly isOfServer: boolean,
  ) {
    super(message);
  }

  /** For logs and lists: it has nothing of the mail, and nothing that the mail server said. */
  get reason(): string {
    return this.status === null ? this.stage : `${this.stage} ${this.status}`;
  }
}

export interface SmtpConnection {
  /** Resolves with the words of the mail server once it has the mail. Throws SmtpError. */
  send(message: SmtpMessage, signal?: AbortSignal): Promise<string>;
  /** Connects, encrypts and signs in, and sends nothing. Throws SmtpError. */
  verify(): Promise<void>;
  close(): void;
}

/** A way to the mail server, on which several mails can go one after the other. It connects with the first. */
export type OpenSmtp = () => Promise<SmtpConnection>;

/** RFC 3834: no vacation notice answers such a mail. The second header is for Microsoft's servers. */
const HEADERS = { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" };

export const smtp =
  (settings: SmtpSettings): OpenSmtp =>
  async () => {
    const { createTransport } = await import("nodemailer");
    const { host, port, security, authorities, signIn, timeoutMillis, answerMillis, ownName } = settings;
    const transport = createTransport({
      pool: true,
      maxConnections: 1,
      // The outbox has its own attempts.
      maxRequeues: 0,
      host,
      port,
      name: ownName,
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      tls: {
        minVersion: "TLSv1.2",
        rejectUnauthorized: true,
        ...(authorities !== null && { ca: authorities }),
        ...(isIP(host) === 0 && { servername: host }),
      },
      ...(signIn !== null && { auth: { user: signIn.user, pass: signIn.password } }),
      connectionTimeout: timeoutMillis,
      greetingTimeout: timeoutMillis,
      socketTimeout: answerMillis,
      dnsTimeout: timeoutMillis,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return {
      async send({ from, replyTo, to, subject, text, html, language, id, date }, signal) {
        // The library takes a text with a comma or a line break for several addresses.
        if (!isMailAddress(to))
          throw new SmtpError("recipient", "It is not an address.", null, null, false, false);
        try {
          const { response } = await transport.sendMail({
            from,
            // An object is taken as it is, and never as a list.
            to: { name: "", address: to },
            ...(replyTo !== null && { replyTo: { name: "", address: replyTo } }),
            envelope: { from: from.address, to: [to] },
            subject,
            text,
            html,
            textEncoding: "quoted-printable",
            messageId: `<${id}>`,
            date,
            headers: { ...HEADERS, "Content-Language": language },
            ...(signal !== undefined && { signal }),
          });
          return oneLine(response);
        } catch (error) {
          throw smtpError(error);
        }
      },
      async verify() {
        try {
          await transport.verify();
        } catch (error) {
          throw smtpError(error);
        }
      },
      close: () => transport.close(),
    };
  };

/** The certificates of a file; null for none. Throws SmtpError if the file cannot be read. */
export function readAuthorities(file: string | undefined): string | null {
  if (file === undefined) return null;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SmtpError("encrypt", `mail.authority cannot be read: ${String(error)}`, null, null, true, true);
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, 500);

/** The members of the library's errors that say what happened. */
interface LibraryError extends Error {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
}

/** What the library says of the step, in the words of RFC 5321. */
const COMMANDS: readonly (readonly [command: RegExp, stage: SmtpStage])[] = [
  [/^STARTTLS/, "encrypt"],
  [/^AUTH/, "sign_in"],
  [/^MAIL/, "sender"],
  [/^RCPT/, "recipient"],
  [/^DATA/, "message"],
];

/** OpenSSL and BoringSSL call their errors by such names. */
const ABOUT_TLS = /CERT|SSL|TLS|SIGNATURE|ISSUER|ALTNAME|self.signed|wrong version|handshake/i;

/** RFC 3463: `5.7.1` and the like refuse by policy: the server does not know this sender, or does not relay for it. */
const BY_POLICY = /^\d{3}[ -]5\.7\./;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function stageOf({ code, originalCode, command, message }: LibraryError): SmtpStage {
  const named = COMMANDS.find(([pattern]) => pattern.test(textOf(command)))?.[1];
  if (code === "EDNS") return "resolve";
  if (code === "ETLS") return "encrypt";
  if (code === "EAUTH" || code === "ENOAUTH") return "sign_in";
  if (named !== undefined) return named;
  if (code === "EENVELOPE") return "recipient";
  if (code === "EMESSAGE" || code === "EABORT") return "message";
  if (/ENOTFOUND|EAI_AGAIN/.test(textOf(originalCode))) return "resolve";
  return ABOUT_TLS.test(`${textOf(originalCode)} ${message}`) ? "encrypt" : "connect";
}

/** The mail server, or the way to it, is at fault before it hears of a recipient. */
const OF_SERVER: ReadonlySet<SmtpStage> = new Set(["resolve", "connect", "encrypt", "sign_in", "sender"]);

function smtpError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const failure: LibraryError = error;
  const stage = stageOf(failure);
  const reply = textOf(failure.response);
  const status = typeof failure.responseCode === "number" ? failure.responseCode : null;
  // RFC 5321 §4.2.1: a 5yz is final, if it is about this mail. 421: the server is about to close.
  const isOfServer = OF_SERVER.has(stage) || status === null || status === 421;
  const mayPass = isOfServer || status < 500 || BY_POLICY.test(reply);
  return new SmtpError(
    stage,
    oneLine(failure.message),
    status,
    reply === "" ? null : oneLine(reply),
    mayPass,
    isOfServer,
  );
}
