/** `signing.key_files`: keys of the operator, from the start of the server to its key set. */
import { afterAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeProtectedHeader } from "jose";
import { readKeyFiles } from "../../src/keys/key-file.ts";
import { until } from "../crash/support/moments.ts";
import { proves } from "../support/proves.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);

const folder = temporaryFolder();
const newPem = (): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ format: "pem", type: "pkcs8" })
    .toString();

function keyFile(name: string, content = newPem()): string {
  const file = join(folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

const kidOf = async (file: string): Promise<string> => (await readKeyFiles([file])).keys[0]?.kid ?? "";

const setting = (files: readonly string[]): string[] => [
  'signing.algorithms=["ES256","EdDSA"]',
  `signing.key_files=${JSON.stringify(files)}`,
];

type Served = Awaited<ReturnType<typeof serve>>;

const publishedKids = async ({ configuration }: Served): Promise<string[]> => {
  const { keys } = await (await fetch(`${configuration.issuer}/auth/jwks.json`)).json();
  return keys.map(({ kid }: { kid: string }) => kid);
};

const signedKid = async ({ server }: Served, algorithm: "ES256" | "EdDSA" = "ES256"): Promise<string> =>
  decodeProtectedHeader(await server.context.signingKeys.sign(algorithm, "JWT", { sub: "ada" })).kid ?? "";

describe("keys from files", () => {
  test(
    proves(
      "the last file of an algorithm signs, all are published, and no private member is",
      "threat 58",
      "threat 80",
    ),
    async () => {
      const files = [keyFile("next.pem"), keyFile("current.pem")];
      const [next = "", current = ""] = await Promise.all(files.map(kidOf));
      const running = await serve(temporaryFolder(), { set: setting(files) });
      try {
        expect(await signedKid(running)).toBe(current);
        // An algorithm without a file has the keys of the server.
        const own = await signedKid(running, "EdDSA");
        expect(await publishedKids(running)).toEqual([own, next, current]);
        const text = await (await fetch(`${running.configuration.issuer}/auth/jwks.json`)).text();
        expect(text).not.toMatch(/"(d|p|q|dp|dq|qi|k|oth|file|privateKey)"/);
      } finally {
        await running.stop();
      }
    },
  );

  test(
    proves("a broken file stops the start with a sentence that names it and the cause", "threat 58"),
    async () => {
      const broken = keyFile("broken.pem", newPem().slice(0, 80));
      const missing = join(folder, "missing.pem");
      const set = setting([broken, missing]);
      const data = temporaryFolder();
      const start = serve(data, { set });
      await expect(start).rejects.toThrow(
        `signing.key_files: ${broken} is damaged: it does not parse as a private key.`,
      );
      await expect(serve(data, { set })).rejects.toThrow(`signing.key_files: ${missing} does not exist.`);
      const { code, err } = await tessera(["config", "check", ...set.flatMap((each) => ["--set", each])]);
      expect(code).not.toBe(0);
      expect(err).toContain(`${broken} is damaged`);
    },
  );

  test(
    proves("SIGHUP takes in what the files have by then, and nothing if one of them is broken", "threat 58"),
    async () => {
      const [next, current] = [keyFile("hup-next.pem"), keyFile("hup-current.pem")];
      const before = await kidOf(current);
      const running = await serve(temporaryFolder(), { set: setting([next, current]) });
      try {
        const added = newPem();
        keyFile("hup-next.pem", added);
        running.reload();
        const addedKid = await kidOf(next);
        await until("the new key is published", async () =>
          (await publishedKids(running)).includes(addedKid),
        );
        expect(await signedKid(running)).toBe(before);
        keyFile("hup-current.pem", "nothing");
        running.reload();
        await until("the fault is told", () => running.printed.err.includes("a key file cannot be used"));
        expect(running.printed.err).toContain(`${current} is neither PEM nor a JWK`);
        expect(await signedKid(running)).toBe(before);
        keyFile("hup-current.pem", added);
        running.reload();
        await until("the new key signs", async () => (await signedKid(running)) === addedKid);
        await until("the old key is gone", async () => !(await publishedKids(running)).includes(before));
      } finally {
        await running.stop();
      }
    },
  );

  test(
    proves("files take over from keys of the server, whose tokens verify on, and give back", "threat 80"),
    async () => {
      const data = temporaryFolder();
      const first = await serve(data, { set: setting([]) });
      const own = await signedKid(first);
      const token = await first.server.context.signingKeys.sign("ES256", "JWT", { sub: "ada" });
      await first.stop();
      const file = keyFile("takes-over.pem");
      const second = await serve(data, { set: setting([file]) });
      expect(await signedKid(second)).toBe(await kidOf(file));
      expect(await publishedKids(second)).toContain(own);
      expect(await second.server.context.signingKeys.verify(token, "JWT")).toEqual({ sub: "ada" });
      await second.stop();
      const third = await serve(data, { set: setting([]) });
      expect(await signedKid(third)).toBe(own);
      expect(await publishedKids(third)).not.toContain(await kidOf(file));
      await third.stop();
    },
  );

  test(
    proves("a node does not accept what another node signed with a file that it does not have", "threat 80"),
    async () => {
      const [one, other] = [keyFile("node-one.pem"), keyFile("node-two.pem")];
      const data = temporaryFolder();
      const first = await serve(data, { set: setting([one]) });
      const token = await first.server.context.signingKeys.sign("ES256", "JWT", { sub: "ada" });
      await first.stop();
      const second = await serve(data, { set: setting([other]) });
      expect(await second.server.context.signingKeys.verify(token, "JWT")).toBeNull();
      await second.stop();
      // The rollout of docs/keys.md: every node publishes the new file before one signs with it.
      const third = await serve(data, { set: setting([one, other]) });
      expect(await third.server.context.signingKeys.verify(token, "JWT")).toEqual({ sub: "ada" });
      await third.stop();
    },
  );
});

describe("the operator", () => {
  test("sees keys from files in the list, and is told that the server makes and retires none", async () => {
    const files = [keyFile("list-next.pem"), keyFile("list.pem")];
    const [next = "", current = ""] = await Promise.all(files.map(kidOf));
    const data = temporaryFolder();
    await tessera(["client", "add", "--id", "some", "--data", data]);
    const key = (...args: string[]) =>
      tessera(["key", ...args, "--data", data, ...setting(files).flatMap((each) => ["--set", each])]);
    const { code, out } = await key("list");
    expect(code).toBe(0);
    expect(out.split("\n").slice(1, 3)).toEqual([
      expect.stringMatching(new RegExp(`^${next} +ES256 +verifies +file ${files[0]} +you remove it$`)),
      expect.stringMatching(new RegExp(`^${current} +ES256 +signs +file ${files[1]} +you remove it$`)),
    ]);
    expect(JSON.parse((await key("list", "--json")).out)).toMatchObject([
      { kid: next, state: "published", file: files[0], created_at: null },
      { kid: current, state: "current", file: files[1], signs_from: null },
    ]);
    const rotated = await key("rotate");
    expect(rotated.err).toContain(
      `The keys for ES256 come from files (signing.key_files), such as ${files[0]}`,
    );
    const retired = await key("retire", current);
    expect(retired.err).toContain(`The key ${current} comes from the file ${files[1]}.`);
    expect([rotated.code, retired.code]).toEqual([1, 1]);
  });

  test("is warned of a file that others can use, and of a key that signs nothing", async () => {
    const file = keyFile("open.pem");
    chmodSync(file, 0o644);
    const { out } = await tessera(["config", "check", "--set", `signing.key_files=${file}`]);
    expect(out).toContain(`Others than its owner can use the key file ${file}.`);
    expect(out).toContain(`${file} has a key for ES256, which signing.algorithms does not name.`);
    chmodSync(file, 0o440);
    const closed = await tessera(["config", "check", ...setting([file]).flatMap((each) => ["--set", each])]);
    expect(closed.out).not.toContain("Warning: ");
  });

  test("on a narrow terminal every key is a list of facts", async () => {
    const data = temporaryFolder();
    await tessera(["client", "add", "--id", "some", "--data", data]);
    const file = keyFile("narrow.pem");
    const { out } = await tessera(
      ["key", "list", "--data", data, ...setting([file]).flatMap((each) => ["--set", each])],
      { columns: 80 },
    );
    expect(out).toStartWith(`kid              ${await kidOf(file)}\nalgorithm        ES256\n`);
  });
});
