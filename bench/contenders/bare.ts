/**
 * The limit: a Bun handler that reads the same request and sends the same bytes with the same headers, and does nothing
 * between. The bytes are asked of Tessera itself, which is started for that moment.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { mintArtefact } from "../../src/tokens/artefact.ts";
import { sendOnce, WORKLOADS } from "../workloads.ts";
import type { Answer } from "./bare-server.ts";
import type { ArtefactKind, Contender } from "./contender.ts";
import { startProcess } from "./process.ts";
import { TESSERA_PATHS, tesseraSqlite } from "./tessera.ts";

/** The runtime sets these by itself. */
const OF_THE_RUNTIME = new Set(["date", "content-length", "connection", "keep-alive", "transfer-encoding"]);

async function recordAnswers(folder: string): Promise<Answer[]> {
  const tessera = await tesseraSqlite.start(join(folder, "recorded"));
  try {
    const answers: Answer[] = [];
    for (const workload of WORKLOADS) {
      const [artefact = ""] = workload.artefact === null ? [] : await tessera.make(workload.artefact.kind, 1);
      const response = await sendOnce(workload, tessera.urlOf(workload), artefact);
      answers.push({
        workload: workload.name,
        artefactParameter: /([a-z_]+)=@@ARTEFACT@@/.exec(workload.form ?? "")?.[1] ?? null,
        status: response.status,
        headers: [...response.headers].filter(([name]) => !OF_THE_RUNTIME.has(name)),
        body: await response.text(),
      });
    }
    return answers;
  } finally {
    await tessera.stop();
  }
}

const KINDS = {
  person_token: "access_token",
  client_token: "access_token",
  revoked_token: "access_token",
  unknown_token: "access_token",
  code: "authorization_code",
  refresh_token: "refresh_token",
  device_code: "device_code",
} as const satisfies Record<ArtefactKind, string>;

export const bare: Contender = {
  name: "bare",
  title: "Bare Bun handler",
  durability: "nothing is stored",
  async start(folder) {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "answers.json");
    await Bun.write(file, JSON.stringify(await recordAnswers(folder)));
    const started = await startProcess({
      command: [process.execPath, join(import.meta.dir, "bare-server.ts"), file],
      folder,
      ready: /^(\{.*\})$/m,
    });
    const ports: Record<string, number> = JSON.parse(started.ready);
    return {
      urlOf: ({ name, endpoint }) => `http://127.0.0.1:${ports[name]}${TESSERA_PATHS[endpoint]}`,
      processes: [started.pid],
      server: started.pid,
      make: async (kind, count) =>
        Array.from({ length: count }, () => mintArtefact(KINDS[kind], systemClock, systemRandom).text),
      stop: started.stop,
    };
  },
};
