/** The promises that hold for any number of server processes on one database, as tests for any engine. */
import { afterAll, beforeAll, describe, setDefaultTimeout } from "bun:test";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { PATIENCE_MILLIS } from "../support/scale.ts";
import { clientRaces } from "./suite/clients.ts";
import { codeRaces } from "./suite/codes.ts";
import { historyChecks } from "./suite/histories.ts";
import { keptRefreshRaces } from "./suite/kept-refreshes.ts";
import { peopleRaces } from "./suite/people.ts";
import { refreshRaces, strictRefreshRaces } from "./suite/refreshes.ts";
import { revocationRaces } from "./suite/revocations.ts";
import { visibilityChecks } from "./suite/visibility.ts";
import type { Cluster, Engine, RunningCluster, StartEngine } from "./support/cluster.ts";

export function raceSuite(name: string, startEngine: StartEngine): void {
  setDefaultTimeout(PATIENCE_MILLIS);
  describe(`four processes on ${name}`, () => {
    let engine: Engine | undefined;
    beforeAll(async () => {
      engine = await startEngine();
    });
    afterAll(() => engine?.stop());

    /** Starts a cluster before the tests of the enclosing `describe`; the result may be called only inside of tests. */
    const useCluster = (lifetimes: ConfigurationInput["lifetimes"]): (() => Cluster) => {
      let cluster: RunningCluster | undefined;
      beforeAll(async () => {
        cluster = await engine?.startCluster(lifetimes);
      });
      afterAll(() => cluster?.stop());
      return () => {
        if (cluster === undefined) throw new Error("no cluster outside of tests");
        return cluster;
      };
    };

    describe("with a retry window longer than the test", () => {
      const cluster = useCluster({ refresh_retry_window_seconds: 600 });
      codeRaces(cluster);
      refreshRaces(cluster);
      keptRefreshRaces(cluster);
      revocationRaces(cluster);
      peopleRaces(cluster);
      clientRaces(cluster);
      visibilityChecks(cluster);
      historyChecks(cluster, { retries: true });
    });

    describe("without a retry window", () => {
      const cluster = useCluster({ refresh_retry_window_seconds: 0 });
      strictRefreshRaces(cluster);
      historyChecks(cluster, { retries: false });
    });
  });
}
