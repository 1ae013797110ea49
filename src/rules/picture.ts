/** A person's picture: its address, and what goes with a new one. */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import type { PictureId } from "../protocol/identifiers.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { type Change, insert, remove } from "../store/contract.ts";
import { type AccountRecord, type PictureRecord, pictures } from "../store/tables/people.ts";

/** Below the issuer. */
export const PICTURE_PATH = "/picture";

/**
 * Sixteen random bytes. Applications get them, those with pairwise identifiers too, so they say nothing of the person. The
 * address is all that it takes to see the picture, so strangers cannot guess it.
 */
export const newPictureId = (random: RandomBytes): PictureId => random(16) as Uint8Array as PictureId;

const ID_TEXT = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** The `id` of an address. Null if this server cannot have made it. */
export const parsePictureId = (text: string): PictureId | null =>
  ID_TEXT.test(text)
    ? (Uint8Array.fromBase64(text, { alphabet: "base64url" }) as Uint8Array as PictureId)
    : null;

/** The query of the address of a picture. */
export const pictureQuery = (id: PictureId): { readonly id: string } => ({
  id: id.toBase64({ alphabet: "base64url", omitPadding: true }),
});

/** OpenID Connect Core §5.1, `picture`: always an address of this server. */
export const pictureAddress = (issuer: Pick<Issuer, "url">, id: PictureId): string =>
  issuer.url(`${PICTURE_PATH}?id=${pictureQuery(id).id}`);

export type NewPicture = Pick<PictureRecord, "id" | "mediaType" | "bytes">;

/** The changes beside that of the account: a new picture, or none, takes the place of the one before. */
export const pictureChanges = (
  { subject, pictureId }: Pick<AccountRecord, "subject" | "pictureId">,
  picture: NewPicture | null,
  now: EpochSeconds,
): Change[] => [
  ...(pictureId === null ? [] : [remove(pictures, { id: pictureId })]),
  ...(picture === null ? [] : [insert(pictures, { ...picture, subject, createdAt: now })]),
];
