import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createPasswords } from "../../src/accounts/passwords.ts";
import { openSqliteStore } from "../store/acts.ts";

import { type Result, removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
// Every command here works while the server runs on the same data.
beforeAll(async () => {
  running = await serve(data);
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const user = (args: string[], overrides = {}): Promise<Result> =>
  tessera(["user", ...args, "--data", data], overrides);
const passwords = createPasswords({ checksAtOnce: 1, checksWaiting: 10, maximumBytes: 1024 });
const account = (name: string) => running.store.findAccountByUsername(name);

describe("user add", () => {
  test("reads the password from standard input when nobody is at the terminal", async () => {
    const { code, out } = await user(["add", "piped"], { stdin: " spaces belong to it \n" });
    expect(code).toBe(0);
    expect(out).toBe("Added the person piped.\n");
    expect(
      await passwords.verify(" spaces belong to it ", (await account("piped"))?.passwordHash ?? null),
    ).toBe(true);
  });

  test("asks twice at the terminal, and takes nothing if the two differ", async () => {
    const asked: string[] = [];
    const answers = ["a good password", "a good password", "one thing", "another thing"];
    const askHidden = async (question: string) => {
      asked.push(question);
      return answers.shift() ?? "";
    };
    expect((await user(["add", "typed"], { asksPerson: true, askHidden })).code).toBe(0);
    expect(asked).toEqual(["Password for typed: ", "The same again: "]);
    const differing = await user(["add", "differing"], { asksPerson: true, askHidden });
    expect(differing.code).toBe(1);
    expect(differing.err).toContain("The two passwords differ.");
    expect(await account("differing")).toBeNull();
  });

  test("--password-stdin reads the pipe even at a terminal", async () => {
    const { code } = await user(["add", "stdin", "--password-stdin"], {
      asksPerson: true,
      stdin: "from the pipe",
    });
    expect(code).toBe(0);
  });

  test("--generate makes a password that fits, and shows it once with a sentence that says so", async () => {
    const { out } = await user([
      "add",
      "generated",
      "--generate",
      "--admin",
      "--name",
      "Gen",
      "--email",
      "g@a.example",
    ]);
    const password = /^ {2}(\S+)$/m.exec(out)?.[1] ?? "";
    expect(password).toMatch(/^([0-9a-z]{4}-){4}[0-9a-z]{4}$/);
    expect(out).toContain("shown only now");
    const made = await account("generated");
    expect(await passwords.verify(password, made?.passwordHash ?? null)).toBe(true);
    expect(made).toMatchObject({ administrator: true, name: "Gen", email: "g@a.example" });
  });

  test("--json gives the person, and a password only if it was made here", async () => {
    const made = JSON.parse((await user(["add", "json1", "--generate", "--json"])).out);
    expect(made).toMatchObject({ username: "json1", administrator: false, disabled_at: null });
    expect(made.password).toBeString();
    const given = JSON.parse((await user(["add", "json2", "--json"], { stdin: "given password" })).out);
    expect(given.password).toBeUndefined();
    expect(JSON.stringify(given)).not.toContain("argon2");
  });

  test.each([
    [
      "a name that is taken, in other case",
      ["add", "PIPED"],
      "long enough",
      "The user name 'PIPED' is taken.",
    ],
    [
      "a password of two lines",
      ["add", "dan"],
      "line one pass\nline two\n",
      "Standard input has 2 lines, and",
    ],
    [
      "a password with an empty line behind it",
      ["add", "dan"],
      "long enough\n\n",
      "Standard input has 2 lines, and",
    ],
    [
      "a password in UTF-16",
      ["add", "dan"],
      "l\0o\0n\0g\0 \0e\0n\0",
      "has a control character (U+0000) at position 2",
    ],
    ["a password with what replaces other encodings", ["add", "dan"], "p\uFFFDssword latin", "is not UTF-8"],
    [
      "the hash of a password",
      ["add", "dan"],
      "$2y$10$N9qo8uLOickgx2ZMRZoMye",
      "This is a hash (bcrypt), not a password.",
    ],
    ["a password that is too short", ["add", "short"], "short", "It needs at least 10 characters"],
    [
      "a name with a control character",
      ["add", "a\u0007b"],
      "long enough",
      "invisible or control characters",
    ],
    ["an empty name", ["add", " "], "long enough", "is empty"],
  ])("refuses %s", async (_, args, stdin, text) => {
    const { code, err, out } = await user(args, { stdin });
    expect(code).toBe(1);
    expect(err).toContain(text);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(out).toBe("");
  });

  test("makes the database when there is none, and says so", async () => {
    const fresh = join(temporaryFolder(), "data");
    const { code, err } = await tessera(["user", "add", "first", "--data", fresh], { stdin: "long enough" });
    expect(code).toBe(0);
    const [said, ...events] = err.trimEnd().split("\n");
    expect(said).toBe(`Made a new database in ${fresh}.`);
    expect(events).toHaveLength(1);
    const store = await openSqliteStore({ file: join(fresh, "tessera.db") });
    expect(await store.findAccountByUsername("first")).not.toBeNull();
    await store.close();
  });
});

describe("a weak password", () => {
  test.each([
    ["weakling", "password123", "many people have it or one like it"],
    ["ada-byron", "ada-byron2024", "it is the person's user name"],
    ["counter", "1234567890", "it repeats one pattern"],
  ])("of %s is taken with a warning", async (name, stdin, words) => {
    const { code, err } = await user(["add", name], { stdin, drawsProgress: true });
    expect(code).toBe(0);
    expect(err).toContain(`This password is weak: `);
    expect(err).toContain(words);
    expect(err).not.toContain(stdin);
    expect(await passwords.verify(stdin, (await account(name))?.passwordHash ?? null)).toBe(true);
  });
});

describe("--password-hash-file", () => {
  const HASH = "$2y$05$UzFRdlJ4dFo3TGpnbUZoeuDsAmTuOlblpM0GONbQpfgQX0ZaG9HFq";

  test("takes over the hash of another server, from a file or from standard input", async () => {
    const file = join(temporaryFolder(), "hash");
    await Bun.write(file, `${HASH}\n`);
    expect((await user(["add", "moved", "--password-hash-file", file])).out).toBe(
      "Added the person moved.\n",
    );
    expect((await account("moved"))?.passwordHash).toBe(HASH);
    const piped = await user(["add", "piper", "--password-hash-file", "-"], { stdin: `${HASH}\n` });
    expect(piped.code).toBe(0);
    expect((await account("piper"))?.passwordHash).toBe(HASH);
  });

  test("sets it for a person who is there, and never prints it", async () => {
    await user(["add", "mover", "--generate"]);
    const { out, err } = await user(["password", "mover", "--password-hash-file", "-"], { stdin: HASH });
    expect(out).toBe("Set a new password for mover. All their sessions have ended.\n");
    expect(out + err).not.toContain("$2y$");
    expect((await account("mover"))?.passwordHash).toBe(HASH);
  });

  test.each([
    ["no hash", "a plain password", "The hash on standard input is of no form that this server can check"],
    ["nothing", "", "The hash on standard input is of no form"],
    ["two hashes", `${HASH}\n${HASH}`, "The hash on standard input is cut off or has wrong characters"],
    ["a hash that would take a day", HASH.replace("05", "31"), "takes more time than this server spends"],
  ])("refuses %s", async (_, stdin, words) => {
    const { code, err, out } = await user(["add", "unmoved", "--password-hash-file", "-"], { stdin });
    expect(code).toBe(1);
    expect(err).toContain(words);
    if (stdin !== "") expect(out + err).not.toContain(stdin);
    expect(await account("unmoved")).toBeNull();
  });

  test("refuses a file that is not there, and a second way to give a password", async () => {
    const missing = join(temporaryFolder(), "missing");
    const file = await user(["add", "unmoved", "--password-hash-file", missing]);
    expect(file.err).toContain(`${missing} cannot be read.`);
    const twice = await user(["add", "unmoved", "--generate", "--password-hash-file", "-"], { stdin: HASH });
    expect(twice.err).toContain("Give only one of --generate, --password-stdin and --password-hash-file.");
    expect(await account("unmoved")).toBeNull();
  });
});

describe("user password", () => {
  test("sets a new one", async () => {
    await user(["add", "changer"], { stdin: "the old password" });
    const { out } = await user(["password", "changer"], { stdin: "the new password" });
    expect(out).toContain("Set a new password for changer.");
    const hash = (await account("changer"))?.passwordHash ?? null;
    expect(await passwords.verify("the new password", hash)).toBe(true);
    expect(await passwords.verify("the old password", hash)).toBe(false);
  });

  test("of somebody who is disabled says that it does not let them in", async () => {
    await user(["add", "away", "--generate"]);
    const words = "away is disabled: tessera user enable away\n";
    expect((await user(["password", "away"], { stdin: "the new password" })).out).not.toContain(words);
    await user(["disable", "away"]);
    expect((await user(["password", "away"], { stdin: "another password" })).out).toEndWith(words);
  });

  test("for nobody is an error that says where to look", async () => {
    const { code, err } = await user(["password", "nobody", "--generate"]);
    expect(code).toBe(1);
    expect(err).toBe(
      "There is no person with the user name or e-mail address 'nobody'. See: tessera user list\n",
    );
  });
});

describe("user disable and enable", () => {
  test("lock a person out and let them in again", async () => {
    await user(["add", "locked", "--generate"]);
    const { out } = await user(["disable", "locked"]);
    expect(out).toContain("Disabled locked: their sessions have ended");
    expect((await account("locked"))?.disabledAt).not.toBeNull();
    expect((await user(["list"])).out).toMatch(/locked .* disabled /);
    expect((await user(["enable", "locked"])).out).toBe("locked can sign in again.\n");
    expect((await account("locked"))?.disabledAt).toBeNull();
  });
});

describe("user show, set and remove", () => {
  test("tell and change what is known of a person", async () => {
    await user(["add", "known", "--generate", "--name", "Known"]);
    const shown = (await user(["show", "known"])).out;
    expect(shown).toMatch(/^name +Known$/m);
    expect(shown).toMatch(/^signed in +nowhere$/m);
    const { out } = await user(["set", "known", "--name", "", "--email", "known@mail.example", "--admin"]);
    expect(out).toBe("Changed known.\n");
    expect(await account("known")).toMatchObject({
      name: null,
      email: "known@mail.example",
      administrator: true,
    });
    await user(["set", "known", "--no-admin"]);
    expect((await account("known"))?.administrator).toBe(false);
  });

  test("take no address of another person, in any case, and no user name that is one", async () => {
    const address = "shared@mail.example";
    await user(["add", "holder", "--generate", "--email", "Shared@Mail.example"]);
    await user(["add", "seeker", "--generate"]);
    const refused =
      "Another person signs in with 'shared@mail.example', so it cannot be a second person's address. See: tessera user show holder\n";
    expect(await user(["set", "seeker", "--email", address])).toMatchObject({ code: 1, err: refused });
    expect(await user(["add", "third", "--generate", "--email", address])).toMatchObject({
      code: 1,
      err: refused,
    });
    const asName = await user(["add", "SHARED@mail.example", "--generate"]);
    expect(asName.err).toContain("is the e-mail address of 'holder', who signs in with it.");
    await user(["add", "mallory@mail.example", "--generate"]);
    expect((await user(["set", "holder", "--email", "Mallory@mail.example"])).err).toContain(
      "See: tessera user show mallory@mail.example",
    );
    for (const name of ["third", "shared@mail.example"]) expect(await account(name)).toBeNull();
    expect((await account("holder"))?.email).toBe("Shared@Mail.example");
    // The address is free once its person has another.
    await user(["set", "holder", "--email", ""]);
    expect((await user(["set", "seeker", "--email", address])).out).toBe("Changed seeker.\n");
    expect((await user(["show", address])).out).toMatch(/^user name +seeker$/m);
    await user(["remove", address]);
    expect((await user(["add", "fourth", "--generate", "--email", address])).code).toBe(0);
  });

  test.each([
    ["--name", "   ", "The name has nothing that can be read."],
    ["--name", "\u200b\u3164", "The name has nothing that can be read."],
    ["--name", "A\u202eB", "The name has invisible or control characters."],
    ["--email", "a\u200b@mail.example", "has invisible or control characters"],
    ["--email", "a@b@mail.example", "is not an e-mail address"],
  ])("take no %s '%s'", async (flag, value, words) => {
    const { code, err } = await user(["add", "seen", "--generate", flag, value]);
    expect(code).toBe(1);
    expect(err).toContain(words);
    expect(await account("seen")).toBeNull();
  });

  test("take a name with the joiners that its script needs", async () => {
    await user([
      "add",
      "persian",
      "--generate",
      "--name",
      "\u06a9\u062a\u0627\u0628\u200c\u062e\u0627\u0646\u0647",
    ]);
    expect((await account("persian"))?.name).toContain("\u200c");
  });

  test("take no address that cannot be one, and want to know what to change", async () => {
    await user(["add", "addressed", "--generate"]);
    expect((await user(["set", "addressed", "--email", "no address"])).err).toContain(
      "is not an e-mail address",
    );
    expect((await user(["add", "other", "--generate", "--email", "@"])).err).toContain(
      "is not an e-mail address",
    );
    expect((await user(["set", "addressed"])).err).toContain("Say what to change");
  });

  test("end with the person", async () => {
    await user(["add", "leaving", "--generate"]);
    expect((await user(["remove", "leaving"])).out).toBe("Removed leaving. 0 applications lost access.\n");
    expect(await account("leaving")).toBeNull();
    expect((await user(["show", "leaving"])).err).toContain("There is no person");
  });
});

describe("user unlock", () => {
  test("notes when the person may try again, and says what stays limited", async () => {
    await user(["add", "waiting", "--generate"]);
    const { out } = await user(["unlock", "waiting"]);
    expect(out).toContain("waiting may try again at once, at every server on this database.\n");
    expect(out).toContain("The limit of an address passes by itself");
    expect((await account("waiting"))?.unlockedAt).toBeNumber();
    const { unlocked_at } = JSON.parse((await user(["unlock", "waiting", "--json"])).out);
    expect(unlocked_at).toBeString();
    expect((await user(["unlock", "nobody"])).err).toContain("There is no person");
  });
});

describe("user list", () => {
  test("is an aligned table", async () => {
    await user(["add", "listed", "--generate", "--admin"]);
    const lines = (await user(["list"])).out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^USER NAME +NAME +E-MAIL +ROLE +STATE +SINCE +SUBJECT$/);
    const column = lines[0]?.indexOf("STATE") ?? -1;
    for (const line of lines.slice(1)) expect(line.slice(column)).toMatch(/^(active|disabled) /);
    expect(lines.find((line) => line.startsWith("listed"))).toContain("administrator");
  });

  test("--json is a list without passwords", async () => {
    const people = JSON.parse((await user(["list", "--json"])).out);
    expect(people.length).toBeGreaterThan(1);
    expect(JSON.stringify(people)).not.toContain("argon2");
  });

  test("without a database is an error that says what to do, and makes none", async () => {
    const { code, err } = await tessera(["user", "list", "--data", join(data, "elsewhere")]);
    expect(code).toBe(1);
    expect(err).toContain("There is no Tessera database in");
    expect(await Bun.file(join(data, "elsewhere", "tessera.db")).exists()).toBe(false);
  });
});

test("user add, set, list and show know auditors", async () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => tessera([...args, "--data", folder]);
  expect((await run("user", "add", "rita", "--auditor", "--generate")).out).toStartWith(
    "Added the auditor rita.",
  );
  expect((await run("user", "list")).out).toMatch(/rita +auditor +active/);
  await run("user", "set", "rita", "--admin");
  expect((await run("user", "show", "rita")).out).toMatch(/role +administrator, auditor/);
  const { out } = await run("user", "set", "rita", "--no-auditor", "--json");
  expect(JSON.parse(out)).toMatchObject({ administrator: true, auditor: false });
});
