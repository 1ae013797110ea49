/** Managing the keys that sign tokens. */
import { OAuthError } from "../../protocol/errors.ts";
import type { SigningAlgorithm } from "../../protocol/signing-algorithms.ts";
import type { Authority } from "../../rules/role.ts";
import { type KeyState, type RetiredKey, stateOf } from "../../rules/signing-key.ts";
import type { RingKey, SigningKeyRecord } from "../../store/tables/keys.ts";
import type { Context } from "../context.ts";
import { findRingKeys, retireSigningKey, rotateSigningKey } from "../signing-keys.ts";
import { acting, known, requirePermission } from "./authority.ts";

export interface KnownKey {
  readonly key: RingKey;
  readonly state: KeyState;
}

/** All keys, the oldest first. */
export async function listSigningKeys(context: Context, authority: Authority): Promise<KnownKey[]> {
  requirePermission(authority, "server.read");
  const keys = await findRingKeys(context);
  const now = context.clock.seconds();
  return keys.map((key) => ({ key, state: stateOf(key, keys, now) }));
}

/** The keys of files are the operator's own: the server makes none in their place. */
async function requireOwnKeys({ keyFiles }: Context, algorithm: SigningAlgorithm): Promise<void> {
  const [key] = (await keyFiles.keys()).filter((each) => each.algorithm === algorithm);
  if (key === undefined) return;
  throw new OAuthError("change_refused", {
    description: `The keys for ${algorithm} come from files (signing.key_files): the server makes none. docs/keys.md says how to put another file in its place.`,
  });
}

/** Makes the next key before its time. `algorithm`: undefined for the first of `signing.algorithms`. */
export async function rotateManagedKey(
  context: Context,
  authority: Authority,
  algorithm: SigningAlgorithm | undefined,
  { atOnce }: { readonly atOnce: boolean },
): Promise<SigningKeyRecord> {
  requirePermission(authority, "server.write");
  const { algorithms } = context.configuration.signing;
  const wanted = algorithm ?? algorithms[0];
  if (wanted === undefined || !algorithms.includes(wanted))
    throw new OAuthError("member_refused", {
      description: `algorithm: the server has keys for ${algorithms.join(", ")} only.`,
    });
  await requireOwnKeys(context, wanted);
  const key = await rotateSigningKey(acting(context, authority, "server.write"), authority.act, wanted, {
    atOnce,
  });
  await context.signingKeys.keepUp();
  return key;
}

/** Takes a key out of the key set at once, because others may have it: its tokens end. */
export async function retireManagedKey(
  context: Context,
  authority: Authority,
  kid: string,
): Promise<RetiredKey> {
  requirePermission(authority, "server.write");
  if ((await context.keyFiles.keys()).some((key) => key.kid === kid))
    throw new OAuthError("change_refused", {
      description:
        "The key comes from a file. Take the file out of signing.key_files, and restart all nodes.",
    });
  const retired = known(
    await retireSigningKey(acting(context, authority, "server.write"), authority.act, kid),
  );
  await context.signingKeys.keepUp();
  return retired;
}
