/** The row of the server's own secret. */
import type { ServerKeyRecord } from "../../records.ts";
import type { Connection } from "../driver.ts";

export function serverKeyTable(connection: Connection) {
  const find = connection.query<ServerKeyRecord, []>("SELECT fingerprint, secret FROM server_key");
  const insert = connection.command<[Uint8Array, Uint8Array | null]>(
    "INSERT INTO server_key (singleton, fingerprint, secret) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
  );
  return {
    find: () => find.get(),
    insert: ({ fingerprint, secret }: ServerKeyRecord) => insert(fingerprint, secret) === 1,
  };
}
