/** `backup --keep`, encrypted backups, and `backup verify`. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { withOtherEnding } from "../support/changed.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

let data: string;
beforeAll(async () => {
  data = await newData();
});
afterAll(removeTemporaryFolders);

async function newData(): Promise<string> {
  const folder = join(temporaryFolder(), "data");
  expect((await tessera(["user", "add", "ada", "--generate", "--data", folder])).code).toBe(0);
  return folder;
}

/** A clock in whole seconds from 2027-01-15, so that names differ. */
let seconds = 1_800_000_000;
const nextClock = () => {
  seconds += 60;
  const now = seconds;
  return { clock: { seconds: () => now, millis: () => now * 1000 } };
};

const backUp = (target: string, ...options: string[]) =>
  tessera(["backup", target, "--data", data, ...options], nextClock());

const filesIn = (folder: string) => readdirSync(folder).sort();

describe("--keep", () => {
  test("deletes what this database wrote into the folder beyond the last ones, and nothing else", async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    const other = await newData();
    // Of another server, by name alone, and a folder with such a name.
    const foreign = join(folder, "tessera-20200101T000000Z.backup");
    expect((await tessera(["backup", foreign, "--data", other])).code).toBe(0);
    writeFileSync(join(folder, "tessera-20200102T000000Z.backup"), "a diary");
    mkdirSync(join(folder, "tessera-20200103T000000Z.backup"));
    const others = filesIn(folder);
    expect((await backUp(`${elsewhere}/`)).code).toBe(0);
    for (let count = 0; count < 3; count += 1) expect((await backUp(`${folder}/`)).code).toBe(0);
    const before = filesIn(folder).filter((name) => !others.includes(name));
    expect(before.length).toBe(3);
    const { code, out } = await backUp(`${folder}/`, "--keep", "2");
    expect(code).toBe(0);
    expect(out).toContain("Deleted 2 older backups of this database.");
    const after = filesIn(folder).filter((name) => !others.includes(name));
    expect(after.length).toBe(2);
    expect(after[0]).toBe(before[2] ?? "");
    expect(others.every((name) => existsSync(join(folder, name)))).toBe(true);
    expect(filesIn(elsewhere).length).toBe(1);
    const named = JSON.parse((await backUp(join(folder, "mine"), "--keep", "1", "--json")).out);
    expect(named.removed.toSorted()).toEqual(after.map((name) => join(folder, name)));
  });

  test("leaves a file alone that is not what it wrote there", async () => {
    const folder = temporaryFolder();
    const changed = join(folder, "changed");
    const replaced = join(folder, "replaced");
    for (const file of [changed, replaced]) expect((await backUp(file)).code).toBe(0);
    appendFileSync(changed, "more");
    writeFileSync(replaced, Buffer.alloc(statSync(replaced).size));
    const { code, err } = await backUp(join(folder, "new"), "--keep", "1");
    expect(code).toBe(0);
    for (const file of [changed, replaced]) {
      expect(err).toContain(`${file} was not deleted: it is not what was written there.`);
      expect(existsSync(file)).toBe(true);
    }
  });

  test("is a whole number, and not for standard output", async () => {
    for (const count of ["0", "-1", "many", "1.5"]) {
      expect(await backUp(temporaryFolder(), "--keep", count)).toMatchObject({ code: 1 });
    }
    expect((await backUp("-", "--keep", "3")).err).toContain("standard output keeps none");
  });
});

