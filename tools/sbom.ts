/**
 * `npm run sbom`: writes `dist/tessera.cdx.json`, the bill of materials (CycloneDX) of what `npm run build` puts into the
 * executable. npm makes it from the lock file. `npm sbom --omit dev` loses packages on which a development tool depends
 * too (npm 11.19.1), so npm lists everything here, and this keeps what the program needs.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly scope?: string;
}

interface Bill {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const root = join(import.meta.dir, "..");
const { into = join(root, "dist") } = parseArgs({ options: { into: { type: "string" } } }).values;
const manifest: { name: string; version: string; dependencies: Record<string, string> } = await Bun.file(
  join(root, "package.json"),
).json();

const npm = Bun.spawnSync(
  ["npm", "sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"],
  { cwd: root },
);
if (npm.exitCode !== 0) throw new Error(`npm sbom failed: ${npm.stderr.toString()}`);
const whole: Bill = JSON.parse(npm.stdout.toString());

const own = `${manifest.name}@${manifest.version}`;
const direct = Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`);
const needs = new Map(whole.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
needs.set(own, direct);
const components = new Map(whole.components.map((component) => [component["bom-ref"], component]));
const isHere = ({ name, scope }: Component): boolean =>
  scope !== "optional" || existsSync(join(root, "node_modules", name));

const kept = new Set<string>();
const waiting = [own];
for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
  if (kept.has(ref)) continue;
  const component = components.get(ref);
  if (ref !== own && component === undefined) throw new Error(`The lock file does not have ${ref}.`);
  // Of the packages for each kind of machine, the executable has the one that is installed here.
  if (component !== undefined && !isHere(component)) continue;
  kept.add(ref);
  waiting.push(...(needs.get(ref) ?? []));
}

const { timestamp: _, ...metadata } = whole.metadata;
const content = {
  // npm names it after the folder.
  metadata: { ...metadata, component: { ...metadata.component, name: manifest.name } },
  components: whole.components.filter((component) => kept.has(component["bom-ref"])),
  dependencies: [...kept].sort().map((ref) => ({
    ref,
    dependsOn: (needs.get(ref) ?? []).filter((needed) => kept.has(needed)),
  })),
};
// The same lock file gives the same bill: no time, and a number made from the content.
const digest = new Bun.CryptoHasher("sha256").update(JSON.stringify(content)).digest("hex");
const serialNumber = `urn:uuid:${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;

mkdirSync(into, { recursive: true });
const file = join(into, "tessera.cdx.json");
await Bun.write(file, `${JSON.stringify({ ...whole, serialNumber, ...content }, null, 2)}\n`);
console.log(`${file}: ${content.components.length} components`);
