/** Where an address is, for pages of a person's own account. */
import type { Context } from "../../operations/context.ts";
import type { Texts } from "../texts.ts";

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
