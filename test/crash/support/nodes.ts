/** Several nodes on one PostgreSQL database, and codes for their clients. */

import { expect } from "bun:test";
import { SQL } from "bun";
import { openPostgresStore } from "../../store/acts.ts";

import { inconsistencies } from "./consistency.ts";
import { until } from "./moments.ts";
import { Node, type NodeOptions } from "./node.ts";
import { seedCodes } from "./seed.ts";

/** Short, for tests that wait for a timeout. */
export const SHORT_PATIENCE_SECONDS = 1;
/** Long enough for answers on a slow machine. */
export const LONG_PATIENCE_SECONDS = 10;

const patience = (seconds: number): string => `
[database]
connect_timeout_seconds = ${seconds}
statement_timeout_seconds = ${seconds}
`;

export interface NodesOptions extends NodeOptions {
  /** How long the nodes wait for their database before they answer that they are unavailable. */
  readonly patienceSeconds?: number;
}

export class Nodes {
  readonly all: readonly Node[];

  constructor(count: number, databaseUrl: string, options: NodesOptions = {}) {
    const configuration = patience(options.patienceSeconds ?? SHORT_PATIENCE_SECONDS);
    this.all = Array.from(
      { length: count },
      () => new Node({ ...options, configuration, env: { DATABASE_URL: databaseUrl } }),
    );
  }

  get urls(): string[] {
    return this.all.map(({ url }) => url);
  }

  async start(): Promise<void> {
    await Promise.all(this.all.map((node) => node.start()));
  }

  /** Resolves when each of them can answer, over all of its connections, without help. */
  async ready(): Promise<void> {
    for (const url of this.urls) {
      await until("a node recovers", async () => {
        const statuses = await Promise.all(Array.from({ length: 30 }, () => statusOf(url)));
        return statuses.every((status) => status === 200);
      });
    }
  }

  /** Resolves when each of them answers that it is unavailable. */
  async unready(): Promise<void> {
    for (const url of this.urls) await until("a node says so", async () => (await statusOf(url)) === 503);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.all) await node[Symbol.asyncDispose]();
  }
}

const statusOf = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

/** Stores codes directly, past the nodes and the relay to the database. */
export async function codesAt(databaseUrl: string, count: number): Promise<string[]> {
  const store = await openPostgresStore({ url: databaseUrl, connections: 6 });
  const codes = await seedCodes(store, count);
  await store.close();
  return codes;
}

export async function expectConsistent(databaseUrl: string): Promise<void> {
  const client = new SQL({ url: databaseUrl, max: 1, connection: { search_path: "tessera" } });
  expect(await inconsistencies((sql) => client.unsafe(sql))).toEqual([]);
  await client.close();
}
