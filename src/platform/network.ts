/** Networks: which addresses count as one for limits, and which are this machine. */
import { isIP, isIPv4, isIPv6 } from "node:net";
import {
  type AttemptLimit,
  type AttemptLimitOptions,
  createAttemptLimit,
  type OneLimit,
} from "./attempts.ts";

/** Whether the URL's host is this machine, by name or by address. Throws TypeError for a text that is no URL. */
export const isLoopbackUrl = (url: string): boolean => isLoopbackHost(new URL(url).hostname);

/** The same for a host, in lower case. An IPv6 address may stand in brackets. */
export const isLoopbackHost = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || host === "::1" || /^127(\.\d+){3}$/.test(host);

/** Whether a listener may have this host: an address, an IPv6 address in brackets, or a name without a port. */
export function isListenHost(text: string): boolean {
  if (isIP(text) !== 0 || (/^\[.*\]$/.test(text) && isIPv6(text.slice(1, -1)))) return true;
  const isDotted = /^[\d.]+$/.test(text);
  return !isDotted && text.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text);
}

/** A network around an address. */
export interface Network {
  /** In CIDR notation; an address that is none counts by itself. */
  readonly network: string;
  /** How many times the limit of one address the network has. */
  readonly share: number;
}

/**
 * The networks that attempts from an address count for, the narrowest first. One customer has at least 2^64 IPv6 addresses,
 * mostly a /56 and often a /48 (RFC 6177); a /24 is what one can rent of IPv4. Several people may share a wide network, so
 * its limit is higher, but a person who has all of it cannot multiply a limit by its size.
 */
export function limitedNetworks(address: string): readonly Network[] {
  if (isIPv4(address)) {
    const wide = address.slice(0, address.lastIndexOf("."));
    return [
      { network: `${address}/32`, share: 1 },
      { network: `${wide}.0/24`, share: 4 },
    ];
  }
  if (!isIPv6(address)) return [{ network: address, share: 1 }];
  const groups = groupsOf(address);
  const upTo = (bits: 48 | 56 | 64): string => {
    const kept = groups.slice(0, 4);
    if (bits < 64) kept[3] = bits === 56 ? (kept[3] ?? 0) & 0xff00 : 0;
    return `${kept.map((group) => group.toString(16)).join(":")}::/${bits}`;
  };
  return [
    { network: upTo(64), share: 1 },
    { network: upTo(56), share: 2 },
    { network: upTo(48), share: 4 },
  ];
}

/** The narrowest network around the address: one customer, or a part of one. */
export const narrowestNetwork = (address: string): string => limitedNetworks(address)[0]?.network ?? address;

/** The widest network around the address, which one attacker may have. */
export const widestNetwork = (address: string): string => limitedNetworks(address).at(-1)?.network ?? address;

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // The zone of a link-local address says where it is, not who.
  const [text = ""] = address.split("%");
  const [head = "", tail] = text.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...after];
  return all.map((group) => Number.parseInt(group, 16));
}

/**
 * A limit for addresses that counts each attempt for every network around its address, and refuses it if one of them is
 * at its limit. A key is an address, or an address, a space, and what else the attempts count for.
 */
export function createNetworkLimit(options: Omit<AttemptLimitOptions, "keyOf">): AttemptLimit {
  const byShare = new Map<number, OneLimit>();
  const limitOf = (share: number): OneLimit => {
    const known = byShare.get(share);
    if (known !== undefined) return known;
    const limit = createAttemptLimit({ ...options, limit: options.limit * share });
    byShare.set(share, limit);
    return limit;
  };
  const countsFor = (key: string): { readonly limit: OneLimit; readonly name: string }[] => {
    const space = key.indexOf(" ");
    const address = space < 0 ? key : key.slice(0, space);
    const about = space < 0 ? "" : key.slice(space);
    return limitedNetworks(address).map(({ network, share }) => ({
      limit: limitOf(share),
      name: network + about,
    }));
  };
  return {
    attempt(key) {
      const counted: ReturnType<typeof countsFor> = [];
      for (const entry of countsFor(key)) {
        const wait = entry.limit.attempt(entry.name);
        if (wait > 0) {
          for (const { limit, name } of counted) limit.forgive(name);
          return wait;
        }
        counted.push(entry);
      }
      return 0;
    },
    forgive(key) {
      for (const { limit, name } of countsFor(key)) limit.forgive(name);
    },
    settle(key) {
      for (const { limit, name } of countsFor(key)) limit.settle(name);
    },
    reset(key) {
      for (const { limit, name } of countsFor(key)) limit.reset(name);
    },
    decision(key) {
      const refusing = countsFor(key).find(({ limit, name }) => limit.isFull(name));
      return refusing?.limit.decision(refusing.name) ?? null;
    },
  };
}
