/**
 * The limit: a Bun handler that reads the same request, sends the same bytes with the same headers, and does nothing
 * else. It gets the bytes from a Tessera that it starts for a moment.
 */
import { join } from "node:path";
import { mintCredential } from "../../src/credentials/credential.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { sendOnce, WORKLOADS, type Workload, type WorkloadRequest } from "../workloads.ts";
import type { Answer, Recorded } from "./bare-server.ts";
import type { Contender, CredentialKind, Running } from "./contender.ts";
import { startProcess } from "./process.ts";
import { startTessera, TESSERA_PATHS } from "./tessera.ts";

/** The runtime sets these headers by itself. */
const OF_THE_RUNTIME = new Set(["date", "content-length", "connection", "keep-alive", "transfer-encoding"]);

async function recordAnswers(folder: string): Promise<Recorded[]> {
  const tessera = await startTessera(join(folder, "recorded"));
  try {
    const recorded: Recorded[] = [];
    for (const workload of WORKLOADS) {
      const answers: Answer[] = [];
      for (const { request } of workload.requests)
        answers.push(await recordAnswer(tessera, request, workload));
      recorded.push({ workload: workload.name, answers });
    }
    return recorded;
  } finally {
    await tessera.stop();
  }
}

async function recordAnswer(tessera: Running, request: WorkloadRequest, workload: Workload): Promise<Answer> {
  const [credential = ""] = request.credential === null ? [] : await tessera.make(request.credential.kind, 1);
  const response = await sendOnce(request, tessera.urlOf(request, workload), credential);
  return {
    path: TESSERA_PATHS[request.endpoint],
    grantType: new URLSearchParams(request.form ?? "").get("grant_type"),
    credentialParameter: /([a-z_]+)=@@CREDENTIAL@@/.exec(request.form ?? "")?.[1] ?? null,
    status: response.status,
    headers: [...response.headers].filter(([name]) => !OF_THE_RUNTIME.has(name)),
    body: await response.text(),
  };
}

const KINDS = {
  person_token: "access_token",
  bound_token: "access_token",
  client_token: "access_token",
  revoked_token: "access_token",
  unknown_token: "access_token",
  code: "authorization_code",
  refresh_token: "refresh_token",
  openid_code_RS256: "authorization_code",
  openid_code_ES256: "authorization_code",
  device_code: "device_code",
} as const satisfies Record<Exclude<CredentialKind, "signed_token" | "client_assertion">, string>;

/** The lengths of the parts of what is signed: an access token, and an assertion. */
const SIGNED_TOKEN_BYTES = [110, 320, 256];
const ASSERTION_BYTES = [32, 200, 64];

const jwtOf = (lengths: readonly number[]): string =>
  lengths.map((bytes) => Buffer.from(systemRandom(bytes)).toString("base64url")).join(".");

const newText = (kind: CredentialKind): string => {
  if (kind === "signed_token") return jwtOf(SIGNED_TOKEN_BYTES);
  if (kind === "client_assertion") return jwtOf(ASSERTION_BYTES);
  return mintCredential(KINDS[kind], systemClock, systemRandom).text;
};

export const bare: Contender<Running> = {
  name: "bare",
  title: "Bare Bun handler",
  durability: "nothing is stored",
  async start(folder) {
    const file = join(folder, "answers.json");
    await Bun.write(file, JSON.stringify(await recordAnswers(folder)));
    const started = await startProcess({
      command: [process.execPath, join(import.meta.dir, "bare-server.ts"), file],
      folder,
      ready: /^(\{.*\})$/m,
    });
    const ports: Record<string, number> = JSON.parse(started.ready);
    return {
      urlOf: ({ endpoint }, { name }) => `http://127.0.0.1:${ports[name]}${TESSERA_PATHS[endpoint]}`,
      processes: [started.pid],
      server: started.pid,
      make: async (kind, count) => Array.from({ length: count }, () => newText(kind)),
      stop: started.stop,
    };
  },
};
