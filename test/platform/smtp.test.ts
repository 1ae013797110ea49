/** Sending over SMTP, against a real mail server in this process. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import {
  type SmtpConnection,
  SmtpError,
  type SmtpMessage,
  type SmtpSettings,
  smtp,
} from "../../src/platform/smtp.ts";
import {
  type Certificate,
  type MailServer,
  makeMailCertificate,
  startMailServer,
} from "../support/mail-server.ts";
import { proves } from "../support/proves.ts";

let certificate: Certificate;
beforeAll(() => {
  certificate = makeMailCertificate();
});
afterAll(() => certificate.remove());

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const USER = { name: "auth@example.org", password: "the password of the mail server" };

const MESSAGE: SmtpMessage = {
  from: { name: "Käse & Söhne", address: "auth@example.org" },
  replyTo: "help@example.org",
  to: "ada@example.net",
  subject: "Grüße: „Ihr Passwort“",
  text: "Guten Tag,\n\nschöne Grüße aus Wien – https://auth.example/account\n",
  html: "<!doctype html><p>Schöne Grüße</p>",
  language: "de",
  id: "one@auth.example",
  date: new Date("2026-11-30T10:00:00Z"),
};

async function serverWith(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  closing.push(() => server.stop());
  return server;
}

const settingsOf = (port: number, more: Partial<SmtpSettings> = {}): SmtpSettings => ({
  host: "127.0.0.1",
  port,
  security: "none",
  authorities: null,
  signIn: null,
  timeoutMillis: 5000,
  answerMillis: 5000,
  ownName: "auth.example",
  ...more,
});

async function connect(settings: SmtpSettings): Promise<SmtpConnection> {
  const connection = await smtp(settings)();
  closing.push(() => connection.close());
  return connection;
}

async function failure(settings: SmtpSettings, message = MESSAGE, signal?: AbortSignal): Promise<SmtpError> {
  const connection = await connect(settings);
  try {
    await connection.send(message, signal);
  } catch (error) {
    if (error instanceof SmtpError) return error;
    throw error;
  }
  throw new Error("The mail was taken.");
}

describe("a mail", () => {
  test.each(["tls", "starttls"] as const)("goes over %s, and the sign-in with it", async (security) => {
    const server = await serverWith({ security, certificate, user: USER });
    const connection = await connect(
      settingsOf(server.port, {
        security,
        authorities: certificate.pem,
        signIn: { user: USER.name, password: USER.password },
      }),
    );
    expect(await connection.send(MESSAGE)).toStartWith("250 ");
    expect(server.mails).toMatchObject([
      { isEncrypted: true, user: USER.name, from: "auth@example.org", to: ["ada@example.net"] },
    ]);
  });

  test("arrives as it was: names, umlauts, both parts, the language, and headers for machines", async () => {
    const server = await serverWith();
    await (await connect(settingsOf(server.port))).send(MESSAGE);
    const [{ parsed, raw } = { parsed: null, raw: "" }] = server.mails;
    expect(parsed).toMatchObject({
      subject: MESSAGE.subject,
      text: MESSAGE.text,
      messageId: "<one@auth.example>",
      date: MESSAGE.date,
      from: { value: [MESSAGE.from] },
      to: { value: [{ address: "ada@example.net", name: "" }] },
      replyTo: { value: [{ address: "help@example.org", name: "" }] },
    });
    expect(parsed?.html).toBe(MESSAGE.html);
    expect(parsed?.headers.get("content-language")).toBe("de");
    expect(parsed?.headers.get("auto-submitted")).toBe("auto-generated");
    expect(parsed?.attachments).toEqual([]);
    // Only ASCII is on the wire, so no server on the way need know more.
    expect(raw).toMatch(/^[\t\r\n -~]*$/);
  });

  test("after another goes over the same connection", async () => {
    const server = await serverWith();
    const connection = await connect(settingsOf(server.port));
    await connection.send(MESSAGE);
    await connection.send({ ...MESSAGE, id: "two@auth.example" });
    expect(server.mails).toHaveLength(2);
    expect(server.connections()).toBe(1);
  });

  test("with line breaks where none belong has no header and no recipient of a stranger's choice", async () => {
    const server = await serverWith();
    const broken = "Ada\r\nBcc: thief@example.org\r\n\r\nbody";
    const connection = await connect(settingsOf(server.port));
    await connection.send({ ...MESSAGE, subject: broken, from: { ...MESSAGE.from, name: broken } });
    const [{ parsed, to } = { parsed: null, to: [] }] = server.mails;
    expect(to).toEqual(["ada@example.net"]);
    expect(parsed?.headers.has("bcc")).toBe(false);
    expect(parsed?.text).toBe(MESSAGE.text);
    await connection
      .send({ ...MESSAGE, to: "ada@example.net>\r\nRCPT TO:<thief@example.org" })
      .catch((error: unknown) => expect(error).toBeInstanceOf(SmtpError));
    expect(server.mails.flatMap((mail) => mail.to)).not.toContain("thief@example.org");
  });
});

describe("encryption", () => {
  test(
    proves("is not done without where it is asked for: a server without starttls gets nothing", "threat 47"),
    async () => {
      const server = await serverWith({ user: USER });
      const error = await failure(
        settingsOf(server.port, {
          security: "starttls",
          signIn: { user: USER.name, password: USER.password },
        }),
      );
      expect(error).toMatchObject({ stage: "encrypt", mayPass: true, isOfServer: true });
      expect(server.mails).toEqual([]);
    },
  );

  test.each(["tls", "starttls"] as const)(
    proves("by %s takes no certificate that is not trusted", "threat 47"),
    async (security) => {
      const server = await serverWith({ security, certificate });
      expect(await failure(settingsOf(server.port, { security }))).toMatchObject({ stage: "encrypt" });
      expect(server.mails).toEqual([]);
    },
  );

  test.each(["tls", "starttls"] as const)(
    proves("by %s takes no certificate of another host", "threat 47"),
    async (security) => {
      const other = makeMailCertificate("DNS:other.example");
      closing.push(other.remove);
      const server = await serverWith({ security, certificate: other });
      const error = await failure(settingsOf(server.port, { security, authorities: other.pem }));
      expect(error).toMatchObject({ stage: "encrypt" });
      expect(server.mails).toEqual([]);
    },
  );

  test("with the wrong kind for the port says that it is about encryption", async () => {
    const server = await serverWith({ security: "starttls", certificate });
    expect((await failure(settingsOf(server.port, { security: "tls" }))).stage).toBe("encrypt");
  });
});

describe("a mail server that", () => {
  const at = async (
    refuses: NonNullable<MailServer["mood"]["refuses"]>,
    expected: Partial<Record<"stage" | "status" | "mayPass" | "isOfServer" | "reason", unknown>>,
  ) => {
    const server = await serverWith();
    server.mood.refuses = refuses;
    expect(await failure(settingsOf(server.port))).toMatchObject(expected);
    expect(server.mails).toEqual([]);
  };

  test("refuses the password says so, and the password is in no message", async () => {
    const server = await serverWith({ security: "tls", certificate, user: USER });
    const error = await failure(
      settingsOf(server.port, {
        security: "tls",
        authorities: certificate.pem,
        signIn: { user: USER.name, password: "a wrong password" },
      }),
    );
    expect(error).toMatchObject({ stage: "sign_in", status: 535, mayPass: true, isOfServer: true });
    expect(`${error.message} ${error.reply}`).not.toContain("a wrong password");
  });

  test("is tried without a mail: the connection, the encryption and the sign-in", async () => {
    const server = await serverWith({ security: "tls", certificate, user: USER });
    const connectionOf = (password: string) =>
      connect(
        settingsOf(server.port, {
          security: "tls",
          authorities: certificate.pem,
          signIn: { user: USER.name, password },
        }),
      );
    await (await connectionOf(USER.password)).verify();
    const refused = await (await connectionOf("a wrong password")).verify().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SmtpError);
    expect(refused).toMatchObject({ stage: "sign_in", status: 535 });
    expect(server.mails).toEqual([]);
  });

  test("wants a sign-in is not lost mail", async () => {
    const server = await serverWith({ security: "tls", certificate, user: USER });
    const error = await failure(settingsOf(server.port, { security: "tls", authorities: certificate.pem }));
    expect(error).toMatchObject({ stage: "sender", mayPass: true, isOfServer: true });
  });

  test("refuses the sender may take it when the operator has corrected it", () =>
    at(
      { at: "sender", code: 553, words: "5.7.1 Not your address" },
      { stage: "sender", status: 553, mayPass: true, isOfServer: true, reason: "sender 553" },
    ));

  test("does not know the recipient refuses for good", () =>
    at(
      { at: "recipient", code: 550, words: "5.1.1 No such person" },
      { stage: "recipient", status: 550, mayPass: false, isOfServer: false, reason: "recipient 550" },
    ));

  test("does not relay may do so later", () =>
    at(
      { at: "recipient", code: 554, words: "5.7.1 Relay access denied" },
      { stage: "recipient", status: 554, mayPass: true, isOfServer: false },
    ));

  test("puts the recipient off may take it later", () =>
    at(
      { at: "recipient", code: 451, words: "4.7.1 Greylisted, try again" },
      { stage: "recipient", status: 451, mayPass: true, isOfServer: false },
    ));

  test("refuses the content refuses for good", () =>
    at(
      { at: "message", code: 554, words: "5.6.0 Spam" },
      { stage: "message", status: 554, mayPass: false, isOfServer: false },
    ));

  test("is full takes it later", () =>
    at(
      { at: "message", code: 452, words: "4.3.1 No space" },
      { stage: "message", status: 452, mayPass: true, isOfServer: false },
    ));

  test("is down is at fault itself", async () => {
    const server = await serverWith();
    await server.stop();
    expect(await failure(settingsOf(server.port))).toMatchObject({
      stage: "connect",
      status: null,
      mayPass: true,
      isOfServer: true,
    });
  });

  test("has no name is at fault itself", async () => {
    const error = await failure(settingsOf(25, { host: "mail.invalid" }));
    expect(error).toMatchObject({ stage: "resolve", mayPass: true, isOfServer: true });
  });

  test("says nothing is not waited for longer than the timeout", async () => {
    const silent = await listenSilently();
    const error = await failure(settingsOf(silent, { timeoutMillis: 200 }));
    expect(error).toMatchObject({ stage: "connect", mayPass: true, isOfServer: true });
  });

  test("thinks for too long is left by the signal", async () => {
    const server = await serverWith();
    server.mood.delayMillis = 2000;
    const error = await failure(settingsOf(server.port), MESSAGE, AbortSignal.timeout(300));
    expect(error).toMatchObject({ mayPass: true, isOfServer: true });
  });
});

/** Takes connections and says nothing. */
async function listenSilently(): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("It does not listen.");
  return address.port;
}
