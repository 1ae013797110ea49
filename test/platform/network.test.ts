import { describe, expect, test } from "bun:test";
import { limitedNetwork } from "../../src/platform/network.ts";

describe("the network that a limit counts for", () => {
  test.each(["203.0.113.7", "127.0.0.1", "unknown", ""])("%j counts by itself", (address) => {
    expect(limitedNetwork(address)).toBe(address);
  });

  test("an IPv6 customer's addresses count as one, however they are written", () => {
    const network = limitedNetwork("2001:db8:1:2::1");
    for (const address of [
      "2001:db8:1:2::",
      "2001:db8:1:2::ffff",
      "2001:db8:1:2:3:4:5:6",
      "2001:0DB8:0001:0002:ffff:ffff:ffff:ffff",
      "2001:db8:1:2:0:0:0:1",
    ]) {
      expect(limitedNetwork(address)).toBe(network);
    }
    expect(network).toBe("2001:db8:1:2::/64");
  });

  test("other customers count by themselves", () => {
    const networks = [
      "2001:db8:1:2::1",
      "2001:db8:1:3::1",
      "2001:db8:2:2::1",
      "2001:db8::1",
      "::1",
      "fe80::1",
    ];
    expect(new Set(networks.map(limitedNetwork)).size).toBe(5 + 1);
  });

  test("the zone of a link-local address does not matter", () => {
    expect(limitedNetwork("fe80::1%eth0")).toBe(limitedNetwork("fe80::2"));
  });
});
