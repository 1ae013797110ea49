/** The contenders, in the order of the tables. A new one is a file in this folder and an entry here. */
import { bare } from "./bare.ts";
import type { Contender } from "./contender.ts";
import { oidcProvider } from "./oidc-provider.ts";
import { postgres } from "./postgres.ts";
import { signature } from "./signature.ts";
import { TESSERA } from "./tessera.ts";

export const CONTENDERS: readonly Contender[] = [bare, signature, postgres, ...TESSERA, oidcProvider];
