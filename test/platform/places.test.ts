import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../src/platform/log.ts";
import { createPlaces } from "../../src/platform/places.ts";

/** Made with mmdb_writer: 192.0.2.0/24 is in Berlin, 2001:db8::/32 in Vienna, 203.0.113.0/24 in Zurich, 198.51.100.0/24 in Japan. */
const FILE = join(import.meta.dir, "places.mmdb");
const folder = mkdtempSync(join(tmpdir(), "tessera-places-"));
afterAll(() => rmSync(folder, { recursive: true }));

function open(file: string | undefined) {
  const logged: string[] = [];
  let now = 0;
  const log = createLog({ level: "debug", format: "text", write: (line) => logged.push(line) });
  const places = createPlaces(file, { millis: () => now }, log);
  return {
    places,
    logged,
    pass: (millis: number) => {
      now += millis;
    },
  };
}

describe("the place of an address", () => {
  test("is a town and a country in the language of the page", async () => {
    const { places } = open(FILE);
    expect(await places.find("192.0.2.7", "en")).toBe("Berlin, Germany");
    expect(await places.find("192.0.2.7", "de")).toBe("Berlin, Deutschland");
    expect(await places.find("2001:db8::7", "de")).toBe("Wien, Österreich");
    expect(await places.find("2001:db8::7", "fr")).toBe("Vienna, Autriche");
  });

  test("is a country alone if the town is not known", async () => {
    expect(await open(FILE).places.find("198.51.100.1", "en")).toBe("Japan");
  });

  test("is not known of other addresses, nor of what is none", async () => {
    const { places } = open(FILE);
    for (const address of ["233.252.0.7", "127.0.0.1", "::1", "", "Berlin"])
      expect(await places.find(address, "en")).toBeNull();
  });

  test("is never known without a database", async () => {
    expect(await open(undefined).places.find("192.0.2.7", "en")).toBeNull();
  });

  test("of a database that is none is not known, and the log says so once", async () => {
    const file = join(folder, "damaged.mmdb");
    writeFileSync(file, "this is no database");
    const { places, logged } = open(file);
    for (let count = 0; count < 3; count += 1) expect(await places.find("192.0.2.7", "en")).toBeNull();
    expect(logged.join("").match(/cannot be read/g)).toHaveLength(1);
  });

  test("comes from the new database after the file has changed", async () => {
    const file = join(folder, "renewed.mmdb");
    writeFileSync(file, "this is no database");
    const { places, pass } = open(file);
    expect(await places.find("192.0.2.7", "en")).toBeNull();
    copyFileSync(FILE, file);
    utimesSync(file, 1, 1);
    expect(await places.find("192.0.2.7", "en")).toBeNull();
    pass(3_600_000);
    expect(await places.find("192.0.2.7", "en")).toBe("Berlin, Germany");
  });
});
