/**
 * The real oauth2-proxy, for tests that drive it: the one on the PATH, or one that Go builds once into a folder beside the temporary
 * files. Null, with a word about it, where neither is to be had.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const VERSION = "v7.15.6";
const CACHE = join(tmpdir(), "tessera-oauth2-proxy");
/** A first build fetches modules and compiles for minutes. */
export const BUILD_MILLIS = 600_000;

export async function findOauth2Proxy(): Promise<string | null> {
  const found = Bun.which("oauth2-proxy");
  if (found !== null) return found;
  const cached = join(CACHE, `oauth2-proxy-${VERSION}`);
  if (existsSync(cached)) return cached;
  const go = Bun.which("go") ?? (existsSync("/usr/local/go/bin/go") ? "/usr/local/go/bin/go" : null);
  if (go === null) return without("there is no Go to build it");
  mkdirSync(CACHE, { recursive: true });
  const building = mkdtempSync(join(CACHE, "building-"));
  try {
    const build = Bun.spawn([go, "install", `github.com/oauth2-proxy/oauth2-proxy/v7@${VERSION}`], {
      env: { ...process.env, GOBIN: building, GOFLAGS: "-buildvcs=false" },
      stdout: "ignore",
      stderr: "pipe",
      timeout: BUILD_MILLIS - 30_000,
    });
    const [status, said] = await Promise.all([build.exited, new Response(build.stderr).text()]);
    if (status !== 0) return without(`Go cannot build it: ${said.trim().split("\n").at(-1)}`);
    // Whole or not at all, for tests that run beside this one.
    renameSync(join(building, "oauth2-proxy"), cached);
    return cached;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

function without(why: string): null {
  console.warn(`oauth2-proxy is not tried, because ${why}. A small application takes its place.`);
  return null;
}

/** A port that was free a moment ago. */
export function freePort(): number {
  const listener = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port = 0 } = listener;
  listener.stop(true);
  return port;
}