describe("an encrypted backup", () => {
  let identity: string;
  let recipient: string;
  let identityFile: string;
  beforeAll(async () => {
    identity = await generateX25519Identity();
    recipient = await identityToRecipient(identity);
    identityFile = join(temporaryFolder(), "key.txt");
    writeFileSync(identityFile, `# created: 2027-01-15\n# public key: ${recipient}\n${identity}\n`);
  });

  test("is read with the identity of its recipient alone, and leaves nothing in the clear", async () => {
    const folder = temporaryFolder();
    const { code, out } = await backUp(`${folder}/`, "--recipient", recipient, "--json");
    expect(code).toBe(0);
    const { file, encrypted } = JSON.parse(out);
    expect({ encrypted, name: file.endsWith(".backup.age") }).toEqual({ encrypted: true, name: true });
    const text = readFileSync(file, "latin1");
    expect(text).toStartWith("age-encryption.org/v1\n-> X25519 ");
    expect(text).not.toContain("SQLite format 3");
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(filesIn(data).filter((name) => /plain|partial|decrypted/.test(name))).toEqual([]);
    const target = join(temporaryFolder(), "data");
    const restore = (...options: string[]) => tessera(["restore", file, "--data", target, ...options]);
    expect((await restore()).err).toContain("--identity key.txt");
    const wrong = join(temporaryFolder(), "wrong.txt");
    writeFileSync(wrong, await generateX25519Identity());
    expect((await restore("--identity", wrong)).err).toContain("encrypted for others");
    writeFileSync(wrong, "no identity");
    expect((await restore("--identity", wrong)).err).toContain("has no identity of age");
    expect(existsSync(join(target, "tessera.db"))).toBe(false);
    expect((await restore("--identity", identityFile)).code).toBe(0);
    expect((await tessera(["user", "list", "--data", target])).out).toContain("ada");
    expect(filesIn(target).filter((name) => name.includes("decrypted"))).toEqual([]);
  });

  test("is made by the settings alone, also to standard output", async () => {
    const folder = temporaryFolder();
    const setting = ["--set", `backup.recipients=${recipient}`];
    expect((await backUp(join(folder, "set"), ...setting)).code).toBe(0);
    expect(readFileSync(join(folder, "set"), "latin1")).toStartWith("age-encryption.org/v1\n");
    const piped = await backUp("-", ...setting);
    expect(piped.out).toStartWith("age-encryption.org/v1\n");
    const status = JSON.parse((await tessera(["status", "--json", "--data", data])).out);
    expect(status.last_backup).toMatchObject({ encrypted: true, file: null });
    const { code, err } = await backUp(join(folder, "bad"), "--recipient", withOtherEnding(recipient, "qp"));
    expect({ code, says: err.includes("is no recipient of age") }).toEqual({ code: 1, says: true });
    expect(existsSync(join(folder, "bad"))).toBe(false);
  });

  test("opens with a passphrase that is asked for", async () => {
    const file = join(temporaryFolder(), "phrase.age");
    const answers = (...texts: string[]) => ({
      ...nextClock(),
      asksPerson: true,
      askHidden: async () => texts.shift() ?? "",
    });
    const make = (...texts: string[]) =>
      tessera(["backup", file, "--passphrase", "--data", data], answers(...texts));
    expect((await make("short", "short")).err).toContain("12 characters");
    expect((await make("correct horse battery", "another one here")).err).toContain("not the same");
    expect((await backUp(file, "--passphrase")).err).toContain("at a terminal");
    expect(existsSync(file)).toBe(false);
    expect((await make("correct horse battery", "correct horse battery")).code).toBe(0);
    const verify = (...texts: string[]) =>
      tessera(["backup", "verify", file, "--data", data], answers(...texts));
    expect((await verify("correct horse")).err).toContain("does not open with this passphrase");
    expect((await verify("correct horse battery")).out).toContain("is whole, and can be restored");
  }, 120_000);

  test("that is cut or changed is not restored", async () => {
    const file = join(temporaryFolder(), "whole.age");
    expect((await backUp(file, "--recipient", recipient)).code).toBe(0);
    const bytes = readFileSync(file);
    for (const [name, changed] of [
      ["cut", bytes.subarray(0, bytes.length - 70_000)],
      ["flipped", Buffer.from(bytes).fill((bytes[100_000] ?? 0) ^ 1, 100_000, 100_010)],
    ] as const) {
      const damaged = join(temporaryFolder(), name);
      writeFileSync(damaged, changed);
      const target = join(temporaryFolder(), "data");
      const { code, err } = await tessera(["restore", damaged, "--identity", identityFile, "--data", target]);
      expect({ name, code, err: err.includes("damaged") || err.includes("complete") }).toEqual({
        name,
        code: 1,
        err: true,
      });
      expect(existsSync(join(target, "tessera.db"))).toBe(false);
    }
  });
});

describe("backup verify", () => {
  test("says when and by which version it was made and what is in it, and leaves nothing behind", async () => {
    const file = join(temporaryFolder(), "one.backup");
    expect((await backUp(file)).code).toBe(0);
    const before = filesIn(data);
    const digest = Bun.hash(readFileSync(file));
    const words = await tessera(["backup", "verify", file, "--data", data]);
    expect(words.code).toBe(0);
    expect(words.out).toContain("is whole, and can be restored.");
    expect(words.out).toMatch(
      /It was made 2027-01-\d\d .* by Tessera 0\.1\.0, for http:\/\/localhost:8080: 1 person, /,
    );
    const { out } = await tessera(["backup", "verify", file, "--json", "--data", data]);
    const facts = JSON.parse(out);
    expect(facts).toMatchObject({ encrypted: false, program: "0.1.0", server_key: expect.any(String) });
    expect(facts.tables.find(({ table }: { table: string }) => table === "accounts").rows).toBe(1);
    expect(filesIn(data)).toEqual(before);
    expect(Bun.hash(readFileSync(file))).toBe(digest);
    // Without a data folder too.
    const elsewhere = await tessera(["backup", "verify", file, "--data", join(temporaryFolder(), "none")]);
    expect(elsewhere.code).toBe(0);
  });

  test("refuses what is damaged or no backup, by the name of the file", async () => {
    const file = join(temporaryFolder(), "one.backup");
    expect((await backUp(file)).code).toBe(0);
    const damaged = join(temporaryFolder(), "damaged.backup");
    copyFileSync(file, damaged);
    const bytes = readFileSync(damaged);
    bytes[50_000] = (bytes[50_000] ?? 0) ^ 1;
    writeFileSync(damaged, bytes);
    const database = join(data, "tessera.db");
    for (const [name, words] of [
      [damaged, `${damaged} is damaged`],
      [database, "no seal at its end"],
      [import.meta.path, "is no backup of Tessera"],
      [join(data, "missing"), "There is no file"],
    ] as const) {
      const { code, err } = await tessera(["backup", "verify", name, "--data", data]);
      expect({ name, code, says: err.includes(words) }).toEqual({ name, code: 1, says: true });
    }
  });
});
