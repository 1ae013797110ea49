/** Which passkeys sign a person in. */
import { isReadableKey } from "../accounts/passkeys.ts";
import type { PasskeyRecord } from "../store/tables/sign-in.ts";

/** Those of some passkeys whose keys can be read. */
export async function readablePasskeys(own: readonly PasskeyRecord[]): Promise<PasskeyRecord[]> {
  const readable = await Promise.all(own.map(({ publicKey }) => isReadableKey(publicKey)));
  return own.filter((_, index) => readable[index] === true);
}
