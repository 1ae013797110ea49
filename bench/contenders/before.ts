/** Another checkout of Tessera as contenders: the previous version, which takes turns with this one. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Contender } from "./contender.ts";

/** The suffix of their names. */
export const BEFORE = "-before";

/**
 * Returns each contender, and after each server of Tessera the same server of the other checkout. The benchmark of that
 * checkout starts it with its own server and store, so the versions may differ in everything but the requests. Throws
 * if there is no checkout, or if its packages are missing.
 */
export async function withBefore(contenders: readonly Contender[], folder: string): Promise<Contender[]> {
  const file = resolve(folder, "bench/contenders/index.ts");
  if (!existsSync(file)) throw new Error(`${folder} is no checkout of Tessera: it has no bench/contenders.`);
  if (!existsSync(join(folder, "node_modules")))
    throw new Error(`${folder} has no packages. Run npm install there first.`);
  const { CONTENDERS }: { CONTENDERS: readonly Contender[] } = await import(file);
  return contenders.flatMap((contender) => {
    const { name, title } = contender;
    const before = CONTENDERS.find((each) => each.name === name);
    if (!name.startsWith("tessera-") || before === undefined) return [contender];
    const start = (own: string) => before.start(own);
    return [contender, { ...contender, name: name + BEFORE, title: `${title}, before`, start }];
  });
}
