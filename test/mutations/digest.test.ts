/** The source of the recorded results, and its mention in docs/security.md. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateOf } from "../../tools/mutations.ts";
import { sourceDigest } from "./digest.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-digest-"));
for (const name of ["src/grants", "test/mutations"]) mkdirSync(join(folder, name), { recursive: true });
const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the digest", () => {
  test("changes with a file of the source, its name, and a mutation; not with tests and results", () => {
    write("src/grants/grant.ts", "one");
    write("src/main.ts", "two");
    write("test/mutations/grants.ts", "three");
    const first = sourceDigest(folder);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    write("test/mutations/results.json", "[]");
    write("test/mutations/place.test.ts", "test");
    write("test/grants.test.ts", "test");
    expect(sourceDigest(folder)).toBe(first);

    write("test/mutations/grants.ts", "four");
    const second = sourceDigest(folder);
    renameSync(join(folder, "src/main.ts"), join(folder, "src/start.ts"));
    const third = sourceDigest(folder);
    write("src/grants/grant.ts", "onetwo");
    write("src/start.ts", "");
    const fourth = sourceDigest(folder);
    expect(new Set([first, second, third, fourth]).size).toBe(4);
  });
});

describe("docs/security.md", () => {
  const result = (source: string) => ({ what: source, source, date: "2026-11-22", failed: [] });

  test("claims this source only as long as the digest is that of the results", () => {
    expect(stateOf([result("aa"), result("aa")], "aa")).toContain(
      "As long as `npm run mutate -- --digest` prints `aa`,\nthey are made from this source.",
    );
  });

  test("says how many results are of earlier states, and of which", () => {
    const state = stateOf([result("aa"), result("bb"), result("aa")], "aa");
    expect(state).toContain("2 of the 3 results are made from this source");
    expect(state).toContain("earlier states: `bb` on 2026-11-22");
  });

  test("claims nothing when the source has changed", () => {
    const state = stateOf([result("aa"), result("aa")], "cc");
    expect(state).toBe(
      "These results are of an earlier state: the source had the digest `aa` on 2026-11-22. It has changed since.",
    );
  });
});
