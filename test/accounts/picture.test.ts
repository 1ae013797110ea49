import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { PICTURE_BYTES, PICTURE_FILE_BYTES, PICTURE_SIDE, pictureOf } from "../../src/accounts/picture.ts";
import { jpegOf, landscape, pixelsOf, pngOf, webpOf, withExif } from "../support/images.ts";
import { proves } from "../support/proves.ts";

const NO_PICTURE = { fault: "is no still PNG, JPEG or WebP picture, or is damaged" };
const FORMS = { png: async (png: Uint8Array) => png, jpeg: jpegOf, webp: webpOf };

async function made(file: Uint8Array): Promise<Uint8Array> {
  const picture = await pictureOf(file);
  if ("fault" in picture) throw new Error(picture.fault);
  return picture.bytes;
}

describe("a person's picture", () => {
  test.each(Object.entries(FORMS))(
    "is the middle of the file, small and square, from %s",
    async (_, form) => {
      const bytes = await made(await form(landscape()));
      expect(await new Bun.Image(bytes).metadata()).toEqual({
        width: PICTURE_SIDE,
        height: PICTURE_SIDE,
        format: "webp",
      });
      expect(bytes.length).toBeLessThan(PICTURE_BYTES);
      // The edges are black in the file, and cut off.
      const { bytes: pixels } = await pixelsOf(bytes);
      expect(pixels.filter((_, at) => at % 4 === 0).every((red) => red > 150)).toBe(true);
    },
  );

  test("is as large as the shorter side of a small file", async () => {
    const bytes = await made(pngOf(30, 20, () => [9, 9, 9, 255]));
    expect(await new Bun.Image(bytes).metadata()).toMatchObject({ width: 20, height: 20 });
  });

  test("stays see-through where the file is", async () => {
    const { bytes } = await pixelsOf(await made(pngOf(20, 20, () => [200, 0, 0, 0])));
    expect([...bytes].filter((_, at) => at % 4 === 3).every((opacity) => opacity === 0)).toBe(true);
  });

  test("has nothing of the file but its pixels, the right way up", async () => {
    const place = "GPS 48.2082 N 16.3738 E";
    const file = withExif(
      await jpegOf(pngOf(300, 300, (_, y) => (y < 150 ? [255, 255, 255, 255] : [0, 0, 0, 255]))),
      place,
    );
    expect(Buffer.from(file).includes(place)).toBe(true);
    const bytes = await made(file);
    const text = Buffer.from(bytes).toString("latin1");
    expect(text).not.toContain("GPS");
    for (const part of ["EXIF", "ICCP", "XMP "]) expect(text).not.toContain(part);
    // The upper half is white in the file, and Exif turns it to the right.
    const { width, bytes: pixels } = await pixelsOf(bytes);
    const red = (x: number, y: number) => pixels[(y * width + x) * 4] ?? 0;
    expect(red(10, 10)).toBeLessThan(50);
    expect(red(245, 245)).toBeGreaterThan(200);
  });

  test(proves("is refused if the file is too large, before it is read", "threat 40"), async () => {
    expect(await pictureOf(new Uint8Array(PICTURE_FILE_BYTES + 1))).toMatchObject({
      fault: "is larger than 10 MB",
    });
    const claimed = Buffer.from(landscape());
    claimed.writeUInt32BE(60_000, 16);
    claimed.writeUInt32BE(60_000, 20);
    expect(await pictureOf(claimed)).toMatchObject({ fault: "has more than 50 million pixels" });
    expect(await pictureOf(pngOf(10, 81, () => [1, 2, 3, 255]))).toMatchObject({
      fault: "is more than 8 times as long as wide",
    });
  });

  test(proves("is refused if it does not fit into its row", "threat 40"), async () => {
    // Noise, also in its opacity, which is kept without loss. The same each time.
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    };
    expect(await pictureOf(pngOf(256, 256, () => [next(), next(), next(), next()]))).toMatchObject({
      fault: "has too many details: it does not fit into 64 kB",
    });
  });

  test.each([
    ["a drawing", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ["a GIF", "GIF89a\x01\0\x01\0\0\0\0;"],
    ["a text", "hello"],
    ["nothing", ""],
  ])("is not %s", async (_, text) => {
    expect(await pictureOf(Buffer.from(text, "latin1"))).toMatchObject(NO_PICTURE);
  });

  test("is not a WebP that moves", async () => {
    const chunk = (type: string, data: Uint8Array) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(data.length);
      return Buffer.concat([Buffer.from(type), length, data]);
    };
    const still = (await webpOf(pngOf(20, 20, () => [1, 2, 3, 255]))).subarray(12);
    const size = Uint8Array.of(19, 0, 0, 19, 0, 0);
    const frame = chunk("ANMF", Buffer.concat([new Uint8Array(6), size, Uint8Array.of(100, 0, 0, 0), still]));
    const head = chunk("VP8X", Buffer.concat([Uint8Array.of(2, 0, 0, 0), size]));
    const body = Buffer.concat([Buffer.from("WEBP"), head, chunk("ANIM", new Uint8Array(6)), frame, frame]);
    expect(await pictureOf(chunk("RIFF", body))).toMatchObject(NO_PICTURE);
  });

  test("comes of a damaged file as a small square, or not at all", async () => {
    for (const form of Object.values(FORMS)) {
      const file = await form(landscape(64, 48));
      const damage = fc.record({
        bytes: fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 5 }),
        end: fc.integer({ min: 0, max: file.length }),
      });
      await fc.assert(
        fc.asyncProperty(damage, async ({ bytes, end }) => {
          const damaged = Uint8Array.from(file);
          for (const [at, value] of bytes) damaged[at] = value;
          const picture = await pictureOf(damaged.subarray(0, end));
          if ("fault" in picture) return;
          const { width, height } = await new Bun.Image(picture.bytes).metadata();
          expect(width).toBe(height);
          expect(picture.bytes.length).toBeLessThanOrEqual(PICTURE_BYTES);
        }),
        { numRuns: 60 },
      );
    }
  });
});
