/**
 * The target of a request, as a proxy in front reads it and as the server reads it. The rules of a proxy hold only if no
 * target reaches an endpoint for which the proxy took another path.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { endProcesses, start } from "../cli/processes.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { proves } from "../support/proves.ts";
import { startWireServer, statusesIn, type WireServer } from "./support.ts";

const nginx = Bun.which("nginx", { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });

let server: WireServer;
beforeAll(async () => {
  server = await startWireServer();
});
afterAll(async () => {
  await endProcesses();
  removeTemporaryFolders();
});

/** What the server answers to a GET of each path: the token endpoint is there and wants a POST. */
const PATHS: readonly (readonly [path: string, status: number])[] = [
  ["/auth/token", 405],
  ["/auth/register", 401],
  ["/login", 200],
  ["/readyz", 200],
  ["/.well-known/oauth-authorization-server", 200],
];

const last = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const parent = (path: string): string => path.slice(0, path.lastIndexOf("/"));
const encode = (character: string): string => `%${character.charCodeAt(0).toString(16)}`;

/** Targets that some parser takes for the path, and that are not the path. */
const variants = (path: string): string[] => [
  `/${path}`,
  `${parent(path)}//${last(path)}`,
  `${path}/`,
  `${path}//`,
  `${path}/.`,
  `${path}/x/..`,
  `${path}/%2e`,
  `${path}/x/%2e%2e`,
  `${path}\\`,
  `/.${path}`,
  `/x/..${path}`,
  `/..${path}`,
  `/x/%2e%2e${path}`,
  `/x/%2E%2e${path}`,
  `/x/.%2e${path}`,
  `/%2e${path}`,
  `${parent(path)}/./${last(path)}`,
  `${parent(path)}/x/../${last(path)}`,
  `/x\\..${path}`,
  `/x/..\\${path.slice(1)}`,
  `/x%5c..${path}`,
  `/x%2f..${path}`,
  `/\\${path.slice(1)}`,
  `\\${path.slice(1)}`,
  `${parent(path)}\\${last(path)}`,
  `${parent(path)}\\/${last(path)}`,
  `${parent(path)}%2f${last(path)}`,
  `${parent(path)}%5c${last(path)}`,
  `${parent(path)}/${encode(last(path).charAt(0))}${last(path).slice(1)}`,
  `${parent(path)}/%25${encode(last(path).charAt(0)).slice(1)}${last(path).slice(1)}`,
  `${path};`,
  `${path};x=y`,
  `${parent(path)};x=y/${last(path)}`,
  `${path}#`,
  `${path}#x`,
  `/x#/..${path}`,
  `/x?/../..${path}`,
  `/x%3f/..${path}`,
  `${path}%23`,
  `${path}%3f`,
  `${path}%00`,
  `${path}%20`,
  `${path}%09`,
  `${path}.`,
  `${path}.json`,
  `${path}\x7f`,
  `${path}\xff`,
  path.toUpperCase(),
  path.slice(1),
  `http://x/..${path}`,
  `http://x//${path.slice(1)}`,
  `http:${path}`,
];

/** The status of the answer to a GET of this target, unchanged; 0 if there is no answer. */
function statusOf(to: { port: number; host: string } | { path: string }, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(to, () => {
      socket.write(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, "latin1"));
    });
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer === "" ? 0 : (statusesIn(answer)[0] ?? 0)));
    socket.on("error", reject);
  });
}

const direct = (target: string) => statusOf({ port: server.port, host: "127.0.0.1" }, target);

/** The targets among these that get another status than these: with the status. */
async function except(
  statuses: readonly number[],
  targets: readonly string[],
  ask: (target: string) => Promise<number>,
): Promise<string[]> {
  const found: string[] = [];
  for (const target of targets) {
    const status = await ask(target);
    if (!statuses.includes(status)) found.push(`${status} ${target}`);
  }
  return found;
}

describe("the server", () => {
  test.each(PATHS)(
    proves("answers %s, and 404 to every target that is not byte for byte that path", "threat 66"),
    async (path, status) => {
      expect(await direct(path)).toBe(status);
      expect(await direct(`${path}?x=/../y`)).toBe(status);
      // The runtime itself refuses what is no target at all.
      expect(await except([404, 400, 505], variants(path), direct)).toEqual([]);
      const resolved = variants(path).filter((target) => /^\/.*(\.\.|%2e|\\)/i.test(target));
      expect(resolved.length).toBeGreaterThan(15);
      expect(await except([404], resolved, direct)).toEqual([]);
    },
  );

  test("takes the path of an absolute target, whose host it ignores (RFC 9112 §3.2.2)", async () => {
    expect(await direct("http://other.example/readyz")).toBe(200);
    expect(await direct("http://other.example/x/../readyz")).toBe(404);
    // RFC 3986 §3.2: the question mark ends the host, and what follows is the query of the home page.
    expect(await direct("http://other.example?/auth/token")).toBe(200);
    // The runtime lets only a slash or a question mark end the host, and shows no host. So the server cannot refuse these;
    // decision 32 says what that means, and nginx passes on neither.
    expect(await direct("http://other.example#/readyz")).toBe(200);
    expect(await direct("http://other.example\\/readyz")).toBe(200);
  });
});

/** A real nginx with these locations, on a socket file. `UPSTREAM` stands for the server. */
async function startProxy(locations: string): Promise<{ path: string }> {
  const folder = temporaryFolder();
  const socket = join(folder, "nginx.sock");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n");
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
     events {}
     http {
       access_log off; ${temporary}
       server {
         listen unix:${socket};
         ${locations.replaceAll("UPSTREAM", `http://127.0.0.1:${server.port}`)}
       }
     }`,
  );
  const child = start([nginx ?? "", "-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")]);
  for (let attempt = 0; attempt < 400; attempt++) {
    if (child.process.exitCode !== null) break;
    const answered = await statusOf({ path: socket }, "/").catch(() => 0);
    if (answered !== 0) return { path: socket };
    await Bun.sleep(25);
  }
  throw new Error(`nginx did not start: ${child.err}`);
}

describe.skipIf(nginx === null)(
  nginx === null
    ? "behind nginx: not tested, because it is not installed (apt-get install nginx)"
    : "behind nginx",
  () => {
    test.each(PATHS)(
      proves("with rules that allow %s only, no target reaches it that nginx took for another", "threat 66"),
      async (path, status) => {
        const proxy = await startProxy(
          `location = ${path} { proxy_pass UPSTREAM; } location / { return 403; }`,
        );
        const ask = (target: string) => statusOf(proxy, target);
        expect(await ask(path)).toBe(status);
        // nginx refuses what it takes for another path or for no path. It passes the rest on as it came.
        expect(await except([400, 403, 404], variants(path), ask)).toEqual([]);
        const others = PATHS.filter(([other]) => other !== path).flatMap(([other]) => [
          other,
          ...variants(other),
        ]);
        expect(await except([400, 403, 404], others, ask)).toEqual([]);
      },
    );

    test.each(PATHS)(
      proves("with a rule that forbids %s only, no target reaches it all the same", "threat 66"),
      async (path) => {
        const proxy = await startProxy(
          `location = ${path} { return 403; } location / { proxy_pass UPSTREAM; }`,
        );
        const ask = (target: string) => statusOf(proxy, target);
        expect(await ask(path)).toBe(403);
        expect(await ask("/healthz")).toBe(200);
        for (const host of ["x#", "x\\", "x\\..", "x@y#", "#"])
          expect(await ask(`http://${host}${path}`)).toBe(400);
        expect(await except([400, 403, 404], variants(path), ask)).toEqual([]);
      },
    );
  },
);
