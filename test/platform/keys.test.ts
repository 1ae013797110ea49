/** Threat classes 48 and 58: the key is made at the first start, is readable by its owner alone, and is never replaced silently. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../../src/platform/configuration-error.ts";
import { loadServerKeys, serverKeys } from "../../src/platform/keys.ts";
import { systemRandom } from "../../src/platform/random.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the server's key file", () => {
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tessera-keys-"));
    file = join(folder, "server.key");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const mode = (): number => statSync(file).mode & 0o777;
  const macNow = (): string => hex(loadServerKeys(folder, systemRandom).mac("form", "x"));

  test("is made at the first start, with 32 random bytes that only its owner can read", () => {
    loadServerKeys(folder, systemRandom);
    expect(Buffer.from(readFileSync(file, "utf8").trim(), "base64url")).toHaveLength(32);
    expect(mode()).toBe(0o600);
  });

  test("is a different one in every folder", () => {
    const other = mkdtempSync(join(tmpdir(), "tessera-keys-"));
    try {
      expect(hex(loadServerKeys(other, systemRandom).mac("form", "x"))).not.toBe(macNow());
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  test("gives the same after a restart", () => {
    expect(macNow()).toBe(macNow());
  });

  test("is closed to others again if somebody opened it", () => {
    loadServerKeys(folder, systemRandom);
    chmodSync(file, 0o644);
    loadServerKeys(folder, systemRandom);
    expect(mode()).toBe(0o600);
  });

  test.each([
    ["empty", ""],
    ["too short", Buffer.alloc(31, 1).toString("base64url")],
    ["too long", Buffer.alloc(33, 1).toString("base64url")],
    ["something else", "-----BEGIN PRIVATE KEY-----"],
  ])("stops the start if it is %s, and stays as it is", (_, content) => {
    writeFileSync(file, content);
    expect(() => loadServerKeys(folder, systemRandom)).toThrow(ConfigurationError);
    expect(() => loadServerKeys(folder, systemRandom)).toThrow(/server\.key is damaged/);
    expect(readFileSync(file, "utf8")).toBe(content);
  });
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
