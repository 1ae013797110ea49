/** How a person signs in beside a password, for those who help them: the passkeys one by one, and the second factor. */

import type { EpochSeconds } from "../../platform/clock.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { Authority } from "../../rules/role.ts";
import type { PasskeyRecord } from "../../store/tables/sign-in.ts";
import type { Context } from "../context.ts";
import { listPasskeys, passkeyIdText, removePasskeyIf } from "../passkeys.ts";
import { readablePasskeys } from "../readable-passkeys.ts";
import { findTotp } from "../second-factor.ts";
import { countRecoveryCodes } from "../second-factor-changes.ts";
import { known, requirePermission } from "./authority.ts";
import { changing, showPerson } from "./people.ts";

export interface KnownPasskey extends PasskeyRecord {
  /** Whether its key can be read, so that it signs the person in. */
  readonly isReadable: boolean;
}

/** The passkeys of a person, oldest first. */
export async function listPersonPasskeys(
  context: Context,
  authority: Authority,
  subject: string,
): Promise<KnownPasskey[]> {
  requirePermission(authority, "people.read");
  const account = await showPerson(context, authority, subject);
  const own = await listPasskeys(context, account.subject);
  const readable = await readablePasskeys(own);
  return own.map((passkey) => ({ ...passkey, isReadable: readable.includes(passkey) }));
}

/** Removes one passkey of a person. `id`: as lists say it. Throws `last_administrator` for the last way in of the last one. */
export async function removePersonPasskey(
  context: Context,
  authority: Authority,
  subject: string,
  id: string,
): Promise<void> {
  const { account, acting: own } = await changing(context, authority, subject);
  const found = known(
    (await listPasskeys(context, account.subject)).find((each) => passkeyIdText(each) === id),
  );
  const outcome = await removePasskeyIf(own, authority.act, account.subject, found.credentialId);
  if (outcome === "last_administrator") throw new OAuthError("last_administrator");
  if (outcome !== "removed") throw new OAuthError("object_unknown");
}

export interface SecondFactor {
  /** Since when the person has an app for one-time passwords; null for none. */
  readonly appSince: EpochSeconds | null;
  readonly recoveryCodes: number;
  readonly passkeys: number;
}

/** What a person has beside a password; never a secret. */
export async function showSecondFactor(
  context: Context,
  authority: Authority,
  subject: string,
): Promise<SecondFactor> {
  const own = await listPersonPasskeys(context, authority, subject);
  const account = await showPerson(context, authority, subject);
  const totp = await findTotp(context, account.subject);
  return {
    appSince: totp?.createdAt ?? null,
    recoveryCodes: totp === null ? 0 : await countRecoveryCodes(context, account.subject),
    passkeys: own.filter(({ isReadable }) => isReadable).length,
  };
}
