/** The keys of clients: which one a header finds, and when they are fetched (threats 80 and 86). */
import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { ClientKeyError, type ClientKeys, createClientKeys } from "../../src/operations/client-keys.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { createLog } from "../../src/platform/log.ts";
import { OutboundError } from "../../src/platform/outbound.ts";
import type { ClientJwk, ClientRecord } from "../../src/store/tables/clients.ts";
import { newClient } from "../store/records.ts";
import { proves } from "../support/proves.ts";

const KEYS_URI = "https://client.example/keys";
let first: ClientJwk;
let second: ClientJwk;
let rsa: ClientJwk;
let privateKey: CryptoKey;
beforeAll(async () => {
  const made = await Promise.all([
    generateKeyPair("ES256"),
    generateKeyPair("ES256"),
    generateKeyPair("RS256"),
  ]);
  const [one, two, three] = await Promise.all(made.map(({ publicKey }) => exportJWK(publicKey)));
  first = { ...one, kid: "first" };
  second = { ...two, kid: "second" };
  rsa = { ...three, kid: "rsa" };
  privateKey = made[0].privateKey;
});

let now = 0;
let fetches: string[] = [];
let logged = "";
/** What the host of the keys answers: a set, an error, or nothing yet. */
let answer: () => Promise<string>;
let keys: ClientKeys;
beforeEach(() => {
  now = 1_000_000;
  fetches = [];
  logged = "";
  answer = async () => JSON.stringify({ keys: [first] });
  keys = createClientKeys({
    outbound: {
      async send({ url }) {
        fetches.push(url);
        return { status: 200, text: await answer() };
      },
    },
    steadyClock: { millis: () => now },
    log: createLog({
      level: "warn",
      format: "json",
      write: (line) => {
        logged += line;
      },
    }),
  });
});

const inline = (...set: ClientJwk[]) => newClient({ jwks: { keys: set }, jwksUri: null });
const fetched = (uri = KEYS_URI) => newClient({ jwks: null, jwksUri: uri });
const find = (client: ClientRecord, kid: string | undefined, alg = "ES256") =>
  keys.find(client, { alg, ...(kid !== undefined && { kid }) });
async function wordsFor(finding: Promise<unknown>): Promise<string> {
  try {
    await finding;
  } catch (error) {
    if (error instanceof ClientKeyError) return error.words;
    throw error;
  }
  return "";
}

describe("keys in the metadata", () => {
  test("verify what the client signed", async () => {
    const jwt = await new SignJWT({ a: 1 })
      .setProtectedHeader({ alg: "ES256", kid: "first" })
      .sign(privateKey);
    const { payload } = await jwtVerify(jwt, await find(inline(first, second), "first"));
    expect(payload).toEqual({ a: 1 });
    expect(fetches).toEqual([]);
  });

  test("without a kid, the one key that fits the algorithm is found", async () => {
    expect((await find(inline(first, rsa), undefined)).algorithm.name).toBe("ECDSA");
    expect(await wordsFor(find(inline(first, second), undefined))).toContain("Several keys");
  });

  test("a key of Ed25519 is found by both names of its algorithm", async () => {
    const { publicKey } = await generateKeyPair("EdDSA", { extractable: true });
    const key = { ...(await exportJWK(publicKey)), kid: "edwards" };
    for (const alg of ["EdDSA", "Ed25519"])
      expect((await find(inline(key), "edwards", alg)).algorithm.name).toBe("Ed25519");
    // RFC 8725 §3.1: a key that names its algorithm serves no other.
    expect(await wordsFor(find(inline({ ...key, alg: "EdDSA" }), "edwards", "Ed25519"))).toContain("no key");
  });

  test(
    proves("of two with one kid, the one that fits the algorithm is found", "FAPI 2.0 5.4.3-1"),
    async () => {
      answer = async () => JSON.stringify({ keys: [{ ...rsa, kid: "first" }, first] });
      expect((await find(fetched(), "first")).algorithm.name).toBe("ECDSA");
      expect((await find(fetched(), "first", "PS256")).algorithm.name).toBe("RSA-PSS");
    },
  );

  test.each([
    ["an unknown kid", () => find(inline(first), "other"), "no key with this kid"],
    ["an algorithm of another kind of key", () => find(inline(first), "first", "RS256"), "no key"],
    ["another curve", () => find(inline(first), "first", "ES384"), "no key"],
    ["a key for another algorithm", () => find(inline({ ...rsa, alg: "PS256" }), "rsa", "RS256"), "no key"],
    ["HMAC with a public key", () => find(inline(rsa), "rsa", "HS256"), "not supported"],
    ["no signature", () => find(inline(first), "first", "none"), "not supported"],
    ["a client without keys", () => find(newClient({ jwks: null }), "first"), "registered no keys"],
    ["a point that is not on the curve", () => find(inline({ ...first, x: first.y }), "first"), "not valid"],
  ])(proves("%s finds none", "threat 80", "threat 86"), async (_, finding, words) => {
    expect(await wordsFor(finding())).toContain(words);
  });
});

