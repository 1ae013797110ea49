/**
 * Threat class 11: a used code or token counts as used, however the process ended and however soon it is used again.
 * The test kills a server right after its answer and starts it again; on both engines.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Node, SECRET } from "../crash/support/node.ts";
import { seedCodes } from "../crash/support/seed.ts";
import { type ActingStore, openPostgresStore, openSqliteStore } from "../store/acts.ts";
import { type PostgresServer, startPostgres } from "../store/postgres/server.ts";
import { VERIFIER } from "../support/code-flow.ts";
import { proves } from "../support/proves.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { basic, encodeForm } from "../support/server.ts";

setDefaultTimeout(PATIENCE_MILLIS);

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** The requests of the client `web` to this server. */
function clientOf(node: Node) {
  const post = (path: string, form: Record<string, string>) =>
    fetch(node.url + path, {
      method: "POST",
      body: encodeForm(form),
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...basic("web", SECRET) },
      keepalive: false,
    });
  const redirect_uri = "https://mail.example/callback";
  const redeem = (code: string) => {
    const grant_type = "authorization_code";
    return post("/auth/token", { grant_type, code, redirect_uri, code_verifier: VERIFIER });
  };
  const refresh = (refresh_token: string) =>
    post("/auth/token", { grant_type: "refresh_token", refresh_token });
  return {
    redeem,
    refresh,
    async tokens(answer: Response): Promise<Tokens> {
      expect(answer.status).toBe(200);
      return answer.json();
    },
    async expectRefused(answer: Response): Promise<void> {
      expect(answer.status).toBe(400);
      expect((await answer.json()).error).toBe("invalid_grant");
    },
    async expectDead({ access_token, refresh_token }: Tokens): Promise<void> {
      for (const token of [access_token, refresh_token]) {
        expect(await (await post("/auth/introspect", { token })).json()).toEqual({ active: false });
      }
      expect((await refresh(refresh_token)).status).toBe(400);
    },
  };
}

/** Without a retry window, every second use is theft, even within the same second. */
const flags = ["--set", "lifetimes.refresh_retry_window_seconds=0"];

type Prepare = () => Promise<{ readonly node: Node; open(): Promise<ActingStore> }>;
const ENGINES: Readonly<Record<string, Prepare>> = {
  SQLite: async () => {
    const node = new Node({ flags });
    return { node, open: () => openSqliteStore({ file: node.databaseFile }) };
  },
  PostgreSQL: async () => {
    const url = await postgres.createDatabase();
    const node = new Node({ flags, env: { DATABASE_URL: url } });
    return { node, open: () => openPostgresStore({ url }) };
  },
};

describe.each(Object.entries(ENGINES))("on %s", (_, prepare) => {
  test(proves(
    "a code and refresh tokens that were used before a kill are used after it, and end the grant",
    "threat 11",
  ), async () => {
    const { node, open } = await prepare();
    await using _node = node;
    await node.start();
    const store = await open();
    const [code = "", second = "", third = ""] = await seedCodes(store, 3);
    await store.close();
    const { redeem, refresh, tokens, expectRefused, expectDead } = clientOf(node);

    const byCode = await tokens(await redeem(code));
    const first = await tokens(await redeem(second));
    const rotated = await tokens(await refresh(first.refresh_token));
    const seen = await tokens(await redeem(third));
    const alive = await tokens(await refresh(seen.refresh_token));
    // Only the answers have left the process.
    await node.kill();
    await node.start();

    // The honest client goes on.
    await tokens(await refresh(alive.refresh_token));
    // In the second of the server's start, or a little later: the clock decides nothing.
    await expectRefused(await refresh(first.refresh_token));
    await expectDead(rotated);
    await expectRefused(await redeem(code));
    await expectDead(byCode);

    // A revocation before a kill also holds after it.
    await node.kill();
    await node.start();
    await expectDead(rotated);
    await expectDead(byCode);
  }, 60_000);
});
