import { describe, expect, test } from "bun:test";
import { createNetworkLimit, limitedNetworks, widestNetwork } from "../../src/platform/network.ts";
import { proves } from "../support/proves.ts";

const networksOf = (address: string) => limitedNetworks(address).map(({ network }) => network);

describe("the networks that a limit counts for", () => {
  test("of an IPv4 address are itself and its /24", () => {
    expect(networksOf("203.0.113.7")).toEqual(["203.0.113.7/32", "203.0.113.0/24"]);
  });

  test.each(["unknown", ""])("%j counts by itself", (address) => {
    expect(networksOf(address)).toEqual([address]);
  });

  test("of an IPv6 address are its /64, /56 and /48, however it is written", () => {
    const networks = ["2001:db8:1:203::/64", "2001:db8:1:200::/56", "2001:db8:1:0::/48"];
    for (const address of [
      "2001:db8:1:203::",
      "2001:db8:1:203::ffff",
      "2001:db8:1:203:3:4:5:6",
      "2001:0DB8:0001:0203:ffff:ffff:ffff:ffff",
      "2001:db8:1:203:0:0:0:1",
    ]) {
      expect(networksOf(address)).toEqual(networks);
    }
  });

  test("other customers count by themselves", () => {
    const addresses = ["2001:db8:1:2::1", "2001:db8:2:2::1", "2001:db8::1", "::1", "fe80::1", "203.0.113.7"];
    expect(new Set(addresses.map(widestNetwork)).size).toBe(addresses.length);
  });

  test("the zone of a link-local address does not matter", () => {
    expect(networksOf("fe80::1%eth0")).toEqual(networksOf("fe80::2"));
  });
});

describe("a limit for addresses", () => {
  const LIMIT = 5;
  const limitNow = () => {
    const clock = { seconds: () => 1_800_000_000, millis: () => 1_800_000_000_000 };
    return createNetworkLimit({ clock, limit: LIMIT, windowSeconds: 60 });
  };
  /** How many attempts are allowed, one from each address. */
  const allowed = (addresses: readonly string[], limit = limitNow()) =>
    addresses.filter((address) => limit.attempt(address) === 0).length;
  const addresses = (make: (index: number) => string) =>
    Array.from({ length: 250 }, (_, index) => make(index));
  const hex = (index: number) => index.toString(16);

  test.each([
    ["one address", () => "203.0.113.7", LIMIT],
    ["a /24", (index: number) => `203.0.113.${index}`, 4 * LIMIT],
    ["a /64", (index: number) => `2001:db8:1:203::${hex(index)}`, LIMIT],
    ["a /56", (index: number) => `2001:db8:1:2${hex(index).padStart(2, "0")}::1`, 2 * LIMIT],
    ["a /48", (index: number) => `2001:db8:1:${hex(index)}00::1`, 4 * LIMIT],
  ])(proves("is one limit for an attacker who has %s", "threat 60"), (_, make, expected) => {
    expect(allowed(addresses(make))).toBe(expected);
  });

  test("a refused attempt counts for no network", () => {
    const limit = limitNow();
    expect(
      allowed(
        addresses(() => "203.0.113.7"),
        limit,
      ),
    ).toBe(LIMIT);
    expect(
      allowed(
        addresses((index) => `203.0.113.${index + 5}`),
        limit,
      ),
    ).toBe(3 * LIMIT);
  });

  test("a forgiven attempt is forgiven in every network", () => {
    const limit = limitNow();
    for (const address of addresses((index) => `203.0.113.${index}`)) {
      expect(limit.attempt(address)).toBe(0);
      limit.forgive(address);
    }
  });

  test("what else the attempts count for has limits of its own", () => {
    const limit = limitNow();
    expect(
      allowed(
        addresses(() => "203.0.113.7 web"),
        limit,
      ),
    ).toBe(LIMIT);
    expect(
      allowed(
        addresses(() => "203.0.113.7 web site"),
        limit,
      ),
    ).toBe(LIMIT);
  });
});
