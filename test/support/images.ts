/** Picture files for tests, made by the runtime that reads them. */
import { type Pixels, readPng, writePng } from "../../src/platform/png.ts";

type Color = readonly [red: number, green: number, blue: number, opacity: number];

export function pngOf(
  width: number,
  height: number,
  color: (x: number, y: number) => Color,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) bytes.set(color(x, y), (y * width + x) * 4);
  return writePng({ width, height, bytes });
}

/** A picture with soft colours and a black edge at the left and at the right. */
export const landscape = (width = 600, height = 300): Uint8Array<ArrayBuffer> =>
  pngOf(width, height, (x, y) =>
    x < width / 8 || x >= (width * 7) / 8 ? [0, 0, 0, 255] : [200, y % 256, 90, 255],
  );

export const jpegOf = (png: Uint8Array): Promise<Uint8Array> => new Bun.Image(png).jpeg().bytes();
export const webpOf = (png: Uint8Array): Promise<Uint8Array> => new Bun.Image(png).webp().bytes();

export const pixelsOf = async (image: Uint8Array): Promise<Pixels> =>
  readPng(await new Bun.Image(image).png().bytes());

/** The JPEG with an Exif segment: to be turned a quarter to the right, and with a text in its place of a GPS position. */
export function withExif(jpeg: Uint8Array, text: string): Uint8Array {
  const tiff = Buffer.from("4d4d002a00000008" + "0001" + "0112000300000001" + "00060000" + "00000000", "hex");
  const body = Buffer.concat([Buffer.from("Exif\0\0"), tiff, Buffer.from(text)]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length + 2);
  return Buffer.concat([jpeg.subarray(0, 2), Uint8Array.of(0xff, 0xe1), length, body, jpeg.subarray(2)]);
}
