/** The files of credentials that wrk reads, one for each request of a workload. */
import type { Running } from "./contenders/contender.ts";
import { type Weighted, type Workload, type WorkloadRequest, wireText } from "./workloads.ts";
import type { LoadRequest } from "./wrk.ts";

/** A request of a workload, with its credentials. */
export interface Source extends Weighted {
  /** The share of all requests that are of this kind. */
  readonly share: number;
  /** The file of its credentials and the length of each; null before any were made, and if the request needs none. */
  credentials: { readonly file: string; readonly length: number } | null;
}

export interface Amounts {
  /** The number of requests of all kinds to expect. */
  readonly requests: number;
  /** Further credentials of each kind, because every connection may be in the middle of a request. */
  readonly spare: number;
  /** The number of credentials that are used in turn. */
  readonly cycle: number;
}

export function sourcesOf({ requests }: Workload): Source[] {
  const all = requests.reduce((sum, { weight }) => sum + weight, 0);
  return requests.map((weighted) => ({ ...weighted, share: weighted.weight / all, credentials: null }));
}

/**
 * Makes the missing credentials: new ones if each may be used only once. Returns the requests for wrk. `path`: the
 * prefix of every file name.
 */
export async function provideAll(
  sources: readonly Source[],
  { running, workload, path }: { running: Running; workload: Workload; path: string },
  { requests, spare, cycle }: Amounts,
): Promise<LoadRequest[]> {
  const provided: LoadRequest[] = [];
  for (const [index, source] of sources.entries()) {
    const { request, weight, share } = source;
    const { credential } = request;
    if (credential !== null && (credential.use === "once" || source.credentials === null)) {
      const count = {
        one: 1,
        cycle: Math.min(cycle, credential.most ?? cycle),
        once: Math.ceil(requests * share) + spare,
      }[credential.use];
      const made = await running.make(credential.kind, count);
      const [length = 0, ...others] = new Set(made.map((text) => text.length));
      if (made.length !== count || others.length > 0)
        throw new Error("Credentials are missing, or differ in length.");
      source.credentials = { file: `${path}-${index}`, length };
      await Bun.write(source.credentials.file, `${shuffle(made).join("\n")}\n`);
    }
    const { file = null, length = 0 } = source.credentials ?? {};
    const requestFile = `${path}-${index}-request`;
    await Bun.write(requestFile, wireText(request, running.urlOf(request, workload), length));
    const use = credential?.use === "once" ? "once" : "cycle";
    provided.push({ request: requestFile, credentials: file, use, weight });
  }
  return provided;
}

/** Some credentials that may be used again. */
export async function sampleOf({ request, credentials }: Source, count: number): Promise<readonly string[]> {
  if (credentials === null || request.credential?.use === "once") return [];
  return (await Bun.file(credentials.file).text()).trim().split("\n").slice(0, count);
}

/** A new credential; empty if the request needs none. */
export async function newCredential(running: Running, { credential }: WorkloadRequest): Promise<string> {
  const [made = ""] = credential === null ? [] : await running.make(credential.kind, 1);
  return made;
}

/** Puts them into another order than that of their creation, which is the order of the index. */
function shuffle(texts: readonly string[]): string[] {
  const shuffled = [...texts];
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [shuffled[index], shuffled[other]] = [shuffled[other] ?? "", shuffled[index] ?? ""];
  }
  return shuffled;
}
