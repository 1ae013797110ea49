/** The picture of a person, set by an administrator. */
import { OAuthError } from "../../protocol/errors.ts";
import { newPictureId } from "../../rules/picture.ts";
import type { Authority } from "../../rules/role.ts";
import type { AccountRecord } from "../../store/tables/people.ts";
import type { Context } from "../context.ts";
import { changePerson, requireChangeable } from "./people.ts";

/** Why a file is no picture, for the words of a page. */
export class PictureRefused extends OAuthError {
  constructor(
    readonly kind: "too_large" | "too_many_pixels" | "too_long" | "too_detailed" | "no_picture",
    fault: string,
  ) {
    super("member_refused", { description: `The file ${fault}. A picture is a PNG, JPEG or WebP file.` });
  }
}

/** Makes the file small and keeps it in place of the picture before. Throws PictureRefused, or `busy`. */
export async function setPersonPicture(
  context: Context,
  authority: Authority,
  subject: string,
  file: Uint8Array,
  revision?: number,
): Promise<AccountRecord> {
  // Before the work: a picture takes memory.
  await requireChangeable(context, authority, subject);
  const content = await context.pictures.make(file);
  if (content === null) throw new OAuthError("busy");
  if ("fault" in content) throw new PictureRefused(content.kind, content.fault);
  const picture = { ...content, id: newPictureId(context.random) };
  return changePerson(context, authority, subject, { picture }, revision);
}

export const removePersonPicture = (
  context: Context,
  authority: Authority,
  subject: string,
  revision?: number,
): Promise<AccountRecord> => changePerson(context, authority, subject, { picture: null }, revision);
