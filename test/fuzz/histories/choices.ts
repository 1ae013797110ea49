/** Chooses the subjects of a step from those that exist. */
import type { Client, Code, Device, RefreshToken } from "./model.ts";
import type { World } from "./world.ts";

export interface Choice {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export const pick = <Item>(items: readonly Item[], number: number): Item | undefined =>
  items.length === 0 ? undefined : items[number % items.length];

/** Mostly one of the newest that a step can still change, so that histories go on. */
export function pickNew<Item>(
  items: readonly Item[],
  number: number,
  goesOn: (item: Item) => boolean,
): Item | undefined {
  const hopeful = items.filter(goesOn);
  const isAny = number % 5 === 0 || hopeful.length === 0;
  return pick(isAny ? items : hopeful.slice(-3), Math.floor(number / 5));
}

export const anything = (): boolean => true;
export const isOpen = (code: Code): boolean => !code.used && !code.grant.revoked;
export const isWanted = (device: Device): boolean => !device.used && device.status !== "denied";
export const isKept = (token: RefreshToken): boolean => !token.grant.revoked;

export const codeClients = ({ clients }: World): Client[] =>
  clients.filter(({ redirectUri }) => redirectUri !== null);

/** The right client, and sometimes another. */
export const presenting = (right: Client, all: readonly Client[], number: number): Client =>
  number % 7 === 0 ? (pick(all, Math.floor(number / 7)) ?? right) : right;

/** Seconds around every lifetime and window; the shortest most often. */
export const WAITS = [1, 1, 1, 4, 5, 5, 5, 10, 15, 29, 30, 31, 31, 31, 59, 60, 61, 99, 121, 401];
