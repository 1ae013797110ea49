/** What `config check` and the start say about the certificate of a TLS listener. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startServing } from "../../src/cli/serve.ts";
import { captureIo, removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const DAY = 86_400;
const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
afterAll(removeTemporaryFolders);

function makeCertificate(name: string, ...options: string[]): void {
  const made = Bun.spawnSync(
    ["openssl", "req", "-x509", "-nodes", "-days", "90", "-subj", `/CN=${name}`, ...options].concat([
      ...["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)],
    ]),
  );
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
}

const CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
let made = 0;
beforeAll(() => {
  made = Math.floor(Date.now() / 1000);
  makeCertificate("sound", ...CURVE);
  makeCertificate("short", "-newkey", "rsa:1024", "-sha256");
  makeCertificate("old", ...CURVE, "-sha1");
});

const listenTo = (certificate: string, key: string) =>
  `listen=${JSON.stringify([{ host: "127.0.0.1", port: 0, tls: { certificate, key } }])}`;
const flagsFor = (name: string) => [listenTo(file(`${name}.pem`), file(`${name}.key`))];
/** A clock that shows this many seconds after the certificates were made. */
const clockAt = (later: number) => ({
  seconds: () => made + later,
  millis: () => (made + later) * 1000,
});

async function check(name: string, later = 0): Promise<string> {
  const args = ["config", "check", "--issuer", "https://localhost:8443", "--set", ...flagsFor(name)];
  const { code, out, err } = await tessera(args, { clock: clockAt(later) });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}

describe("a certificate is warned of if it", () => {
  test.each([
    ["has expired", "sound", 91 * DAY, /sound\.pem expired on \d{4}-.*: clients refuse it\. Renew it\./],
    ["expires within 30 days", "sound", 61 * DAY, /sound\.pem expires in 2[89] days, on \d{4}-/],
    ["expires tomorrow", "sound", 88.5 * DAY, /sound\.pem expires in 1 day, on/],
    ["expires today", "sound", 89.5 * DAY, /sound\.pem expires in less than a day, on/],
    ["is not valid yet", "sound", -2 * DAY, /sound\.pem is not valid before \d{4}-/],
    ["has a short RSA key", "short", 0, /short\.pem has an RSA key of 1024 bits: clients refuse it\./],
    ["is signed with SHA-1", "old", 0, /old\.pem is signed with SHA-?1: clients refuse it\./],
  ])("%s", async (_, name, later, words) => {
    const out = await check(name, later);
    expect(out).toMatch(words);
    expect(out).toContain("The configuration can be used.");
  });

  test("and not otherwise", async () => {
    for (const later of [DAY, 59 * DAY])
      expect(await check("sound", later)).toContain("The configuration is fine.");
  });
});

test("a start says the same", async () => {
  const io = captureIo({ clock: clockAt(91 * DAY) });
  const flags = { data: temporaryFolder(), issuer: "https://localhost:8443", set: flagsFor("sound") };
  const running = await startServing(flags, io);
  await running.stop();
  expect(io.captured.err).toMatch(/ warn +The certificate \S+sound\.pem expired on/);
});

describe("files that cannot be used are told", () => {
  const faultOf = async (certificate: string, key: string) => {
    const { code, err } = await tessera(["config", "check", "--set", listenTo(certificate, key)]);
    expect(code).toBe(1);
    return err;
  };

  test("a folder", async () => {
    mkdirSync(file("folder"));
    expect(await faultOf(file("folder"), file("sound.key"))).toContain(`${file("folder")} is a folder.`);
    expect(await faultOf(file("sound.pem"), file("folder"))).toContain(`${file("folder")} is a folder.`);
  });

  test("but not a byte order mark before the text", async () => {
    for (const end of ["pem", "key"])
      writeFileSync(file(`marked.${end}`), `\uFEFF${readFileSync(file(`sound.${end}`), "utf8")}`);
    expect(await check("marked")).toContain("The configuration is fine.");
  });
});

test("at the level debug, a start names the variables of Kubernetes that it ignores", async () => {
  const env = { TESSERA_PORT: "tcp://10.43.7.9:80", TESSERA_SERVICE_HOST: "10.43.7.9" };
  for (const level of ["debug", "info"]) {
    const io = captureIo({ env });
    const running = await startServing(
      { data: temporaryFolder(), port: "0", set: [`log.level=${level}`] },
      io,
    );
    await running.stop();
    const line =
      /ignored variables that Kubernetes sets for a service variables="?TESSERA_PORT TESSERA_SERVICE_HOST/;
    expect(line.test(io.captured.err), level).toBe(level === "debug");
  }
});
