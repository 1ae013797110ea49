/**
 * The address that a request comes from. A sender can invent the beginning of X-Forwarded-For and each proxy appends to it,
 * so it is read from its end, and only as far as the proxies are known. Other words of a proxy (host, scheme) are ignored.
 */
import { BlockList, isIP } from "node:net";
import { UNIX_PEER } from "./listen-unix.ts";

/**
 * Decides which address a request counts for. The peer of a unix socket is `UNIX_PEER`; without the word of a trusted proxy its
 * address is empty.
 */
export type AddressReader = (peer: string, forwardedFor: string | null) => string;

/** Whether a text is an address, a network in CIDR notation, `loopback` or `unix`. */
export function isAddressRange(text: string): boolean {
  if (text === "loopback" || text === UNIX_PEER) return true;
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Whether a request comes from one of the proxies. They are ranges for which isAddressRange holds. */
export function createProxyCheck(trustedProxies: readonly string[]): (peer: string) => boolean {
  if (trustedProxies.length === 0) return () => false;
  const isTrusted = trustedAddresses(trustedProxies);
  return (peer) => isTrusted(plainAddress(peer));
}

/** Whether an address in its plain form is one of the proxies. */
function trustedAddresses(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const range of trustedProxies) {
    if (range === "loopback") {
      trusted.addSubnet("127.0.0.0", 8, "ipv4");
      trusted.addAddress("::1", "ipv6");
      continue;
    }
    if (range === UNIX_PEER) continue;
    const [address = "", prefix] = range.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const trustsUnix = trustedProxies.includes(UNIX_PEER);
  return (address) =>
    address === UNIX_PEER
      ? trustsUnix
      : isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** `trustedProxies` are ranges for which isAddressRange holds. */
export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  if (trustedProxies.length === 0) return (peer) => addressOf(peer);
  const isTrusted = trustedAddresses(trustedProxies);
  return function readAddress(peer, forwardedFor) {
    let address = plainAddress(peer);
    if (forwardedFor === null || !isTrusted(address)) return addressOf(address);
    for (const hop of forwardedFor.split(",").reverse()) {
      const next = parseHop(hop.trim());
      // A sender before the last trusted proxy invented a text that is no address. Only that proxy's address is known.
      if (next === null) return addressOf(address);
      address = next;
      if (!isTrusted(address)) return address;
    }
    return address;
  };
}

const addressOf = (peer: string): string => (peer === UNIX_PEER ? "" : plainAddress(peer));

/** An IPv4 address that came in over an IPv6 socket, without the IPv6 prefix. */
const plainAddress = (address: string): string => {
  if (!address.startsWith("::f") && !address.startsWith("::F")) return address;
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  return [high, low]
    .map((half) => Number.parseInt(half, 16))
    .flatMap((half) => [half >> 8, half & 0xff])
    .join(".");
};

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function parseHop(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = plainAddress(bare);
  return isIP(address) === 0 ? null : address;
}
