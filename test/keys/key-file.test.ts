/** Signing keys in files: which are taken, and the words for those that are not. */
import { afterAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calculateJwkThumbprint } from "jose";
import { readKeyFile, readKeyFiles } from "../../src/keys/key-file.ts";
import { proves } from "../support/proves.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function fileWith(content: string): string {
  count += 1;
  const file = join(folder, `${count}.key`);
  writeFileSync(file, content);
  return file;
}

const rsa = (bits = 2048): KeyObject => generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
const ec = (namedCurve: string): KeyObject => generateKeyPairSync("ec", { namedCurve }).privateKey;
const ed25519 = (): KeyObject => generateKeyPairSync("ed25519").privateKey;
const pem = (key: KeyObject, type: "pkcs8" | "pkcs1" | "sec1" = "pkcs8"): string =>
  key.export({ format: "pem", type } as { format: "pem"; type: "pkcs8" }).toString();
const jwk = (key: KeyObject) => key.export({ format: "jwk" });

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ["e", "n"],
  EC: ["crv", "x", "y"],
  OKP: ["crv", "x"],
};

describe("a key file", () => {
  const rsaKey = rsa();
  const p256 = ec("P-256");
  test.each([
    ["PKCS#8 with RSA", pem(rsaKey), "RS256"],
    ["PKCS#1", pem(rsaKey, "pkcs1"), "RS256"],
    ["SEC1", pem(p256, "sec1"), "ES256"],
    [
      "SEC1 behind the name of its curve",
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem(p256, "sec1")}`,
      "ES256",
    ],
    ["PKCS#8 with P-384", pem(ec("P-384")), "ES384"],
    ["PKCS#8 with P-521", pem(ec("P-521")), "ES512"],
    ["PKCS#8 with Ed25519", pem(ed25519()), "EdDSA"],
    ["a JWK that names its algorithm", JSON.stringify({ ...jwk(rsaKey), alg: "PS256", use: "sig" }), "PS256"],
    ["a JWK that names none", JSON.stringify(jwk(ed25519())), "EdDSA"],
    ["a byte order mark and line breaks of Windows", `\uFEFF${pem(p256).replaceAll("\n", "\r\n")}`, "ES256"],
  ] as const)("may be %s", async (_, content, algorithm) => {
    const reading = await readKeyFile(fileWith(content));
    if ("fault" in reading) throw new Error(reading.fault);
    const { publicKey, privateKey, ...key } = reading.key;
    expect(key).toMatchObject({ algorithm, publishedUntil: null });
    expect(privateKey.extractable).toBe(false);
    const { kty, kid, use, alg, ...own } = publicKey;
    expect({ kid, use, alg }).toEqual({
      kid: await calculateJwkThumbprint(publicKey),
      use: "sig",
      alg: algorithm,
    });
    expect(kid).toBe(key.kid);
    expect(Object.keys(own).toSorted()).toEqual([...(MEMBERS[kty] ?? [])]);
  });

  const encrypted = rsaKey.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" });
  const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const halves = { ...jwk(p256), x: jwk(ec("P-256")).x };
  test.each([
    ["an RSA key of 1024 bits", pem(rsa(1024)), "is an RSA key of 1024 bits. It must have 2048 or more"],
    ["half of a file", pem(rsaKey).slice(0, 900), "is damaged: it does not parse as a private key"],
    ["damaged base64", pem(p256).replace("MI", "!!"), "is damaged: it does not parse as a private key"],
    ["nothing", "", "is neither PEM nor a JWK"],
    ["a certificate", certificate, "is a CERTIFICATE, not a private key"],
    ["a passphrase", encrypted.toString(), "is encrypted with a passphrase. Remove it"],
    ["two keys", pem(p256) + pem(rsaKey), "has several private keys. Write each into a file of its own"],
    ["a curve that no algorithm has", pem(ec("secp224r1")), "It must be RSA, P-256, P-384, P-521 or Ed25519"],
    [
      "a JWK cut short",
      JSON.stringify(jwk(p256)).slice(0, 40),
      "is damaged: it begins like a JWK and is no JSON",
    ],
    ["a public JWK", JSON.stringify({ ...jwk(p256), d: undefined }), "is a JWK without its private part"],
    ["a symmetric JWK", JSON.stringify({ kty: "oct", k: "c2VjcmV0" }), "is a symmetric key"],
    ["a key set", JSON.stringify({ keys: [jwk(p256)] }), "is a key set"],
    ["another use", JSON.stringify({ ...jwk(p256), use: "enc" }), 'is a key with use "enc", not "sig"'],
    [
      "an algorithm of other keys",
      JSON.stringify({ ...jwk(p256), alg: "RS256" }),
      'has alg "RS256". Such a key signs with ES256',
    ],
    ["alg none", JSON.stringify({ ...jwk(rsaKey), alg: "none" }), 'has alg "none"'],
    ["two halves of different keys", JSON.stringify(halves), "is damaged"],
    [
      "the modulus of another key",
      JSON.stringify({ ...jwk(rsaKey), n: jwk(rsa()).n }),
      "is damaged: nothing can be signed with it",
    ],
  ])("is refused with words: %s", async (_, content, words) => {
    const reading = await readKeyFile(fileWith(content));
    expect(reading).toEqual({ fault: expect.stringContaining(words) });
    // The words go into logs.
    const { fault } = reading as { fault: string };
    expect(fault.length).toBeLessThan(150);
  });

  test("is refused with words if it is missing or a folder", async () => {
    expect(await readKeyFile(join(folder, "missing.pem"))).toEqual({ fault: "does not exist" });
    expect(await readKeyFile(folder)).toEqual({ fault: "is a folder" });
  });

  test(
    proves(
      "the faults of all files are told, each with its file; one key with two algorithms is one",
      "threat 58",
    ),
    async () => {
      const [good, small] = [fileWith(pem(rsaKey)), fileWith(pem(rsa(1024)))];
      const twice = fileWith(JSON.stringify({ ...jwk(rsaKey), alg: "PS256" }));
      const { keys, faults } = await readKeyFiles([good, small, twice]);
      expect(keys.map(({ file }) => file)).toEqual([good]);
      expect(faults).toEqual([
        expect.stringContaining(`signing.key_files: ${small} is an RSA key of 1024 bits.`),
        `signing.key_files: ${twice} is the key of ${good} with another algorithm. Each algorithm needs a key of its own.`,
      ]);
    },
  );

  test("the same key in two files stands where it stands last", async () => {
    const files = [pem(rsaKey), pem(rsa()), JSON.stringify(jwk(rsaKey))].map(fileWith);
    expect((await readKeyFiles(files)).keys.map(({ file }) => file)).toEqual(files.slice(1));
  });
});
