/** A real mail server in this process, which keeps what it takes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

export interface Certificate {
  /** The PEM file that clients may trust. */
  readonly file: string;
  readonly pem: string;
  readonly key: string;
  remove(): void;
}

/** A self-signed certificate for 127.0.0.1, or for another name. */
export function makeMailCertificate(name = "IP:127.0.0.1,DNS:localhost"): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "tessera-mail-"));
  const file = join(folder, "certificate.pem");
  const made = Bun.spawnSync([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "2", "-subj", "/CN=mail.example", "-addext", `subjectAltName=${name}`],
    ...["-keyout", join(folder, "key.pem"), "-out", file],
  ]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  return {
    file,
    pem: readFileSync(file, "utf8"),
    key: readFileSync(join(folder, "key.pem"), "utf8"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface ReceivedMail {
  /** As it came over the wire. */
  readonly raw: string;
  readonly parsed: ParsedMail;
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  /** The user that signed in; null if none did. */
  readonly user: string | null;
}

/** What the server does instead of taking a mail. Each may change while it runs. */
export interface MailServerMood {
  /** The code and the words with which it refuses. */
  refuses: { at: "sender" | "recipient" | "message"; code: number; words: string } | null;
  /** How long it thinks before it takes a mail. */
  delayMillis: number;
}

export interface MailServer {
  readonly port: number;
  readonly mails: ReceivedMail[];
  readonly mood: MailServerMood;
  /** How many connections came. */
  connections(): number;
  /** It is down, until `start`. */
  stop(): Promise<void>;
  /** Up again, at the same port. */
  start(): Promise<void>;
}

export interface MailServerOptions {
  /** Default: in the clear. */
  readonly security?: "tls" | "starttls" | "none";
  readonly certificate?: Certificate;
  readonly user?: { readonly name: string; readonly password: string };
}

const refusal = ({ code, words }: { readonly code: number; readonly words: string }): Error =>
  Object.assign(new Error(words), { responseCode: code });

export async function startMailServer({
  security = "none",
  certificate,
  user,
}: MailServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const mood: MailServerMood = { refuses: null, delayMillis: 0 };
  let connections = 0;
  const refuse = (at: NonNullable<MailServerMood["refuses"]>["at"]): Error | null =>
    mood.refuses?.at === at ? refusal(mood.refuses) : null;
  const make = () =>
    new SMTPServer({
      secure: security === "tls",
      ...(certificate !== undefined && { key: certificate.key, cert: certificate.pem }),
      ...(certificate === undefined && { logger: false }),
      disabledCommands: [
        ...(security === "starttls" ? [] : ["STARTTLS"]),
        ...(user === undefined ? ["AUTH"] : []),
      ],
      authOptional: user === undefined,
      disableReverseLookup: true,
      closeTimeout: 1,
      onConnect(_session, done) {
        connections += 1;
        done();
      },
      onAuth({ username, password }, _session, done) {
        if (username === user?.name && password === user?.password) done(null, { user: username });
        else done(refusal({ code: 535, words: "5.7.8 Wrong user name or password" }));
      },
      onMailFrom(_address, _session, done) {
        done(refuse("sender"));
      },
      onRcptTo(_address, _session, done) {
        done(refuse("recipient"));
      },
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", async () => {
          if (mood.delayMillis > 0) await Bun.sleep(mood.delayMillis);
          const refused = refuse("message");
          if (refused !== null) return done(refused);
          const raw = Buffer.concat(chunks);
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            raw: raw.toString("latin1"),
            parsed: await simpleParser(raw),
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            isEncrypted: session.secure,
            user: typeof session.user === "string" ? session.user : null,
          });
          done(null);
        });
      },
    });
  let running: SMTPServer | null = null;
  let port = 0;
  const start = async (): Promise<void> => {
    const server = make();
    // A client that breaks off is what some tests are about.
    server.on("error", () => {});
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
    await promise;
    const address = server.server.address();
    if (typeof address === "object" && address !== null) port = address.port;
    running = server;
  };
  await start();
  return {
    get port() {
      return port;
    },
    mails,
    mood,
    connections: () => connections,
    start,
    async stop() {
      const stopping = running;
      running = null;
      if (stopping === null) return;
      await new Promise<void>((resolve) => stopping.close(() => resolve()));
    },
  };
}

/** The text of a mail in HTML, without its markup. */
export const htmlOf = ({ parsed }: ReceivedMail): string =>
  typeof parsed.html === "string" ? parsed.html : "";
