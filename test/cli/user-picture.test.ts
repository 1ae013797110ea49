import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jpegOf, landscape } from "../support/images.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
afterAll(removeTemporaryFolders);
const user = (...args: string[]) => tessera(["user", ...args, "--data", data]);
const shown = async () => JSON.parse((await user("show", "ada", "--json")).out);

test("user set --picture takes a file, user show tells the address, and an empty text takes it away", async () => {
  const file = join(data, "ada.jpg");
  writeFileSync(file, await jpegOf(landscape()));
  await user("add", "ada", "--generate");
  expect((await shown()).picture).toBeNull();
  expect((await user("set", "ada", "--picture", file)).out).toBe("Changed ada.\n");
  const { picture } = await shown();
  expect(picture).toMatch(/\/picture\?id=[\w-]{22}$/);
  expect((await user("show", "ada")).out).toContain(picture);

  const text = join(data, "notes.jpg");
  writeFileSync(text, "no picture");
  for (const [wrong, words] of [
    [text, "is no still PNG, JPEG or WebP picture, or is damaged. Nothing was changed."],
    [join(data, "missing.png"), "cannot be read. Name a PNG, JPEG or WebP file"],
    [data, "cannot be read. Name a PNG, JPEG or WebP file"],
  ] as const) {
    const refused = await user("set", "ada", "--picture", wrong);
    expect({ code: refused.code, err: refused.err }).toMatchObject({ code: 1 });
    expect(refused.err).toContain(words);
  }
  expect((await shown()).picture).toBe(picture);
  await user("set", "ada", "--picture", "");
  expect((await shown()).picture).toBeNull();
});
