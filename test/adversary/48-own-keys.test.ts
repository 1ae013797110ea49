/** Threat class 48: every server has its own keys, in files that only its owner can read; the program contains none. */
import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { removeTemporaryFolders, serve, temporaryFolder } from "../cli/support.ts";
import { proves } from "../support/proves.ts";

afterAll(removeTemporaryFolders);

test(
  proves(
    "the first start makes keys and secrets, others than every other first start, for their owner only",
    "threat 48",
  ),
  async () => {
    const before = process.umask(0);
    try {
      const data = [join(temporaryFolder(), "data"), join(temporaryFolder(), "data")];
      const servers = await Promise.all(data.map((folder) => serve(folder)));
      const macs = servers.map(({ server }) =>
        Buffer.from(server.context.keys.mac("form", "x")).toString("hex"),
      );
      expect(new Set(macs).size).toBe(2);
      for (const pattern of [/curl -u (\S+) /, /setup\?token=(\S+)/]) {
        const found = servers.map(({ printed }) => pattern.exec(printed.out)?.[1] ?? "");
        expect(found.every((secret) => secret.length > 40)).toBe(true);
        expect(new Set(found).size).toBe(2);
      }
      if (process.platform !== "win32") {
        for (const folder of data) {
          expect(statSync(folder).mode & 0o777).toBe(0o700);
          const files = readdirSync(folder);
          expect(files).toContain("tessera.db");
          for (const file of files) {
            expect({ file, open: statSync(join(folder, file)).mode & 0o077 }).toEqual({ file, open: 0 });
          }
        }
      }
      for (const running of servers) await running.stop();
      // The key stays: its signatures are valid after the next start.
      const again = await serve(data[0] ?? "");
      expect(Buffer.from(again.server.context.keys.mac("form", "x")).toString("hex")).toBe(macs[0] ?? "");
      // There is no person, and only the first client.
      expect(await again.store.listAccounts()).toEqual([]);
      expect(await again.store.listClients()).toHaveLength(1);
      await again.stop();
    } finally {
      process.umask(before);
    }
  },
);

test(proves("nothing that ships holds a key, nor anything that looks like one", "threat 48"), () => {
  const root = join(import.meta.dir, "../..");
  const shipped = [
    ...new Glob("{src,bin,docs,examples,tools}/**/*").scanSync(root),
    ...new Glob("*").scanSync(root),
  ];
  expect(shipped.length).toBeGreaterThan(200);
  const found: string[] = [];
  for (const file of shipped) {
    // package-lock.json contains digests of packages; the others are binary.
    if (file === "package-lock.json" || /\.(png|svg|webp|woff2?)$/.test(file)) continue;
    const text = readFileSync(join(root, file), "utf8");
    if (/-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)-----\s+[A-Za-z0-9+/=]{40}/.test(text))
      found.push(`${file}: PEM`);
    if (/"d"\s*:\s*"[\w-]{40,}"/.test(text)) found.push(`${file}: JWK`);
    if (/\bt[a-z]{2}_[A-Za-z0-9\-_]{64}(?![A-Za-z0-9\-_])/.test(text)) found.push(`${file}: credential`);
    if (/server_key\s*=\s*"[\w-]{43}"|TESSERA_SERVER_KEY=[\w-]{43}/.test(text))
      found.push(`${file}: server key`);
  }
  expect(found).toEqual([]);
});
