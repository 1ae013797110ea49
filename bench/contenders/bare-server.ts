/** The process of the contender `bare`. It listens once for each workload, and says at which ports in one line. */
import { createHash } from "node:crypto";

/** What Tessera answers to one workload. */
export interface Answer {
  readonly workload: string;
  /** The parameter whose value is hashed, as a store must to find what it belongs to. */
  readonly artefactParameter: string | null;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

function serve({ artefactParameter, status, headers: given, body }: Answer): number {
  const headers: Record<string, string> = Object.fromEntries(given);
  const respond = (): Response => new Response(body, { status, headers });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (request.method === "GET") return respond();
      const form = new URLSearchParams(await request.text());
      const authorization = request.headers.get("authorization");
      if (authorization !== null && !isBasic(authorization)) return new Response(null, { status: 401 });
      if (artefactParameter !== null) {
        const artefact = form.get(artefactParameter);
        if (artefact === null) return new Response(null, { status: 400 });
        createHash("sha256").update(artefact).digest();
      }
      return respond();
    },
  });
  return server.port ?? 0;
}

function isBasic(header: string): boolean {
  if (!header.startsWith("Basic ")) return false;
  const text = Buffer.from(header.slice(6), "base64").toString();
  const colon = text.indexOf(":");
  const id = decodeURIComponent(text.slice(0, colon));
  const secret = decodeURIComponent(text.slice(colon + 1));
  return id !== "" && secret !== "";
}

if (import.meta.main) {
  const answers: Answer[] = JSON.parse(await Bun.file(process.argv[2] ?? "").text());
  console.log(JSON.stringify(Object.fromEntries(answers.map((answer) => [answer.workload, serve(answer)]))));
}