describe("keys that are fetched", () => {
  test("come once for many requests at once, and are remembered", async () => {
    const client = fetched();
    await Promise.all(Array.from({ length: 20 }, () => find(client, "first")));
    now += 60_000;
    await find(client, "first");
    expect(fetches).toEqual([KEYS_URI]);
  });

  test(proves("an unknown kid fetches them again, at most once a minute", "OIDF 1-6"), async () => {
    const client = fetched();
    await find(client, "first");
    answer = async () => JSON.stringify({ keys: [first, second] });
    expect(await wordsFor(find(client, "second"))).toContain("no key with this kid");
    now += 60_000;
    await find(client, "second");
    for (let guess = 0; guess < 5; guess += 1) await wordsFor(find(client, `guess-${guess}`));
    expect(fetches).toHaveLength(2);
  });

  test(
    proves("a key that the client took out is forgotten within a quarter of an hour", "threat 86"),
    async () => {
      const client = fetched();
      await find(client, "first");
      answer = async () => JSON.stringify({ keys: [second] });
      now += 15 * 60_000;
      expect(await wordsFor(find(client, "first"))).toContain("no key with this kid");
    },
  );

  test("a failure is told to this client alone, and tried again a minute later", async () => {
    answer = async () => {
      throw new OutboundError("unreachable", "The host client.example cannot be reached.");
    };
    const client = fetched();
    expect(await wordsFor(find(client, "first"))).toContain("cannot reach the host");
    expect(await wordsFor(find(client, "first"))).toContain("cannot reach the host");
    expect(fetches).toHaveLength(1);
    expect(logged).toContain(client.clientId);
    expect(logged).toContain("The host client.example cannot be reached.");
    answer = async () => JSON.stringify({ keys: [first] });
    await find(fetched(), "first");
    now += 60_000;
    await find(client, "first");
  });

  test("a failed fetch for an unknown kid does not take away the keys that are there", async () => {
    const client = fetched();
    await find(client, "first");
    now += 60_000;
    answer = async () => {
      throw new OutboundError("too_slow", "It takes too long to answer.");
    };
    expect(await wordsFor(find(client, "unknown"))).toContain("no key with this kid");
    await find(client, "first");
  });

  test(proves("a host that does not answer holds up no other client", "threat 86"), async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    answer = () => promise;
    const waiting = find(fetched(), "first");
    answer = async () => JSON.stringify({ keys: [second] });
    await find(fetched(), "second");
    resolve(JSON.stringify({ keys: [first] }));
    await waiting;
  });

  test(proves("two clients with one address have a memory each", "threat 86"), async () => {
    await find(fetched(), "first");
    answer = async () => JSON.stringify({ keys: [second] });
    expect(await wordsFor(find(fetched(), "first"))).toContain("no key");
    expect(fetches).toHaveLength(2);
  });

  test("another address in the metadata counts at once", async () => {
    const client = fetched();
    await find(client, "first");
    answer = async () => JSON.stringify({ keys: [second] });
    await find({ ...client, jwksUri: "https://client.example/moved" }, "second");
  });

  test.each([
    ["no JSON", "<p>"],
    ["no set", "[]"],
    ["a private key", JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", d: "AA" }] })],
  ])(proves("a document with %s is refused", "threat 80"), async (_, text) => {
    answer = async () => text;
    expect(await wordsFor(find(fetched(), "first"))).toContain("is not allowed");
  });
});

test(
  proves("a key that is no point of its curve leaves nothing behind for the next request", "threat 86"),
  async () => {
    const { mac } = serverKeys(new Uint8Array(32));
    for (let count = 0; count < 3; count += 1) {
      await find(inline({ ...first, x: first.y }), "first").catch(() => undefined);
      expect(mac("form", "text").length).toBe(32);
    }
  },
);
