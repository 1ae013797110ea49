import { afterAll, describe, expect, test } from "bun:test";
import type { Command } from "commander";
import { inputText } from "../../src/cli/io.ts";
import { duration, formatTable, localTime, relativeTime } from "../../src/cli/output.ts";
import { promptHidden } from "../../src/cli/password-prompt.ts";
import { createProgram } from "../../src/cli/program.ts";
import { captureIo, removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

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

  test.each([
    ["serve", ["serve", "--prot", "1"], "Help: tessera serve --help"],
    ["a command of a group", ["client", "secret", "add"], "Help: tessera client secret add --help"],
    ["a group", ["client", "lst"], "Help: tessera client --help"],
    ["no command", ["serv"], "Help: tessera --help"],
  ])("after %s is told how to get its help", async (_, args, text) => {
    expect((await tessera(args)).err.trimEnd().split("\n").at(-1)).toBe(text);
  });

  test.each([
    [["serve"], { npm_config_demo: "true" }, "npm start -- --demo"],
    [["serve", "8081"], { npm_config_port: "true" }, "npm start -- --port 8081"],
    [["serve"], { npm_config_port: "8081" }, "npm start -- --port 8081"],
  ])("npm start without the two dashes (%p, %p) is told how to write it", async (args, kept, text) => {
    const { code, err } = await tessera(args, { env: { npm_lifecycle_event: "start", ...kept } });
    expect(code).toBe(1);
    expect(err).toBe(`npm does not pass on flags before --. Write: ${text}\n`);
  });

  test("asking for help is no error", async () => {
    expect((await tessera(["--help"])).code).toBe(0);
    expect((await tessera(["client", "add", "--help"])).code).toBe(0);
  });
});

test("every command's help has an example of that command", async () => {
  const { captured, ...io } = captureIo();
  const seen: string[] = [];
  const look = (command: Command, words: string) => {
    captured.out = "";
    command.outputHelp();
    seen.push(words);
    const [, examples = ""] = captured.out.split(/^Examples?:$/m);
    expect(examples, `tessera${words} --help`).toContain(`tessera${words} `.trimEnd());
    for (const child of command.createHelp().visibleCommands(command)) {
      // Commander adds a command named help to every group.
      if (child.name() !== "help") look(child, `${words} ${child.name()}`);
    }
  };
  look(await createProgram(io, "1.0.0", undefined), "");
  expect(seen).toContain(" client secret remove");
});

