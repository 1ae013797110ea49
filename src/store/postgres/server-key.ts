/** The store's methods for the server's own secret. */
import type { Store } from "../contract.ts";
import type { ServerKeyRecord } from "../records.ts";
import type { Database } from "./driver.ts";
import { query, statement } from "./statements.ts";

const FIND = query<ServerKeyRecord>("SELECT fingerprint, secret FROM server_key").with({});

const CREATE = statement<unknown>(
  `INSERT INTO server_key (fingerprint, secret) VALUES (:fingerprint, :secret)
   ON CONFLICT (singleton) DO NOTHING RETURNING singleton`,
).with({ fingerprint: "bytea", secret: "bytea?" });

export function serverKeyMethods(database: Database): Pick<Store, "findServerKey" | "createServerKey"> {
  return {
    findServerKey: () => database.first(FIND, {}),
    createServerKey: ({ fingerprint, secret }) => database.has(CREATE, { fingerprint, secret }),
  };
}
