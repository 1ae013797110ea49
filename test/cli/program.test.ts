import { afterAll, describe, expect, test } from "bun:test";
import { duration, formatTable, relativeTime } from "../../src/cli/output.ts";
import { promptHidden } from "../../src/cli/password-prompt.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);

describe("a command line that makes no sense", () => {
  test.each([
    ["an unknown command", ["serv"], "Did you mean serve?"],
    ["an unknown command of a group", ["client", "lst"], "Did you mean list?"],
    ["an unknown option", ["serve", "--prot", "1"], "Did you mean --port?"],
    ["a missing argument", ["user", "add"], "missing required argument"],
    ["too many arguments", ["user", "list", "ada"], "too many arguments"],
  ])("%s is told with the nearest, and exit code 2", async (_, args, text) => {
    const { code, err, out } = await tessera(args);
    expect(code).toBe(2);
    expect(err.toLowerCase()).toContain(text.toLowerCase());
    expect(out).toBe("");
  });

  test("asking for help is no error", async () => {
    expect((await tessera(["--help"])).code).toBe(0);
    expect((await tessera(["client", "add", "--help"])).code).toBe(0);
  });
});

test("every command's help has an example", async () => {
  const groups: Record<string, string[]> = {
    user: ["add", "list", "password", "disable", "enable"],
    client: ["add", "list", "show", "remove", "secret add", "secret list", "secret remove"],
    grant: ["list", "revoke"],
    token: ["inspect", "revoke"],
    config: ["show", "check", "settings"],
  };
  const commands = Object.entries(groups).flatMap(([group, names]) =>
    names.map((name) => `${group} ${name}`),
  );
  for (const command of ["serve", "login", ...commands]) {
    const { out } = await tessera([...command.split(" "), "--help"]);
    expect(out, command).toMatch(/Examples?:/);
    expect(out, command).toContain(`tessera ${command}`);
  }
});

describe("an error", () => {
  test("has no stack trace, unless DEBUG asks for one", async () => {
    const broken = { readStdin: async () => Promise.reject(new Error("a broken pipe")) };
    const args = ["user", "add", "x", "--data", temporaryFolder()];
    const { code, err } = await tessera(args, broken);
    expect(code).toBe(1);
    expect(err).toContain("Something unexpected went wrong: a broken pipe.");
    expect(err).not.toContain(".ts:");
    expect((await tessera(args, { ...broken, env: { DEBUG: "1" } })).err).toContain(".ts:");
  });

  test("of the configuration stops every command", async () => {
    const { code, err } = await tessera(["user", "list", "--set", "log.level=loud"]);
    expect(code).toBe(1);
    expect(err).toContain("It must be one of");
  });

  test("of a file that is no database says so", async () => {
    const data = temporaryFolder();
    await Bun.write(
      `${data}/tessera.db`,
      "this is no database, but it is long enough to be looked at as one".repeat(200),
    );
    const { code, err } = await tessera(["user", "list", "--data", data]);
    expect(code).toBe(1);
    expect(err).toContain("tessera.db");
    expect(err).not.toContain(".ts:");
  });
});

describe("config", () => {
  test("show prints what is in force as TOML that can be read again, without secrets", async () => {
    const clients = 'clients=[{"client_id":"a","secrets":["a secret of the operator"]}]';
    const { out } = await tessera(["config", "show", "--set", clients], { env: { TESSERA_PORT: "9000" } });
    expect(out).toContain("port = 9000");
    expect(out).not.toContain("a secret of the operator");
    expect(Bun.TOML.parse(out)).toMatchObject({ issuer: "http://localhost:9000" });
  });

  test("settings lists every setting with its variable", async () => {
    const { out } = await tessera(["config", "settings"]);
    expect(out).toContain("lifetimes.access_token_seconds  (3600)\n    How long an access token lives.\n");
    expect(out).toContain("TESSERA_LIFETIMES__ACCESS_TOKEN_SECONDS");
    expect(JSON.parse((await tessera(["config", "settings", "--json"])).out).length).toBeGreaterThan(60);
  });
});

describe("asking for a password", () => {
  async function type(text: string) {
    const listeners: ((chunk: Buffer) => void)[] = [];
    const raw: boolean[] = [];
    let shown = "";
    const keyboard = {
      setRawMode: (mode: boolean) => raw.push(mode),
      resume: () => {},
      pause: () => {},
      on: (_: "data", listener: (chunk: Buffer) => void) => listeners.push(listener),
      off: () => {},
    };
    const screen = {
      write: (words: string) => {
        shown += words;
      },
    };
    const answer = promptHidden("Password: ", keyboard, screen).catch((error: Error) => error.message);
    // One byte at a time, so that letters of several bytes come in parts.
    for (const byte of Buffer.from(text)) for (const listener of listeners) listener(Buffer.of(byte));
    return { answer: await answer, shown, raw };
  }

  test("shows nothing of it, and gives the terminal back", async () => {
    const { answer, shown, raw } = await type("pässword\r");
    expect(answer).toBe("pässword");
    expect(shown).toBe("Password: \n");
    expect(raw).toEqual([true, false]);
  });

  test("knows the keys that take back", async () => {
    expect((await type("abé\u007fc\r")).answer).toBe("abc");
    expect((await type("wrong\u0015right\n")).answer).toBe("right");
  });

  test("Ctrl-C gives up", async () => {
    const { answer, raw } = await type("abc\u0003");
    expect(answer).toContain("Given up");
    expect(raw).toEqual([true, false]);
  });
});

describe("what is printed", () => {
  test("columns are as wide as their longest cell, and no cell can move the cursor", () => {
    expect(
      formatTable(
        ["id", "name"],
        [
          ["1", "A\u001b[2J"],
          ["22", ""],
        ],
      ),
    ).toBe("ID  NAME\n1   A?[2J\n22\n");
  });

  test.each([
    [1, "1 second"],
    [90, "90 seconds"],
    [120, "2 minutes"],
    [3600, "60 minutes"],
    [7200, "2 hours"],
    [86_400, "24 hours"],
    [90 * 86_400, "90 days"],
  ])("%d seconds are %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
    expect(relativeTime(1000 + seconds, 1000)).toBe(`in ${words}`);
    expect(relativeTime(1_000_000_000 - seconds, 1_000_000_000)).toBe(`${words} ago`);
  });
});
