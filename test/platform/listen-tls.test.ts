import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type PeerCertificate, type SecureVersion } from "node:tls";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { type Fetch, type Listening, listen } from "../../src/platform/listen.ts";
import { createLog } from "../../src/platform/log.ts";
import { proves } from "../support/proves.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-tls-"));
const file = (name: string) => join(folder, name);

const CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
const RSA = ["-newkey", "rsa:2048"];

function makeCertificate(name: string, key: readonly string[] = CURVE): void {
  const made = Bun.spawnSync(
    ["openssl", "req", "-x509", ...key, "-nodes", "-days", "2"].concat([
      "-subj",
      `/CN=${name}`,
      "-keyout",
      file(`${name}.key`),
      "-out",
      file(`${name}.pem`),
    ]),
  );
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
}

beforeAll(() => {
  makeCertificate("first");
  makeCertificate("second");
  makeCertificate("rsa", RSA);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.stop(0)));
});

let logged = "";
const remember = (line: string) => {
  logged += line;
};
const log = createLog({ level: "debug", format: "text", write: remember });

async function start(fetch: Fetch, port = 0, certificateCheckMillis = 20, certificate = "first") {
  install(certificate);
  logged = "";
  const configuration = parse(configurationSchema, {
    listen: [{ host: "127.0.0.1", port, tls: { certificate: file("live.pem"), key: file("live.key") } }],
  });
  const listening = await listen({
    configuration,
    paths: ["/", "/slow", "/fixed"],
    fetch,
    elsewhere: fetch,
    headers: {},
    log,
    certificateCheckMillis,
  });
  open.push(listening);
  return listening;
}

/** Installs a pair as renewal tools do: replaces each file in one step, one after the other. */
function install(name: string): void {
  for (const end of ["pem", "key"]) {
    copyFileSync(file(`${name}.${end}`), file(`new.${end}`));
    renameSync(file(`new.${end}`), file(`live.${end}`));
  }
}

/** The name in the certificate that a new connection gets. */
function shownName(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      const certificate: PeerCertificate = socket.getPeerCertificate();
      socket.destroy();
      resolve(String(certificate.subject.CN));
    });
    socket.on("error", reject);
  });
}

/** The version that a client of this single version agrees on with the server; null if the server refuses it. */
function spokenVersion(port: number, version: SecureVersion): Promise<string | null> {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>();
  const options = { port, host: "127.0.0.1", rejectUnauthorized: false };
  const socket = connect({ ...options, minVersion: version, maxVersion: version }, () => {
    resolve(socket.getProtocol());
    socket.destroy();
  });
  socket.on("error", (error) =>
    error.message.includes("ALERT_PROTOCOL_VERSION") ? resolve(null) : reject(error),
  );
  return promise;
}

/** The suite that the server chooses from what OpenSSL offers; null if it accepts none of them. */
async function chosenSuite(port: number, offer: readonly string[]): Promise<string | null> {
  const client = Bun.spawn(["openssl", "s_client", "-connect", `127.0.0.1:${port}`, ...offer], {
    stdin: new Blob([]),
    stdout: "pipe",
    stderr: "ignore",
  });
  const suite = /Cipher is (\S+)/.exec(await new Response(client.stdout).text())?.[1];
  if (suite === undefined) throw new Error("openssl named no suite");
  return suite === "(NONE)" ? null : suite;
}

/** Every suite of TLS 1.2 that the server accepts: offers all, then all but those that it chose before. */
async function acceptedSuites(port: number): Promise<string[]> {
  const accepted: string[] = [];
  for (;;) {
    const offered = ["ALL:COMPLEMENTOFALL:@SECLEVEL=0", ...accepted.map((suite) => `!${suite}`)].join(":");
    const suite = await chosenSuite(port, ["-tls1_2", "-cipher", offered]);
    if (suite === null) return accepted.sort();
    accepted.push(suite);
  }
}

async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await check()) return;
    await Bun.sleep(20);
  }
  throw new Error(`it did not happen; the log says: ${logged}`);
}

const get = (url: string) => fetch(url, { tls: { rejectUnauthorized: false } });

