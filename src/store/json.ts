/** Columns of JSON, on either engine. */
import { StoreUnavailable } from "./contract.ts";
import { type Column, columnOf, type Table } from "./declare.ts";

export const encodeJson = ({ codec }: Pick<Column, "codec">, value: unknown): string =>
  JSON.stringify(codec === null ? value : codec.encode(value));

/** Throws StoreUnavailable for a text that the program never writes. */
export function decodeJson(table: Table, name: string, text: string): unknown {
  const { codec } = columnOf(table, name);
  try {
    const stored: unknown = JSON.parse(text);
    return codec === null ? stored : codec.decode(stored);
  } catch (error) {
    throw new StoreUnavailable(
      `a row of ${table.name} cannot be read: its ${name} is not what Tessera wrote`,
      {
        cause: error,
        advice: "Another program has changed the database. Restore a backup: tessera restore --help",
      },
    );
  }
}
