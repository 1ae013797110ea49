/** Another checkout of Tessera as contenders: the version before, which takes turns with this one. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Contender, Running } from "./contender.ts";

/** How their names end. */
export const BEFORE = "-before";

/**
 * Those of a checkout that have these names. Its own benchmark starts them, with its own server and its own store, so the
 * two versions may differ in everything but the requests. Throws if there is none or its packages are missing.
 */
export async function contendersBefore(folder: string, names: readonly string[]): Promise<Contender[]> {
  const file = resolve(folder, "bench/contenders/index.ts");
  if (!existsSync(file)) throw new Error(`${folder} is no checkout of Tessera: it has no bench/contenders.`);
  if (!existsSync(join(folder, "node_modules")))
    throw new Error(`${folder} has no packages. Run npm install there first.`);
  const { CONTENDERS }: { CONTENDERS: readonly Contender<Running>[] } = await import(file);
  return CONTENDERS.filter(({ name }) => names.includes(name)).map((contender) => ({
    ...contender,
    name: contender.name + BEFORE,
    title: `${contender.title}, before`,
  }));
}
