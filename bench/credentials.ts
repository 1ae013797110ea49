/** The files of credentials that wrk reads, one for each request of a workload. */
import type { Running } from "./contenders/contender.ts";
import { type Weighted, type Workload, type WorkloadRequest, wireText } from "./workloads.ts";
import type { LoadRequest } from "./wrk.ts";

/** A request of a workload with what is there for it. */
export interface Source extends Weighted {
  /** Of all requests, how many are these. */
  readonly share: number;
  /** Where its credentials are; null before any were made, and if it needs none. */
  file: string | null;
}

export interface SourceFolder {
  readonly running: Running;
  readonly workload: Workload;
  /** The beginning of every file's name. */
  readonly path: string;
}

export interface Amounts {
  /** How many requests of all kinds there may be. */
  readonly requests: number;
  /** How many more of each are made, since every connection may be in the middle of one. */
  readonly spare: number;
  /** How many are used in turn. */
  readonly cycle: number;
}

export function sourcesOf({ requests }: Workload): Source[] {
  const all = requests.reduce((sum, { weight }) => sum + weight, 0);
  return requests.map((weighted) => ({ ...weighted, share: weighted.weight / all, file: null }));
}

/** Makes credentials where they are missing: new ones if each may be used only once. Returns what wrk is told. */
export async function provideAll(
  sources: readonly Source[],
  folder: SourceFolder,
  amounts: Amounts,
): Promise<LoadRequest[]> {
  const provided: LoadRequest[] = [];
  for (const [index, source] of sources.entries()) {
    provided.push(await provide(source, index, folder, amounts));
  }
  return provided;
}

async function provide(
  source: Source,
  index: number,
  { running, workload, path }: SourceFolder,
  amounts: Amounts,
): Promise<LoadRequest> {
  const { request, weight, share } = source;
  const { credential } = request;
  if (credential !== null && (credential.use === "once" || source.file === null)) {
    const count = {
      one: 1,
      cycle: Math.min(amounts.cycle, credential.most ?? amounts.cycle),
      once: Math.ceil(amounts.requests * share) + amounts.spare,
    }[credential.use];
    const made = await running.make(credential.kind, count);
    const lengths = new Set(made.map((text) => text.length));
    if (made.length !== count || lengths.size !== 1)
      throw new Error("Credentials are missing, or differ in length.");
    source.file = `${path}-${index}`;
    await Bun.write(source.file, `${shuffle(made).join("\n")}\n`);
  }
  const requestFile = `${path}-${index}-request`;
  const text = wireText(request, running.urlOf(request, workload), await credentialLength(source));
  await Bun.write(requestFile, text);
  const use = credential?.use === "once" ? "once" : "cycle";
  return { request: requestFile, credentials: source.file, use, weight };
}

/** Some that may be used again. */
export async function sampleOf({ request, file }: Source, count: number): Promise<readonly string[]> {
  if (file === null || request.credential?.use === "once") return [];
  return (await Bun.file(file).text()).trim().split("\n").slice(0, count);
}

/** A new one; empty if the request needs none. */
export async function newCredential(running: Running, { credential }: WorkloadRequest): Promise<string> {
  const [made = ""] = credential === null ? [] : await running.make(credential.kind, 1);
  return made;
}

/** In another order than they were made in, which is the order of the index. */
function shuffle(texts: readonly string[]): string[] {
  const shuffled = [...texts];
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [shuffled[index], shuffled[other]] = [shuffled[other] ?? "", shuffled[index] ?? ""];
  }
  return shuffled;
}

async function credentialLength({ file }: Source): Promise<number> {
  if (file === null) return 0;
  return (await Bun.file(file).slice(0, 1000).text()).indexOf("\n");
}
