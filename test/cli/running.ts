/** A server in its own process, and its first client, which gets and introspects its own tokens. */
import { basic, encodeForm } from "../support/server.ts";
import { type Child, printed, startTessera } from "./processes.ts";

export interface RunningServer {
  readonly child: Child;
  readonly url: string;
  /** The headers of its first client. */
  readonly client: Record<string, string>;
  /** Stops it in order. */
  stop(): Promise<void>;
}

/** `client`: of an earlier start, because the server shows the secret once. */
export async function startServer(
  data: string,
  flags: readonly string[] = [],
  client: Record<string, string> | null = null,
  env: Record<string, string> = {},
): Promise<RunningServer> {
  const child = startTessera(["serve", "--port", "0", "--data", data, ...flags], env);
  const issuer = await printed(child, /issuer +(http:\S+)\n/);
  const first = client ?? (await printed(child, /curl -u (\S+) /));
  const [id = "", secret = ""] = typeof first === "string" ? first.split(":") : [];
  return {
    child,
    url: issuer.replace("localhost", "127.0.0.1"),
    client: typeof first === "string" ? basic(id, secret) : first,
    async stop() {
      child.process.kill("SIGTERM");
      await child.ended;
    },
  };
}

const post = (server: RunningServer, path: string, form: Record<string, string>): Promise<Response> =>
  fetch(server.url + path, {
    method: "POST",
    body: encodeForm(form),
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...server.client },
    // RFC 9112 §9.3.1: the server may close an idle connection just when the runtime takes it for this request.
    keepalive: false,
  });

export async function newToken(server: RunningServer): Promise<string> {
  const response = await post(server, "/auth/token", { grant_type: "client_credentials" });
  const { access_token: token } = await response.json();
  if (response.status !== 200 || typeof token !== "string") throw new Error(`refused: ${response.status}`);
  return token;
}

export async function isActive(server: RunningServer, token: string): Promise<boolean> {
  return (await (await post(server, "/auth/introspect", { token })).json()).active === true;
}

export async function revoke(server: RunningServer, token: string): Promise<void> {
  const { status } = await post(server, "/auth/revoke", { token });
  if (status !== 200) throw new Error(`not revoked: ${status}`);
}

export interface Issuing {
  /** The acknowledged ones, in order. */
  readonly tokens: string[];
  readonly failures: string[];
  stop(): Promise<void>;
}

/** Gets tokens, `callers` at a time, until it is stopped. */
export function issueUntilStopped(server: RunningServer, callers: number): Issuing {
  const tokens: string[] = [];
  const failures: string[] = [];
  let isOver = false;
  const work = async () => {
    while (!isOver) {
      try {
        tokens.push(await newToken(server));
      } catch (error) {
        failures.push(String(error));
        return;
      }
    }
  };
  const working = Promise.all(Array.from({ length: callers }, work));
  return {
    tokens,
    failures,
    async stop() {
      isOver = true;
      await working;
    },
  };
}