describe("TLS", () => {
  test(
    proves(
      "speaks TLS 1.2 and 1.3, and nothing older",
      "RFC 8628 3.1-2",
      "RFC 7009 2-5",
      "RFC 7662 4-9",
      "FAPI 2.0 5.2.1-2",
      "OIDF 6-9",
    ),
    async () => {
      const { ports } = await start(() => new Response("hello"));
      const versions: SecureVersion[] = ["TLSv1.1", "TLSv1.2", "TLSv1.3"];
      const spoken = await Promise.all(versions.map((version) => spokenVersion(ports[0] ?? 0, version)));
      expect(spoken).toEqual([null, "TLSv1.2", "TLSv1.3"]);
    },
  );

  test(
    proves(
      "answers with the certificate of the files, and with the time",
      "OIDF 6-9",
      "RFC 9700 2.6-7",
      "RFC 8414 6.1-1",
      "RFC 7521 4-1",
      "RFC 8414 3-2",
      "RFC 7591 5-1",
      "RFC 7591 3-2",
      "RFC 6749 10.9-1",
      "RFC 6750 5.2-4",
    ),
    async () => {
      const { ports, urls } = await start(() => new Response("hello"));
      expect(urls[0]).toStartWith("https://127.0.0.1:");
      expect(await shownName(ports[0] ?? 0)).toBe("first");
      const answer = await get(urls[0] ?? "");
      expect(await answer.text()).toBe("hello");
      // FAPI 2.0 §5.3.3.1, note 1: clients set their clocks by it.
      expect(Date.parse(answer.headers.get("date") ?? "")).toBeGreaterThan(0);
    },
  );

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    proves("speaks %s, encrypted and authenticated", "RFC 7591 5-2", "RFC 8414 6.1-2", "RFC 8414 6.1-3"),
    async (version) => {
      const { ports } = await start(() => new Response("hello"));
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const socket = connect(
        {
          port: ports[0] ?? 0,
          host: "127.0.0.1",
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
        },
        () => resolve(`${socket.getProtocol()} ${socket.getCipher().name}`),
      );
      socket.on("error", reject);
      try {
        // GCM, CCM and Poly1305 provide confidentiality and integrity together.
        expect(await promise).toMatch(new RegExp(`^${version} .*(GCM|CCM|POLY1305)`));
      } finally {
        socket.destroy();
      }
    },
  );

  test.each([
    ["first", "ECDSA"],
    ["rsa", "RSA"],
  ])(
    proves(
      "with the certificate %s, TLS 1.2 has suites of ECDHE with AES-GCM only",
      "FAPI 2.0 5.2.1-3",
      "FAPI 2.0 5.2.2-1",
      "FAPI 2.0 5.2.3-2",
      "OIDF 6-9",
    ),
    async (name, kind) => {
      const { ports } = await start(() => new Response("hello"), 0, 3_600_000, name);
      const suites = [`ECDHE-${kind}-AES128-GCM-SHA256`, `ECDHE-${kind}-AES256-GCM-SHA384`];
      expect(await acceptedSuites(ports[0] ?? 0)).toEqual(suites);
      for (const suite of [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
      ])
        expect(await chosenSuite(ports[0] ?? 0, ["-tls1_3", "-ciphersuites", suite])).toBe(suite);
      // A renewal opens another listener.
      install(name === "rsa" ? "first" : "rsa");
      open.at(-1)?.rereadCertificates();
      const other = kind === "RSA" ? "ECDSA" : "RSA";
      await eventually(async () => {
        const now = await acceptedSuites(ports[0] ?? 0).catch(() => []);
        return now.join() === suites.join().replaceAll(kind, other);
      });
    },
  );

  test("shows a renewed certificate to new connections, and finishes the requests of the old ones", async () => {
    const release = Promise.withResolvers<void>();
    const { ports, urls, publish } = await start(async (request) => {
      if (request.url.endsWith("/slow")) await release.promise;
      return new Response("answered");
    });
    publish({ "/fixed": new Response("fixed") });
    const slow = get(`${urls[0]}/slow`);
    await Bun.sleep(50);
    install("second");
    await eventually(async () => (await shownName(ports[0] ?? 0).catch(() => "")) === "second");
    expect(logged).toContain("the certificate was renewed");
    release.resolve();
    expect(await (await slow).text()).toBe("answered");
    expect(await (await get(urls[0] ?? "")).text()).toBe("answered");
    expect(await (await get(`${urls[0]}/fixed`)).text()).toBe("fixed");
  });

  test("keeps the old certificate when the new one is broken, says so once, and takes it when it is mended", async () => {
    const { ports } = await start(() => new Response());
    copyFileSync(file("second.pem"), file("new.pem"));
    renameSync(file("new.pem"), file("live.pem"));
    await eventually(() => logged.includes("the key does not belong to the certificate"));
    await Bun.sleep(100);
    expect(logged.match(/the old one stays/g)).toHaveLength(1);
    expect(await shownName(ports[0] ?? 0)).toBe("first");
    writeFileSync(file("live.pem"), "not a certificate");
    await eventually(() => logged.includes("holds no PEM certificate"));
    expect(await shownName(ports[0] ?? 0)).toBe("first");
    install("second");
    await eventually(async () => (await shownName(ports[0] ?? 0).catch(() => "")) === "second");
  });

  test("keeps the old certificate while the files are gone", async () => {
    const { ports } = await start(() => new Response());
    rmSync(file("live.pem"));
    await eventually(() => logged.includes("cannot be used"));
    expect(await shownName(ports[0] ?? 0)).toBe("first");
  });

  test("a second start on the same port is refused, although ports can be shared for renewals", async () => {
    const { ports } = await start(() => new Response());
    await expect(start(() => new Response(), ports[0])).rejects.toThrow("in use");
  });

  test("a key that does not fit stops the start", async () => {
    const configuration = parse(configurationSchema, {
      listen: [
        { host: "127.0.0.1", port: 0, tls: { certificate: file("first.pem"), key: file("second.key") } },
      ],
    });
    await expect(
      listen({
        configuration,
        paths: [],
        fetch: () => new Response(),
        elsewhere: () => new Response(),
        headers: {},
        log,
      }),
    ).rejects.toThrow("the key does not belong to the certificate");
  });

  test("a stop after a renewal still waits for a request on the old certificate", async () => {
    const release = Promise.withResolvers<void>();
    const { ports, urls, stop } = await start(async () => {
      await release.promise;
      return new Response("finished");
    });
    const slow = get(urls[0] ?? "");
    await Bun.sleep(50);
    install("second");
    await eventually(async () => (await shownName(ports[0] ?? 0).catch(() => "")) === "second");
    const stopped = stop(5000);
    await Bun.sleep(50);
    release.resolve();
    expect(await (await slow).text()).toBe("finished");
    expect(await stopped).toBe(0);
  });

  test("reads the files at once when the operator asks for it, and reports a fault at once", async () => {
    const listening = await start(() => new Response("hello"), 0, 3_600_000);
    const port = listening.ports[0] ?? 0;
    install("second");
    listening.rereadCertificates();
    await eventually(async () => (await shownName(port)) === "second");
    expect(logged).toContain("the certificate was renewed");
    writeFileSync(file("live.pem"), "nothing");
    listening.rereadCertificates();
    expect(logged).toContain("the certificate file holds no PEM certificate");
    expect(await shownName(port)).toBe("second");
  });
});
