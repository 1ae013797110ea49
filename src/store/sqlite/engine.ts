/** What the methods of the store run on: the tables, prepared for queries and for commands, and how to reach them. */
import type { ClientMemory } from "./client-memory.ts";
import type { Connection } from "./driver.ts";
import { accountTable } from "./tables/accounts.ts";
import { clientTable } from "./tables/clients.ts";
import { codeTable, spentFormTable } from "./tables/codes.ts";
import { deviceCodeTable } from "./tables/device-codes.ts";
import { consentTable, grantTable } from "./tables/grants.ts";
import { serverKeyTable } from "./tables/server-key.ts";
import { sessionTable, setupLinkTable } from "./tables/sessions.ts";
import { accessTokenTable, refreshTokenTable } from "./tables/tokens.ts";

export function prepareTables(connection: Connection, memory: ClientMemory, use: "queries" | "commands") {
  return {
    serverKey: serverKeyTable(connection),
    clients: clientTable(connection, memory, use),
    accounts: accountTable(connection),
    sessions: sessionTable(connection),
    setupLinks: setupLinkTable(connection),
    grants: grantTable(connection),
    consents: consentTable(connection),
    codes: codeTable(connection),
    spentForms: spentFormTable(connection),
    deviceCodes: deviceCodeTable(connection),
    accessTokens: accessTokenTable(connection),
    refreshTokens: refreshTokenTable(connection),
  };
}

export type Tables = ReturnType<typeof prepareTables>;

export interface Engine {
  /** For callers: clients that were recalled are confirmed in the first transaction that acts for them. */
  readonly memory: ClientMemory;
  /** Sees everything that was committed before the call. */
  read<Result>(query: (tables: Tables) => Result): Promise<Result>;
  /** One transaction. Resolves when it is on disk; a command that throws changes nothing. */
  write<Result>(command: (tables: Tables) => Result): Promise<Result>;
}
