/** Puts the figures into docs/performance.md, between its two marks, and its chart beside the other images. */
import { join } from "node:path";
import type { Results } from "../results.ts";
import { chart } from "./chart.ts";
import { figures } from "./table.ts";

const docs = join(import.meta.dir, "../../docs");

const BEGIN = "<!-- Written by `npm run bench -- --publish`. -->";
const END = "<!-- The end of what is written. -->";

export async function publish(results: Results): Promise<void> {
  const file = join(docs, "performance.md");
  await Bun.write(file, withFigures(await Bun.file(file).text(), results));
  await Bun.write(join(docs, "images/performance.svg"), chart(results));
}

/** Throws if the marks are not there. */
export function withFigures(text: string, results: Results): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/performance.md has lost the marks for its tables.");
  return `${text.slice(0, begin)}${BEGIN}\n\n${figures(results)}\n\n${text.slice(end)}`;
}
