/** Each purpose has its own key, and none reveals the secret from which all are derived. */
import { describe, expect, test } from "bun:test";
import { secretFingerprint, serverKeys } from "../../src/platform/keys.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the fingerprint of a secret is the same each time, and neither the secret nor one of its keys", () => {
  const secret = new Uint8Array(32).fill(1);
  const fingerprint = hex(secretFingerprint(secret));
  expect(fingerprint).toBe(hex(secretFingerprint(secret)));
  expect(fingerprint).toHaveLength(64);
  expect(fingerprint).not.toBe(hex(secretFingerprint(new Uint8Array(32).fill(2))));
  expect(fingerprint).not.toBe(new Bun.CryptoHasher("sha256").update(secret).digest("hex"));
});

describe("what the server's keys sign", () => {
  const keys = serverKeys(new Uint8Array(32).fill(1));

  test("is 32 bytes, the same each time, and different under another secret", () => {
    expect(keys.mac("form", "a")).toHaveLength(32);
    expect(hex(keys.mac("form", "a"))).toBe(hex(keys.mac("form", "a")));
    expect(hex(serverKeys(new Uint8Array(32).fill(2)).mac("form", "a"))).not.toBe(hex(keys.mac("form", "a")));
  });

  test("differs by purpose, so that nothing made for one fits another", () => {
    const macs = (["form", "user code", "refresh successor"] as const).map((purpose) =>
      hex(keys.mac(purpose, "a")),
    );
    expect(new Set(macs).size).toBe(3);
  });

  test("differs wherever the parts differ, also when they run together to the same text", () => {
    const macs = [
      keys.mac("form", "ab", "c"),
      keys.mac("form", "a", "bc"),
      keys.mac("form", "abc"),
      keys.mac("form", "abc", ""),
      keys.mac("form", "", "abc"),
      keys.mac("form", "2:ab1:c"),
      keys.mac("form"),
    ].map(hex);
    expect(new Set(macs).size).toBe(macs.length);
  });

  test("takes text as its UTF-8 bytes", () => {
    expect(hex(keys.mac("form", "é"))).toBe(hex(keys.mac("form", new Uint8Array([0xc3, 0xa9]))));
  });
});

describe("what the server's keys seal", () => {
  const keys = serverKeys(new Uint8Array(32).fill(1));
  const plain = new Uint8Array(48).fill(7);

  test("opens again, and is another text each time", () => {
    const sealed = keys.seal("signing keys", "one", plain);
    expect(hex(keys.unseal("signing keys", "one", sealed))).toBe(hex(plain));
    expect(hex(keys.seal("signing keys", "one", plain))).not.toBe(hex(sealed));
    expect(hex(sealed)).not.toContain("07".repeat(8));
  });

  test("opens only under its secret, for its purpose and about its thing", () => {
    const sealed = keys.seal("signing keys", "one", plain);
    expect(() => keys.unseal("signing keys", "two", sealed)).toThrow();
    expect(() => keys.unseal("form", "one", sealed)).toThrow();
    expect(() => serverKeys(new Uint8Array(32).fill(2)).unseal("signing keys", "one", sealed)).toThrow();
  });

  test("does not open when a byte of it has changed, or is missing", () => {
    const sealed = keys.seal("signing keys", "one", plain);
    for (let position = 0; position < sealed.length; position += 1) {
      const changed = sealed.slice();
      changed[position] = (changed[position] ?? 0) ^ 1;
      expect(() => keys.unseal("signing keys", "one", changed)).toThrow();
      expect(() => keys.unseal("signing keys", "one", sealed.slice(0, position))).toThrow();
    }
  });
});
