import { describe, expect, test } from "bun:test";
import { newDigest } from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { useStore } from "./setting.ts";

export function serverKeySuite(open: OpenStore): void {
  describe("the server's own secret", () => {
    const store = useStore(open);

    test("is the one that came first, however many come together, and never changes", async () => {
      expect(await store().findServerKey()).toBeNull();
      const offers = Array.from({ length: 8 }, () => ({ fingerprint: newDigest(), secret: newDigest() }));
      const outcomes = await Promise.all(offers.map((offer) => store().createServerKey(offer)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const [winner] = offers.filter((_, index) => outcomes[index]);
      expect(await store().findServerKey()).toEqual(
        winner === undefined ? null : { name: "server", retiredAt: null, ...winner },
      );
      expect(await store().createServerKey({ fingerprint: newDigest(), secret: null })).toBe(false);
      expect(await store().findServerKey()).toEqual(
        winner === undefined ? null : { name: "server", retiredAt: null, ...winner },
      );
    });
  });

  describe("the server's own secret, if it is kept elsewhere,", () => {
    const store = useStore(open);

    test("leaves its fingerprint only", async () => {
      const kept = { fingerprint: newDigest(), secret: null };
      expect(await store().createServerKey(kept)).toBe(true);
      expect(await store().findServerKey()).toEqual({ name: "server", retiredAt: null, ...kept });
    });
  });
}
