/** The contenders, in the order of the tables. A new one is a file beside these and a line here. */
import { bare } from "./bare.ts";
import type { Contender } from "./contender.ts";
import { oidcProvider } from "./oidc-provider.ts";
import { postgres } from "./postgres.ts";
import { tesseraPostgres, tesseraPostgresTwo, tesseraSqlite, tesseraSqliteTwo } from "./tessera.ts";

export const CONTENDERS: readonly Contender[] = [
  bare,
  tesseraSqlite,
  tesseraSqliteTwo,
  postgres,
  tesseraPostgres,
  tesseraPostgresTwo,
  oidcProvider,
];
