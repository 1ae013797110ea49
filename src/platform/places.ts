/** The places of addresses, from a file of the operator (MMDB). Nothing is asked of another site. */
import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import type { CityResponse } from "mmdb-lib";
import type { SteadyClock } from "./clock.ts";
import type { Log } from "./log.ts";

export interface Places {
  /** Where an address is, in a language: "Berlin, Germany". Null if it is not known. Never throws. */
  find(address: string, language: string): Promise<string | null>;
}

interface OpenFile {
  get(address: string): CityResponse | null;
}

/** How often the file is looked at, to see whether it has changed. */
const LOOK_MILLIS = 3_600_000;

export const noPlaces: Places = { find: async () => null };

/** The file is read at the first use, and again when it has changed. One that cannot be read gives no places, and a line in the log. */
export function createPlaces(file: string | undefined, clock: SteadyClock, log: Log): Places {
  if (file === undefined) return noPlaces;
  let open: Promise<OpenFile | null> | null = null;
  let version = "";
  let lookedAt = Number.NEGATIVE_INFINITY;

  const read = async (): Promise<OpenFile | null> => {
    try {
      const { Reader } = await import("mmdb-lib");
      // In memory as a whole: a file that is overwritten while it is mapped would end the process.
      return new Reader<CityResponse>(await readFile(file));
    } catch (error) {
      log.warn("the database of places cannot be read: pages show addresses alone", {
        file,
        cause: error instanceof Error ? error.message : String(error),
      });
      return null;
    }
  };
  const current = async (): Promise<OpenFile | null> => {
    const now = clock.millis();
    if (open === null || now - lookedAt >= LOOK_MILLIS) {
      lookedAt = now;
      const found = await stat(file).catch(() => null);
      const next = found === null ? version : `${found.mtimeMs} ${found.size}`;
      if (open === null || next !== version) {
        version = next;
        open = read();
      }
    }
    return open;
  };
  return {
    async find(address, language) {
      if (isIP(address) === 0) return null;
      const database = await current();
      try {
        return database === null ? null : placeIn(database.get(address), language);
      } catch (error) {
        log.debug("a place could not be read", { cause: error instanceof Error ? error.message : "" });
        return null;
      }
    },
  };
}

/** Cities have names by language; a country has its code (ISO 3166-1) too. */
function placeIn(record: CityResponse | null, language: string): string | null {
  if (record === null) return null;
  const { city, country, registered_country } = record;
  const town = nameIn(city?.names, language) ?? nameIn(city?.names, "en");
  const land =
    nameIn(country?.names, language) ??
    nameOfCountry(country?.iso_code ?? registered_country?.iso_code, language) ??
    nameIn(country?.names, "en");
  const parts = [town, land].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(", ");
}

/** The file is the operator's, and may have anything. */
function nameIn(names: object | undefined, language: string): string | undefined {
  const name: unknown = Object.entries(names ?? {}).find(([each]) => each === language)?.[1];
  return typeof name === "string" && name !== "" ? name : undefined;
}

function nameOfCountry(code: unknown, language: string): string | undefined {
  if (typeof code !== "string" || !/^[A-Z]{2}$/.test(code)) return undefined;
  return new Intl.DisplayNames(language, { type: "region", fallback: "none" }).of(code);
}
