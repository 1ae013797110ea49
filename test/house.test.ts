/** The shape of the house (CONTRIBUTING.md): data flows one way, so a folder imports only from folders below it. */
import { expect, test } from "bun:test";
import { join, normalize } from "node:path";
import { Glob } from "bun";

/** From the top floor down. A file directly in src/ stands as a floor of its own. */
const FLOORS = [
  "main.ts",
  "cli",
  "server.ts",
  "pages",
  "endpoints",
  "grants",
  "context.ts",
  "clients",
  "accounts",
  "credentials",
  "store",
  "configuration",
  "protocol",
  "platform",
];

const source = join(import.meta.dir, "../src");
const floorOf = (path: string): number => FLOORS.indexOf(path.split("/")[0] ?? "");

const files = [...new Glob("**/*.{ts,tsx}").scanSync(source)].sort();

async function importsOf(file: string): Promise<string[]> {
  const text = await Bun.file(join(source, file)).text();
  return [...text.matchAll(/(?:from |import\()"(\.[^"]+\.tsx?)"/g)].map(([, path = ""]) =>
    normalize(join(file, "..", path)),
  );
}

test("every file stands on a floor of the house", () => {
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => floorOf(file) < 0)).toEqual([]);
});

test("no file imports from a floor above its own", async () => {
  const upward: string[] = [];
  for (const file of files) {
    for (const imported of await importsOf(file)) {
      if (floorOf(imported) < floorOf(file)) upward.push(`${file} imports ${imported}`);
    }
  }
  expect(upward).toEqual([]);
});

test("only tessera login imports the OAuth client, so that a server never loads it", async () => {
  const loaded: string[] = [];
  for (const file of files) {
    const text = await Bun.file(join(source, file)).text();
    if (/from "oauth4webapi"/.test(text) && !file.startsWith("cli/login")) loaded.push(file);
  }
  expect(loaded).toEqual([]);
});

test("files import each other in no circle", async () => {
  const graph = new Map<string, string[]>();
  for (const file of files) graph.set(file, await importsOf(file));
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file))
      throw new Error(`A circle: ${[...path.slice(path.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(done.size).toBeGreaterThanOrEqual(files.length);
});
