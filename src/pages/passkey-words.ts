/** The words for what became of a passkey. */
import type { PasskeyRefusal } from "../operations/passkeys.ts";
import type { Texts } from "./texts.ts";

/** Why the server did not accept a passkey. `address`: where its pages are. */
export function refusalWords(
  { refused }: Texts["passkeys"],
  refusal: PasskeyRefusal,
  address: string,
): string {
  const words = refused[refusal];
  return typeof words === "string" ? words : words(address);
}
