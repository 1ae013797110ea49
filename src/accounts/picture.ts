/**
 * Makes a person's picture of a file: a small square in a form of this server's own. Only pixels get from the file into the
 * picture, so that it has neither the place where it was taken nor the name of a camera.
 */
import { middleSquare, readPng, writePng } from "../platform/png.ts";

/** The side of a picture, in pixels. */
export const PICTURE_SIDE = 256;
/** The most bytes of a picture as the store keeps it. */
export const PICTURE_BYTES = 65_536;
/** The most bytes of a file. */
export const PICTURE_FILE_BYTES = 10_000_000;
/** The most pixels of a file: a small file can say that it has many, and each takes four bytes. */
export const PICTURE_FILE_PIXELS = 50_000_000;
/** How many times longer than wide a file may be. */
const LONGEST = 8;
const QUALITY = 80;

export interface PictureContent {
  readonly mediaType: "image/webp";
  readonly bytes: Uint8Array;
}

/** Why a file cannot be a person's picture, in words that follow "it". */
export interface PictureFault {
  readonly kind: "too_large" | "too_many_pixels" | "too_long" | "too_detailed" | "no_picture";
  readonly fault: string;
}

export const NO_PICTURE: PictureFault = {
  kind: "no_picture",
  fault: "is no still PNG, JPEG or WebP picture, or is damaged",
};
const FORMATS: readonly string[] = ["png", "jpeg", "webp"];

/** The runtime throws errors with codes for what it cannot read. */
const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/**
 * The picture of a PNG, JPEG or WebP file. The content decides, not the name. Of a file that is not square the middle stays.
 * Of a PNG that moves the first frame stays; a WebP that moves is refused.
 */
export async function pictureOf(file: Uint8Array): Promise<PictureContent | PictureFault> {
  if (file.length > PICTURE_FILE_BYTES) return { kind: "too_large", fault: "is larger than 10 MB" };
  try {
    return await squareOf(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ERR_IMAGE_TOO_MANY_PIXELS")
      return { kind: "too_many_pixels", fault: "has more than 50 million pixels" };
    if (code.startsWith("ERR_IMAGE_")) return NO_PICTURE;
    throw error;
  }
}

async function squareOf(file: Uint8Array): Promise<PictureContent | PictureFault> {
  const open = () => new Bun.Image(file, { maxPixels: PICTURE_FILE_PIXELS });
  // This reads the head of the file only, and refuses it before any pixel is decoded.
  const { width, height, format } = await open().metadata();
  if (!FORMATS.includes(format)) return NO_PICTURE;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (long > short * LONGEST)
    return { kind: "too_long", fault: `is more than ${LONGEST} times as long as wide` };
  const scale = Math.min(PICTURE_SIDE, short) / short;
  const small = await open()
    .resize(Math.round(width * scale), Math.round(height * scale))
    .png({ compressionLevel: 1 })
    .bytes();
  const square = writePng(middleSquare(readPng(small)));
  const bytes = await new Bun.Image(square).webp({ quality: QUALITY }).bytes();
  if (bytes.length > PICTURE_BYTES)
    return { kind: "too_detailed", fault: "has too many details: it does not fit into 64 kB" };
  return { mediaType: "image/webp", bytes };
}
