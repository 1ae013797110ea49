/** Threat classes 48 and 58: no server starts with a key that others on its database do not have. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { ConfigurationError } from "../../src/configuration/error.ts";
import { findServerKeys } from "../../src/operations/server-key.ts";
import { serverKeys } from "../../src/platform/keys.ts";
import { systemRandom } from "../../src/platform/random.ts";

import { proves } from "../support/proves.ts";
import { openTemporary } from "./sqlite/temporary.ts";
import type { OpenedStore } from "./suite.ts";

let opened: OpenedStore;
beforeEach(async () => {
  opened = await openTemporary();
});
afterEach(() => opened.close());

const newKey = () => Buffer.from(systemRandom(32)).toString("base64url");
const find = async (server_key?: string) => {
  const { keys, wereThere } = await findServerKeys({
    configuration: { server_key },
    store: opened.store,
    random: systemRandom,
  });
  return { mac: Buffer.from(keys.mac("form", "x")).toString("hex"), wereThere };
};

describe("the server's own secret", () => {
  test("is made once for a database, and is the same for every server that comes later or together", async () => {
    const found = await Promise.all([find(), find(), find()]);
    expect(new Set(found.map(({ mac }) => mac)).size).toBe(1);
    expect(await find()).toEqual({ mac: found[0]?.mac ?? "", wereThere: true });
  });

  test(proves("is another for another database", "threat 48"), async () => {
    const { mac } = await find();
    const other = await openTemporary();
    try {
      const { keys } = await findServerKeys({
        configuration: { server_key: undefined },
        store: other.store,
        random: systemRandom,
      });
      expect(Buffer.from(keys.mac("form", "x")).toString("hex")).not.toBe(mac);
    } finally {
      await other.close();
    }
  });

  test("is the configured one if there is one, which does not get into the database", async () => {
    const key = newKey();
    const { mac, wereThere } = await find(key);
    expect(wereThere).toBe(false);
    expect(mac).toBe(Buffer.from(serverKeys(Buffer.from(key, "base64url")).mac("form", "x")).toString("hex"));
    expect(await opened.store.findServerKey()).toMatchObject({ secret: null });
    expect(await find(key)).toEqual({ mac, wereThere: true });
  });

  test("stops the start if it is not the one that the database is used with", async () => {
    await find(newKey());
    await expect(find(newKey())).rejects.toThrow(ConfigurationError);
    await expect(find(newKey())).rejects.toThrow("server_key is not the key that this database is used with");
    await expect(find()).rejects.toThrow("TESSERA_SERVER_KEY, the same on every node");
  });

  test("may move from the database into the configuration", async () => {
    const { mac } = await find();
    const kept = await opened.store.findServerKey();
    expect(await find(Buffer.from(kept?.secret ?? []).toString("base64url"))).toEqual({
      mac,
      wereThere: true,
    });
    await expect(find(newKey())).rejects.toThrow(ConfigurationError);
  });

  test(proves("stops the start if what the database has is damaged", "threat 58"), async () => {
    await opened.store.createServerKey({ fingerprint: systemRandom(32), secret: systemRandom(32) });
    await expect(find()).rejects.toThrow("damaged");
  });
});
