/** Networks: which addresses count as one for limits, and which are this machine. */
import { isIP, isIPv6 } from "node:net";

/** Whether the URL's host is this machine, by name or by address. Throws TypeError for a text that is no URL. */
export function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/** Whether a listener may have this host: an address, an IPv6 address in brackets, or a name without a port. */
export function isListenHost(text: string): boolean {
  if (isIP(text) !== 0 || (/^\[.*\]$/.test(text) && isIPv6(text.slice(1, -1)))) return true;
  const isDotted = /^[\d.]+$/.test(text);
  return !isDotted && text.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text);
}

/**
 * The key under which attempts from an address count. One IPv6 customer has at least 2^64 addresses (RFC 6177), so they
 * count as one; an IPv4 address counts by itself.
 */
export function limitedNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  // The zone of a link-local address says where it is, not who.
  const [groups = ""] = address.split("%");
  const [head = "", tail] = groups.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
