/** The process of the contender `bare`. It listens on a port for each workload, and prints the ports in one line. */
import { createHash } from "node:crypto";

/** Tessera's answer to one request of a workload. */
export interface Answer {
  readonly path: string;
  readonly grantType: string | null;
  /** The parameter whose value is hashed, as a store must do to find its row. */
  readonly credentialParameter: string | null;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Recorded {
  readonly workload: string;
  readonly answers: readonly Answer[];
}

type Responder = (form: URLSearchParams | null) => Response;

function serve({ answers }: Recorded): number {
  const choose = chooser(answers);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (request.method === "GET") return choose(request, null)(null);
      const form = new URLSearchParams(await request.text());
      const authorization = request.headers.get("authorization");
      if (authorization !== null && !isBasic(authorization)) return new Response(null, { status: 401 });
      return choose(request, form)(form);
    },
  });
  return server.port ?? 0;
}

/** In a mix, the path and the grant type tell the requests apart, as they do for a real server. */
function chooser(answers: readonly Answer[]): (request: Request, form: URLSearchParams | null) => Responder {
  const [first] = answers;
  if (first === undefined) throw new Error("A workload has no answers.");
  const only = responder(first);
  if (answers.length === 1) return () => only;
  const all = new Map(
    answers.map((answer) => [`${answer.path} ${answer.grantType ?? ""}`, responder(answer)]),
  );
  const nothing = () => new Response(null, { status: 404 });
  return ({ url }, form) => {
    const path = url.slice(url.indexOf("/", "http://".length));
    return all.get(`${path} ${form?.get("grant_type") ?? ""}`) ?? nothing;
  };
}

function responder({ credentialParameter, status, headers: given, body }: Answer): Responder {
  const headers: Record<string, string> = Object.fromEntries(given);
  return (form) => {
    if (credentialParameter !== null) {
      const credential = form?.get(credentialParameter);
      if (credential === null || credential === undefined) return new Response(null, { status: 400 });
      createHash("sha256").update(credential).digest();
    }
    return new Response(body, { status, headers });
  };
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
  const recorded: Recorded[] = JSON.parse(await Bun.file(process.argv[2] ?? "").text());
  console.log(JSON.stringify(Object.fromEntries(recorded.map((each) => [each.workload, serve(each)]))));
}
