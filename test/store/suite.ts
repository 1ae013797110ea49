/**
 * The promises about the store's records, as tests for any engine. `open` gives a new, empty store, and a `close` that
 * removes its data.
 */

import { describe } from "bun:test";
import type { ActingStore } from "./acts.ts";

import { clientSuite } from "./suite/clients.ts";
import { codeSuite } from "./suite/codes.ts";
import { deviceCodeSuite } from "./suite/device-codes.ts";
import { grantSuite } from "./suite/grants.ts";
import { housekeepingSuite } from "./suite/housekeeping.ts";
import { peopleSuite } from "./suite/people.ts";
import { serverKeySuite } from "./suite/server-key.ts";
import { serverKeyRotationSuite } from "./suite/server-key-rotation.ts";
import { signOutSuite } from "./suite/sign-out.ts";
import { tokenSuite } from "./suite/tokens.ts";

export interface OpenedStore {
  readonly store: ActingStore;
  close(): Promise<void>;
}

export type OpenStore = () => Promise<OpenedStore>;

export function storeSuite(name: string, open: OpenStore): void {
  describe(name, () => {
    serverKeySuite(open);
    serverKeyRotationSuite(open);
    clientSuite(open);
    peopleSuite(open);
    codeSuite(open);
    deviceCodeSuite(open);
    tokenSuite(open);
    grantSuite(open);
    signOutSuite(open);
    housekeepingSuite(open);
  });
}
