import { describe, expect, test } from "bun:test";
import { createAddressReader, isAddressRange } from "../../src/platform/listen-addresses.ts";
import { proves } from "../support/proves.ts";

describe("the address that a request counts for", () => {
  const proxies = ["loopback", "10.0.0.0/8", "2001:db8::/32"];
  const table: [string, string[], string, string | null, string][] = [
    [
      "is the peer when no proxy is trusted, whatever it claims",
      [],
      "192.0.2.1",
      "198.51.100.9",
      "192.0.2.1",
    ],
    ["is the peer when the peer is no proxy", proxies, "192.0.2.1", "198.51.100.9", "192.0.2.1"],
    ["is what a trusted proxy saw", proxies, "127.0.0.1", "198.51.100.9", "198.51.100.9"],
    [
      "is the last hop that is no proxy, not what a client put before it",
      proxies,
      "10.1.2.3",
      "1.1.1.1, 198.51.100.9, 10.9.9.9",
      "198.51.100.9",
    ],
    ["works for proxies on IPv6", proxies, "2001:db8::7", "2a00::1", "2a00::1"],
    ["works for ::1", proxies, "::1", "2a00::1", "2a00::1"],
    ["is plain IPv4 on an IPv6 socket", proxies, "::ffff:127.0.0.1", "198.51.100.9", "198.51.100.9"],
    ["is plain IPv4 without a proxy, too", [], "::ffff:192.0.2.1", null, "192.0.2.1"],
    [
      "is plain IPv4 when a proxy writes it in hexadecimal",
      proxies,
      "127.0.0.1",
      "::ffff:cb00:7107",
      "203.0.113.7",
    ],
    [
      "stops at a hop that is no address",
      proxies,
      "127.0.0.1",
      "198.51.100.9, unknown, 10.0.0.2",
      "10.0.0.2",
    ],
    ["is the proxy itself when it says nothing", proxies, "127.0.0.1", null, "127.0.0.1"],
    ["is the proxy itself when it says nonsense", proxies, "127.0.0.1", "'; drop table", "127.0.0.1"],
    ["leaves out the port that some proxies add", proxies, "127.0.0.1", "198.51.100.9:4711", "198.51.100.9"],
    ["leaves out the port of IPv6", proxies, "127.0.0.1", "[2a00::1]:4711", "2a00::1"],
    ["is the first hop when all are proxies", proxies, "127.0.0.1", "10.0.0.5, 10.0.0.6", "10.0.0.5"],
    ["accepts a single trusted address", ["192.0.2.1"], "192.0.2.1", "198.51.100.9", "198.51.100.9"],
  ];
  test.each(table)(proves("%s", "RFC 9700 4.13-1"), (_, trusted, peer, forwardedFor, expected) => {
    expect(createAddressReader(trusted)(peer, forwardedFor)).toBe(expected);
  });
});

test.each([
  ["10.0.0.1", true],
  ["10.0.0.0/8", true],
  ["fd00::/8", true],
  ["::1", true],
  ["loopback", true],
  ["10.0.0.0/33", false],
  ["10.0.0.0/8/8", false],
  ["10.0.0.0/", false],
  ["10.0.0", false],
  ["proxy", false],
  ["", false],
])("%p is a range of addresses: %p", (text, expected) => {
  expect(isAddressRange(text)).toBe(expected);
});
