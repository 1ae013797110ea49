/** The places of addresses, from a file of the operator (MMDB). Nothing is asked of another site. */
import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import type { SteadyClock } from "./clock.ts";
import type { Log } from "./log.ts";

export interface Places {
  /** Where an address is, in a language: "Berlin, Germany". Null if it is not known. Never throws. */
  find(address: string, language: string): Promise<string | null>;
}

/** The part of a record that is used. Cities have names by language; a country has its code (ISO 3166-1). */
interface PlaceRecord {
  readonly city?: { readonly names?: Readonly<Record<string, string>> };
  readonly country?: {
    readonly iso_code?: string;
    readonly names?: Readonly<Record<string, string>>;
  };
  readonly registered_country?: { readonly iso_code?: string };
}

interface OpenFile {
  get(address: string): PlaceRecord | null;
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
      return new Reader<PlaceRecord>(await readFile(file)) as OpenFile;
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

function placeIn(record: PlaceRecord | null, language: string): string | null {
  if (record === null) return null;
  const { city, country, registered_country } = record;
  const town = city?.names?.[language] ?? city?.names?.en;
  const code = country?.iso_code ?? registered_country?.iso_code;
  const land = country?.names?.[language] ?? nameOfCountry(code, language) ?? country?.names?.en;
  const parts = [town, land].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? null : parts.join(", ");
}

function nameOfCountry(code: string | undefined, language: string): string | undefined {
  if (code === undefined || !/^[A-Z]{2}$/.test(code)) return undefined;
  return new Intl.DisplayNames(language, { type: "region", fallback: "none" }).of(code);
}
