/** The pages that are generated from published results. `npm run docs` writes them, and a test compares them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { endurance } from "./endurance/endurance.ts";
import { growth } from "./growth/growth.ts";
import { isolation } from "./isolation/isolation.ts";
import { peers } from "./peers.ts";
import { type Pictures, type Section, withSection } from "./report/publish.ts";

const ROOT = join(import.meta.dir, "..");

interface Reported<Results> {
  readonly section: Section;
  figures(results: Results): string;
  pictures(results: Results): Pictures;
}

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const withFigures = <Results>(text: string, { section, figures }: Reported<Results>): string =>
  withSection(text, section, figures(JSON.parse(read(`bench/results/${section}.json`))));

function guide(): string {
  const withPeers = withFigures(read("docs/performance.md"), peers);
  return withFigures(withFigures(withFigures(withPeers, growth), isolation), endurance);
}

const picture =
  <Results>({ section, pictures }: Reported<Results>, name: string) =>
  (): string =>
    pictures(JSON.parse(read(`bench/results/${section}.json`)))[name] ?? "";

/** The content of each, by its name below docs/. */
export const performancePages = {
  "performance.md": guide,
  "images/performance-peers.svg": picture(peers, "peers"),
  "images/performance-growth.svg": picture(growth, "growth"),
  "images/performance-endurance.svg": picture(endurance, "endurance"),
  "images/performance-endurance-p99.svg": picture(endurance, "endurance-p99"),
};
