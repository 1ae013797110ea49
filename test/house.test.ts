/** The shape of the house (CONTRIBUTING.md): data flows one way, so a folder imports only from folders below it. */
import { expect, test } from "bun:test";
import { join, normalize } from "node:path";
import { Glob } from "bun";
import { TABLES } from "../src/store/tables.ts";

/** From the top floor down. A file directly in src/ stands as a floor of its own. */
const FLOORS = [
  "main.ts",
  "cli",
  "server.ts",
  "mails",
  "console",
  "pages",
  "api",
  "recipes",
  "endpoints",
  "grant-types",
  "operations",
  "rules",
  "clients",
  "accounts",
  "credentials",
  "keys",
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

/** The imports of a file, without type-only imports. */
async function valuesOf(file: string): Promise<string[]> {
  const text = await Bun.file(join(source, file)).text();
  const imports = [...text.matchAll(/import (?!type )([^;]*?) from "(\.[^"]+)"/g)];
  return imports
    .filter(([, names = ""]) => !/^\{\s*(type [^,]+,?\s*)+\}$/.test(names))
    .map(([, , path = ""]) => normalize(join(file, "..", path)));
}

test("rules ask no store, no clock and no chance: they decide from facts", async () => {
  const asked: string[] = [];
  const VALUES = /^(store\/(contract|declare|tables\/[^/]+)|credentials\/credential)\.ts$/;
  for (const file of files.filter((each) => each.startsWith("rules/"))) {
    for (const imported of await valuesOf(file)) {
      const isPure = imported.startsWith("rules/") || imported.startsWith("protocol/");
      if (!isPure && !VALUES.test(imported)) asked.push(`${file} imports ${imported}`);
    }
    const text = await Bun.file(join(source, file)).text();
    if (/\b(async|await|Promise|Date|Math\.random|crypto)\b/.test(text)) asked.push(file);
  }
  expect(asked).toEqual([]);
});

test("endpoints, pages and the command line act through operations, never on the store", async () => {
  const ACTS = /\bstore\.(look|commit|list|expire)\(/;
  const acting: string[] = [];
  for (const file of files) {
    if (/^(store|operations)\//.test(file)) continue;
    if (ACTS.test(await Bun.file(join(source, file)).text())) acting.push(file);
  }
  expect(acting).toEqual([]);
});

test("only tessera login imports the OAuth client, so that a server never loads it", async () => {
  const loaded: string[] = [];
  for (const file of files) {
    const text = await Bun.file(join(source, file)).text();
    if (/from "oauth4webapi"/.test(text) && !file.startsWith("cli/login")) loaded.push(file);
  }
  expect(loaded).toEqual([]);
});

test("a server loads the library for mail with its first mail, and not before", async () => {
  const loaded: string[] = [];
  for (const file of files) {
    const text = await Bun.file(join(source, file)).text();
    if (/\bfrom "nodemailer|import "nodemailer/.test(text)) loaded.push(file);
  }
  expect(loaded).toEqual([]);
});

test("a server loads metrics and telemetry where they are configured, and not otherwise", async () => {
  const loaded = new Set<string>();
  const load = async (file: string): Promise<void> => {
    if (loaded.has(file) || !files.includes(file)) return;
    loaded.add(file);
    for (const imported of await valuesOf(file)) await load(imported);
  };
  for (const command of ["cli/serve.ts", "cli/worker.ts"]) await load(command);
  expect(loaded.size).toBeGreaterThan(200);
  const OPTIONAL =
    /^(cli\/process-metrics|endpoints\/metrics|operations\/(metrics|metric-table|event-counts|shared-readings|telemetry)|platform\/(metrics|otlp|tracer|trace-context))\.ts$/;
  expect(files.filter((file) => OPTIONAL.test(file))).toHaveLength(11);
  expect([...loaded].filter((file) => OPTIONAL.test(file))).toEqual([]);
});

test("a server never loads the library for encrypted backups", async () => {
  const loaded: string[] = [];
  for (const file of files) {
    const text = await Bun.file(join(source, file)).text();
    if (/\bfrom "age-encryption|import "age-encryption/.test(text)) loaded.push(file);
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

test("every declared table is in TABLES, once", async () => {
  const declared: string[] = [];
  for (const file of files.filter((each) => each.startsWith("store/tables/"))) {
    for (const [, name = ""] of (await Bun.file(join(source, file)).text()).matchAll(/ = table\("(\w+)"/g))
      declared.push(name);
  }
  expect(declared.length).toBeGreaterThan(30);
  expect(TABLES.map(({ name }) => name).toSorted()).toEqual(declared.toSorted());
});