describe("help", () => {
  const helpOf = async (...command: string[]) => (await tessera([...command, "--help"])).out;

  test("does not promise that a page shows the address of a logo", async () => {
    for (const command of ["add", "set"]) {
      expect((await helpOf("client", command)).replace(/\s+/g, " ")).toContain(
        "--logo <url> the address of its logo, for other programs: no page shows it",
      );
    }
  });

  test("names only the settings that matter to the command; all are taken", async () => {
    expect(await helpOf("serve")).toMatch(/--port(.|\n)*--demo/);
    const list = await helpOf("user", "list");
    for (const flag of ["--config", "--data", "--set"]) expect(list).toContain(flag);
    for (const flag of ["--issuer", "--host", "--port", "--demo"]) expect(list).not.toContain(flag);
    const data = temporaryFolder();
    const { err } = await tessera(["user", "list", "--port", "9000", "--demo", "--data", data]);
    expect(err).toContain("There is no Tessera database");
  });

  test("of login says that the issuer is where to sign in", async () => {
    expect(await helpOf("login")).toContain("--issuer <url>               the server to sign in at");
  });
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

  test("never tells a terminal what to do", async () => {
    const data = temporaryFolder();
    const { err } = await tessera(["restore", "\u001b[2Jfile\nb", "--data", data], { env: { DEBUG: "1" } });
    expect(err).toContain("There is no file ?[2Jfile\nb.");
    expect(err).not.toContain("\u001b");
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

  test("check finds what would stop the start, all at once", async () => {
    const { code, err } = await tessera([
      "config",
      "check",
      "--set",
      'clients=[{"client_id":"a","grant_types":["implicit"]},{"client_id":"b","redirect_uris":["http://b.example/"]}]',
      "--set",
      'people=[{"username":" eve","password":"long enough"}]',
    ]);
    expect(code).toBe(1);
    expect(err).toStartWith("The configuration has 3 mistakes.\n");
    expect(err).toContain("The client 'a' in the configuration: The grant type 'implicit'");
    expect(err).toContain("The client 'b' in the configuration: The redirect URI 'http://b.example/'");
    expect(err).toContain("The user name ' eve' in the configuration begins or ends with a space.");
  });

  test("check looks into certificates, and measures declared passwords", async () => {
    const pem = `${temporaryFolder()}/a.pem`;
    await Bun.write(pem, "no certificate");
    const { err } = await tessera([
      "config",
      "check",
      "--set",
      `listen=[{"tls":{"certificate":"${pem}","key":"${pem}"}}]`,
      "--set",
      `people=[{"username":"eve","password":"${"x".repeat(1025)}"}]`,
    ]);
    expect(err).toContain(`TLS with ${pem} and ${pem} is not possible: the certificate file holds no PEM`);
    expect(err).toContain("The password of 'eve' in the configuration is longer than 1024 bytes");
  });

  test("check prints what a start would warn of", async () => {
    const { code, out } = await tessera([
      "config",
      "check",
      "--issuer",
      "http://auth.example.org",
      "--set",
      'clients=[{"client_id":"a","secrets":["hunter2"]}]',
    ]);
    expect(code).toBe(0);
    expect(out).toContain("Warning: The issuer http://auth.example.org is not https");
    expect(out).toContain("Warning: A secret of the client 'a' is shorter than 20 characters.");
    expect(out).not.toContain("hunter2");
    expect((await tessera(["config", "check"])).out).toBe(
      "The configuration is fine. The issuer is http://localhost:8080.\n",
    );
  });

  test("the JSON Schema for editors knows every setting, its limits and its words", async () => {
    const schema = JSON.parse((await tessera(["config", "schema"])).out);
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.log.properties.level.enum).toEqual(["debug", "info", "warn", "error", "silent"]);
    expect(schema.properties.appearance.properties.name).toMatchObject({
      type: "string",
      minLength: 1,
      maxLength: 60,
      default: "Tessera",
      description: "The name on every page.",
    });
    expect(schema.properties.workers).toMatchObject({ type: "integer", minimum: 1, maximum: 256 });
    expect(schema.properties.clients.items.required).toEqual(["client_id"]);
  });

  test("settings lists every setting with its variable", async () => {
    const { out } = await tessera(["config", "settings"]);
    expect(out).toContain("lifetimes.access_token_seconds  (3600)\n    How long an access token lives.\n");
    expect(out).toContain("TESSERA_LIFETIMES__ACCESS_TOKEN_SECONDS");
    expect(JSON.parse((await tessera(["config", "settings", "--json"])).out).length).toBeGreaterThan(60);
  });
});

describe("asking for a password", () => {
  async function type(text: string | Uint8Array) {
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
    // One byte at a time, so that multi-byte characters arrive in parts.
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

  test("takes no character of another encoding for a sign of its own", async () => {
    const latin1 = await type(Buffer.from("p\u00e4ssword\r", "latin1"));
    expect(latin1.answer).toContain("The terminal sent a character that is not UTF-8");
    expect(latin1.raw).toEqual([true, false]);
    expect((await type(Buffer.from("passwor\u00e4\r", "latin1"))).answer).toContain("is not UTF-8");
  });

  test("Ctrl-C gives up", async () => {
    const { answer, raw } = await type("abc\u0003");
    expect(answer).toContain("Cancelled");
    expect(raw).toEqual([true, false]);
  });
});

test("standard input that is not UTF-8 is refused with its place", () => {
  const latin1 = Buffer.from("first line\np\u00e4ssword latin\n", "latin1");
  expect(() => inputText(latin1)).toThrow("Standard input is not UTF-8 (line 2, column 2).");
  expect(inputText(Buffer.from("\uFEFFp\u00e4ssword\n"))).toBe("p\u00e4ssword\n");
});

describe("what is printed", () => {
  test.each([
    ["UTC", "2026-01-02 03:04 UTC"],
    ["Asia/Kolkata", "2026-01-02 08:34 +05:30"],
    ["America/New_York", "2026-01-01 22:04 -05:00"],
  ])("a time in %s says how far it is from UTC", (zone, text) => {
    const before = process.env.TZ;
    process.env.TZ = zone;
    try {
      expect(localTime(Date.UTC(2026, 0, 2, 3, 4) / 1000)).toBe(text);
    } finally {
      process.env.TZ = before ?? "UTC";
    }
  });

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
