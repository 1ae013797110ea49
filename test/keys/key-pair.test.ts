/** Signing keys as values: what is published of them, and what keeps their private part. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { newSigningKey, openSigningKey, publicJwk, signingKeyFault } from "../../src/keys/key-pair.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { SIGNING_ALGORITHMS } from "../../src/protocol/signing-algorithms.ts";
import type { SigningKeyRecord } from "../../src/store/tables/keys.ts";
import { proves } from "../support/proves.ts";

const server = serverKeys(systemRandom(32));
const algorithms = SIGNING_ALGORITHMS.map(({ algorithm }) => algorithm);
const newKey = (algorithm: (typeof algorithms)[number]): Promise<SigningKeyRecord> =>
  newSigningKey(server, algorithm, 1000, 2000);

/** RFC 7518 §6.2.2, §6.3.2 and §6.4.1. */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

test(
  proves(
    "of a key of any algorithm only public members are published, whatever is stored beside them",
    "threat 80",
  ),
  async () => {
    const keys = await Promise.all(algorithms.map(newKey));
    const extra = fc.dictionary(fc.oneof(fc.constantFrom(...PRIVATE), fc.string()), fc.string());
    fc.assert(
      fc.property(fc.constantFrom(...keys), extra, (key, members) => {
        const stored = { ...members, ...key.publicKey };
        expect(publicJwk({ ...key, publicKey: stored })).toEqual(publicJwk(key));
      }),
      { numRuns: 300 },
    );
    for (const key of keys) {
      const published = Object.keys(publicJwk(key) ?? {});
      expect(PRIVATE.filter((member) => published.includes(member))).toEqual([]);
      expect(publicJwk(key)).toMatchObject({ kid: key.kid, use: "sig", alg: key.algorithm });
    }
  },
);

describe("a key", () => {
  test("is whole when it is new, and its private part opens with the server's secret only", async () => {
    for (const algorithm of algorithms) {
      const key = await newKey(algorithm);
      expect(await signingKeyFault(server, key, true)).toBeNull();
      expect(await openSigningKey(server, key)).toMatchObject({ type: "private", extractable: false });
      const another = serverKeys(systemRandom(32));
      expect(await signingKeyFault(another, key, true)).toBe("private");
      // A former key only verifies.
      expect(await signingKeyFault(another, key, false)).toBeNull();
    }
  });

  test("with the private part of another is no whole key", async () => {
    const [one, other] = [await newKey("ES256"), await newKey("ES256")];
    expect(await signingKeyFault(server, { ...one, sealedPrivateKey: other.sealedPrivateKey }, true)).toBe(
      "private",
    );
    const pkcs8 = server.unseal("signing keys", other.kid, other.sealedPrivateKey);
    const swapped = server.seal("signing keys", one.kid, pkcs8);
    expect(await signingKeyFault(server, { ...one, sealedPrivateKey: swapped }, true)).toBe("private");
    expect(await signingKeyFault(server, { ...one, publicKey: other.publicKey }, false)).toBe("public");
  });

  test("does not contain its private part in the clear", async () => {
    const key = await newKey("EdDSA");
    const pkcs8 = server.unseal("signing keys", key.kid, key.sealedPrivateKey);
    const stored = Buffer.from(key.sealedPrivateKey).toString("latin1") + JSON.stringify(key.publicKey);
    const seed = Buffer.from(pkcs8.slice(-32));
    expect(stored).not.toContain(seed.toString("latin1"));
    expect(stored).not.toContain(seed.toString("base64url"));
  });
});
