/** Where an address is, and what a browser or a device is, for pages of a person's own account. */
import type { Context } from "../../operations/context.ts";
import type { Product } from "../../protocol/user-agent.ts";
import type { Texts } from "../texts.ts";

/** "Firefox on Linux", or that it is not known. */
export function productWords(
  { device, account }: Pick<Texts, "device" | "account">,
  { program, system }: Product,
  kind: "browser" | "device",
): string {
  if (program !== null && system !== null) return device.agentOn(program, system);
  return program ?? system ?? (kind === "browser" ? account.browserUnknown : account.deviceUnknown);
}

/** "Berlin, Germany (192.0.2.7)", or the address alone if its place is not known. Empty for an empty address. */
export async function whereWords(
  { places }: Pick<Context, "places">,
  { language }: Pick<Texts, "language">,
  address: string,
): Promise<string> {
  if (address === "") return "";
  const place = await places.find(address, language);
  return place === null ? address : `${place} (${address})`;
}
