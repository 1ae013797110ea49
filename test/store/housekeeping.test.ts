/** The clean-up runs by itself, one run at a time, and does not delay a stop. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { noEvents } from "../../src/operations/events.ts";
import { startHousekeeping } from "../../src/operations/housekeeping.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { createLog } from "../../src/platform/log.ts";
import type { Store } from "../../src/store/contract.ts";
import { NOW } from "./records.ts";
import { openTemporary } from "./sqlite/temporary.ts";
import type { OpenedStore } from "./suite.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTemporary();
});
afterEach(() => opened.close());

/** Runs every second, with `expire` as the store's clean-up. */
function start(expire: Store["expire"]) {
  const configuration = parse(configurationSchema, { limits: { clean_up_interval_seconds: 1 } });
  return startHousekeeping({
    signingKeys: { keepUp: async () => {} },
    keys: serverKeys(new Uint8Array(32)),
    store: { ...opened.store, expire },
    clock: { millis: () => NOW * 1000, seconds: () => NOW },
    steadyClock: { millis: () => 0 },
    configuration,
    events: noEvents,
    log: createLog({ level: "silent", format: "text", write: () => {} }),
  });
}

describe("the clean-up", () => {
  test("ends with the batch that it is at when the server stops, however much is left", async () => {
    const begun = Promise.withResolvers<void>();
    let batches = 0;
    const housekeeping = start(async () => {
      batches += 1;
      begun.resolve();
      return 500;
    });
    await begun.promise;
    await housekeeping.stop();
    const after = batches;
    await Bun.sleep(30);
    expect(batches).toBe(after);
  });

  test("is not begun again while it runs", async () => {
    const release = Promise.withResolvers<number>();
    let runs = 0;
    const housekeeping = start(() => {
      runs += 1;
      return release.promise;
    });
    await Bun.sleep(2500);
    expect(runs).toBe(1);
    release.resolve(0);
    await housekeeping.stop();
    expect(runs).toBe(1);
  });
});
