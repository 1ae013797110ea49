/** The conditions for a fresh clone to start with one command, without a warning or a prompt. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfiguration } from "../src/configuration/sources.ts";

const root = join(import.meta.dir, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const manifest: {
  scripts: Record<string, string>;
  allowScripts: Record<string, boolean>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
} = JSON.parse(read("package.json"));

test("every dependency is pinned to one version", () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect({ name, version }).toEqual({
      name,
      version: expect.stringMatching(/^\d+\.\d+\.\d+(-beta\.\d+)?$/),
    });
  }
});

/** Separate packages: the benchmark's peer, and the conformance suites with their hundred dependencies. */
const BESIDE = ["bench", "test/interop/mcp"];

test.each(BESIDE)(
  "what %s needs is pinned, runs nothing when installed, and the server does not need it",
  (folder) => {
    const beside: { dependencies: Record<string, string> } = JSON.parse(read(`${folder}/package.json`));
    for (const [name, version] of Object.entries(beside.dependencies)) {
      expect({ name, version }).toEqual({
        name,
        version: expect.stringMatching(/^\d+\.\d+\.\d+(-alpha\.\d+)?$/),
      });
      expect(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })).not.toContain(name);
    }
    const lock = read(`${folder}/package-lock.json`);
    expect(lock).toContain('"integrity": "sha512-');
    expect(lock).not.toContain("hasInstallScript");
  },
);

test("what only development needs is not installed with the server", () => {
  const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(read("package-lock.json"));
  for (const name of Object.keys(manifest.devDependencies)) {
    expect({ name, dev: lock.packages[`node_modules/${name}`]?.dev }).toEqual({ name, dev: true });
  }
});

test("npm's question about install scripts is answered, for the one package that has them", () => {
  const allowed = Object.entries(manifest.allowScripts).filter(([, mayRun]) => mayRun);
  expect(allowed).toEqual([["bun", true]]);
  const lock: { packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }> } = JSON.parse(
    read("package-lock.json"),
  );
  const scripted = Object.entries(lock.packages).filter(
    ([, entry]) => entry.hasInstallScript && !entry.optional,
  );
  expect(scripted.map(([path]) => path)).toEqual(["node_modules/bun"]);
});

test.each([".", ...BESIDE])("the lock file in %s sends nobody to a certain registry", (folder) => {
  expect(read(`${folder}/package-lock.json`)).not.toMatch(/"resolved"|https?:\/\/registry/);
});

test.each([".npmrc", ...BESIDE.map((folder) => `${folder}/.npmrc`)])(
  "%s keeps registries out of the lock file",
  (file) => {
    expect(read(file)).toMatch(/^omit-lockfile-registry-resolved=true$/m);
  },
);

test("start and test install what is missing, and CI runs what the README says", () => {
  expect(manifest.scripts.prestart).toContain("tools/install.mjs");
  expect(manifest.scripts.pretest).toBe("node tools/install.mjs && node tools/install.mjs test/interop/mcp");
  expect(manifest.scripts.start).toContain("serve");
  expect(read(".ci/run")).toMatch(/^npm test$/m);
  expect(read("README.md")).toContain("`npm test`");
});

test("the example configuration is valid", () => {
  const file = join(root, "examples/tessera.toml");
  const env = { MAIL_SERVER_SECRET: "a secret for this test only" };
  expect(loadConfiguration({ file, env, flags: {} }).issuer).toBe("https://auth.example.org");
});

test("the licence is the one that package.json names", () => {
  expect(read("LICENSE")).toContain("Apache License");
  expect(read("package.json")).toContain('"license": "Apache-2.0"');
});
