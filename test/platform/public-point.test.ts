import { describe, expect, test } from "bun:test";
import { serverKeys } from "../../src/platform/keys.ts";
import { isPublicPoint } from "../../src/platform/public-point.ts";

const bytes = (length: number, value: number): string => Buffer.alloc(length, value).toString("base64url");

const { mac } = serverKeys(new Uint8Array(32));

describe("the coordinates of a public key", () => {
  test("are a point of their curve, as those of real keys are", async () => {
    for (const crv of ["P-256", "P-384", "P-521"]) {
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: crv }, true, [
        "sign",
        "verify",
      ]);
      const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
      expect(isPublicPoint(crv, x, y)).toBe(true);
      expect(isPublicPoint(crv, y, x)).toBe(false);
    }
  });

  test("are none outside of it, which leaves nothing behind for the next request", () => {
    for (const [crv, length] of [
      ["P-256", 32],
      ["P-384", 48],
      ["P-521", 66],
    ] as const)
      for (const [x, y] of [
        [bytes(length, 1), bytes(length, 2)],
        [bytes(length, 255), bytes(length, 255)],
        [bytes(length, 0), bytes(length, 0)],
        [bytes(length - 1, 1), bytes(length, 2)],
        ["", ""],
      ] as const) {
        expect(isPublicPoint(crv, x, y)).toBe(false);
        expect(mac("form", "text").length).toBe(32);
      }
    expect(isPublicPoint("none", bytes(32, 1), bytes(32, 2))).toBe(false);
  });
});
