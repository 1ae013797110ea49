/** Puts figures into docs/performance.md, each kind between marks of its own, and pictures beside the other images. */
import { join } from "node:path";

const docs = join(import.meta.dir, "../../docs");

export type Section = "peers" | "growth" | "isolation" | "endurance";

/** `image`: the text of docs/images/performance-<section>.svg, if there is one. */
export async function publish(section: Section, markdown: string, image: string | null): Promise<void> {
  const file = join(docs, "performance.md");
  await Bun.write(file, withSection(await Bun.file(file).text(), section, markdown));
  if (image !== null) await publishImage(section, image);
}

/** `image`: the text of docs/images/performance-<name>.svg. */
export async function publishImage(name: string, image: string): Promise<void> {
  await Bun.write(join(docs, `images/performance-${name}.svg`), image);
}

/** Throws if the marks are not there. */
export function withSection(text: string, section: Section, markdown: string): string {
  const begin = `<!-- Written by --publish: ${section}. -->`;
  const beginsAt = text.indexOf(begin);
  const endsAt = text.indexOf(`<!-- The end of ${section}. -->`);
  if (beginsAt < 0 || endsAt < beginsAt)
    throw new Error(`docs/performance.md has lost the marks for ${section}.`);
  return `${text.slice(0, beginsAt)}${begin}\n\n${markdown}\n\n${text.slice(endsAt)}`;
}
