/** keys/signature.ts and keys/verify.ts: which signatures count, made by jose as clients make them. */
import { describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { exportJWK, FlattenedSign, generateKeyPair, importJWK, SignJWT } from "jose";
import { isSignedWith } from "../../src/keys/verify.ts";
import { VERIFYING_NAMES } from "../../src/protocol/signing-algorithms.ts";
import { proves } from "../support/proves.ts";

const PAIRS = new Map(
  await Promise.all(
    VERIFYING_NAMES.map(async (name) => [name, await generateKeyPair(name, { extractable: true })] as const),
  ),
);
const pairOf = (name: (typeof VERIFYING_NAMES)[number]) => {
  const pair = PAIRS.get(name);
  if (pair === undefined) throw new Error(`There is no key for ${name}.`);
  return pair;
};
const signed = (alg: (typeof VERIFYING_NAMES)[number], by = alg, header: Record<string, unknown> = {}) =>
  new SignJWT({ sub: "ada" }).setProtectedHeader({ alg, ...header }).sign(pairOf(by).privateKey);

describe.each(VERIFYING_NAMES.map((name) => [name] as const))("%s", (name) => {
  test(proves("counts as its key made it, and with nothing changed", "threat 35", "threat 44"), async () => {
    const { publicKey } = pairOf(name);
    const text = await signed(name);
    expect(await isSignedWith(publicKey, name, text)).toBe(true);
    // Keys that may not be exported verify too.
    const kept = await importJWK(await exportJWK(publicKey), name, { extractable: false });
    if (!(kept instanceof CryptoKey)) throw new Error("no key");
    expect(await isSignedWith(kept, name, text)).toBe(true);
    const [header = "", payload = "", signature = ""] = text.split(".");
    const other = Buffer.from('{"sub":"eve"}').toString("base64url");
    const bytes = Buffer.from(signature, "base64url");
    for (const wrong of [
      `${header}.${other}.${signature}`,
      `${header}.${payload}.${bytes.subarray(1).toString("base64url")}`,
      `${header}.${payload}.${Buffer.concat([bytes, Buffer.from([0])]).toString("base64url")}`,
      `${header}.${payload}.${Buffer.alloc(bytes.length).toString("base64url")}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${bytes.toString("base64")}=`,
      `${header}.${payload}. ${signature}`,
      `${text}.`,
      "",
    ])
      expect({ wrong, is: await isSignedWith(publicKey, name, wrong) }).toEqual({ wrong, is: false });
  });

  test(proves("counts with a key that was imported for it, and with no other", "threat 35"), async () => {
    for (const other of VERIFYING_NAMES) {
      const isSame = new Set([name, other]).isSubsetOf(new Set<string>(["EdDSA", "Ed25519"]));
      if (other === name || isSame) continue;
      const jwk = await exportJWK(pairOf(name).publicKey);
      const forOther = await importJWK(jwk, other).catch(() => null);
      if (forOther instanceof CryptoKey)
        expect(await isSignedWith(forOther, name, await signed(name))).toBe(false);
      expect(await isSignedWith(pairOf(other).publicKey, name, await signed(name))).toBe(false);
    }
    expect(await isSignedWith(pairOf(name).privateKey, name, await signed(name))).toBe(false);
  });
});

test(
  proves("a header that names another algorithm, or demands more, does not count", "threat 35"),
  async () => {
    const { privateKey, publicKey } = pairOf("ES256");
    const claim = (header: object) => `${Buffer.from(JSON.stringify(header)).toString("base64url")}.e30`;
    const forged = async (header: object) => {
      const text = claim(header);
      const bytes = new Uint8Array(
        await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, Buffer.from(text)),
      );
      return `${text}.${Buffer.from(bytes).toString("base64url")}`;
    };
    expect(await isSignedWith(publicKey, "ES256", await forged({ alg: "ES256" }))).toBe(true);
    for (const header of [
      { alg: "none" },
      { alg: "HS256" },
      { alg: "ES384" },
      {},
      { alg: "ES256", crit: ["exp"], exp: 1 },
      { alg: "ES256", crit: [] },
      { alg: "ES256", b64: false },
    ])
      expect({ header, is: await isSignedWith(publicKey, "ES256", await forged(header)) }).toEqual({
        header,
        is: false,
      });
    for (const algorithm of ["none", "HS256", "toString", "__proto__"])
      expect(await isSignedWith(publicKey, algorithm, await forged({ alg: algorithm }))).toBe(false);
    const unencoded = await new FlattenedSign(Buffer.from("e30"))
      .setProtectedHeader({ alg: "ES256", b64: false, crit: ["b64"] })
      .sign(privateKey);
    const text = `${unencoded.protected}.e30.${unencoded.signature}`;
    expect(await isSignedWith(publicKey, "ES256", text)).toBe(false);
  },
);

test(proves("a short RSA key and a signature in DER do not count", "threat 35"), async () => {
  const short = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  const input = `${Buffer.from('{"alg":"RS256"}').toString("base64url")}.e30`;
  const weak = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", short.privateKey, Buffer.from(input));
  const text = `${input}.${Buffer.from(weak).toString("base64url")}`;
  expect(await isSignedWith(short.publicKey, "RS256", text)).toBe(false);

  const { privateKey, publicKey } = pairOf("ES256");
  const base = `${Buffer.from('{"alg":"ES256"}').toString("base64url")}.e30`;
  const der = sign("sha256", Buffer.from(base), { key: await pemOf(privateKey), dsaEncoding: "der" });
  expect(await isSignedWith(publicKey, "ES256", `${base}.${der.toString("base64url")}`)).toBe(false);
});

const pemOf = async (key: CryptoKey): Promise<string> => {
  const { exportPKCS8 } = await import("jose");
  return exportPKCS8(key);
};
