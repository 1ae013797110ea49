/** Secrets of the configuration: where they come from, and what is refused because it was changed on its way. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { SECRET_PLACES } from "../../src/configuration/secrets.ts";
import { describeSettings, isSecretSetting } from "../../src/configuration/settings.ts";
import { proves } from "../support/proves.ts";
import { openLoading } from "./loading.ts";

const { folder, write, load, mistakes, close } = openLoading();
afterAll(close);

const SECRET = "k3v9-a-secret-of-36-characters-0123456";
const KEY = "A".repeat(43);
const URL_OF_DATABASE = "postgres://tessera:pass@db.example/tessera";
const client = (secret: string) => `[[clients]]\nclient_id = "svc"\nsecrets = [${secret}]\n`;
const person = (password: string) => `[[people]]\nusername = "bob"\npassword = ${password}\n`;
const literal = (text: string) => JSON.stringify(text);

describe("a secret comes from", () => {
  const credentials = join(folder, "credentials");
  mkdirSync(credentials);
  const file = write(SECRET, "secret");
  write(SECRET, "credentials/svc");
  const env = { SVC: SECRET, OTHER_FILE: file, CREDENTIALS_DIRECTORY: credentials, HOME: folder };
  const ways: readonly (readonly [string, string])[] = [
    ["the configuration itself", literal(SECRET)],
    ["a variable", '{ env = "SVC" }'],
    ["the file that a variable with _FILE names", '{ env = "OTHER" }'],
    ["a file", `{ file = ${literal(file)} }`],
    ["a file below the home folder", '{ file = "~/secret" }'],
    ["a credential of systemd", '{ credential = "svc" }'],
  ];
  test.each(ways)("%s", (_, written) => {
    expect(load({ file: client(written), env }).clients[0]?.secrets).toEqual([SECRET]);
    expect(load({ file: person(written), env }).people[0]?.password).toBe(SECRET);
    const hash = `[[people]]\nusername = "bob"\npassword_hash = ${written}\n`;
    expect(load({ file: hash, env }).people[0]?.password_hash).toBe(SECRET);
    const tokens = `[registration]\ninitial_access_tokens = [${written}]\n`;
    expect(load({ file: tokens, env }).registration.initial_access_tokens).toEqual([SECRET]);
  });

  test("each of them, also for the server's key and the URL of the database", () => {
    write(KEY, "credentials/key");
    const url = write(URL_OF_DATABASE, "url");
    const toml = `server_key = { credential = "key" }\n[database]\nurl = { file = ${literal(url)} }\n`;
    expect(load({ file: toml, env })).toMatchObject({
      server_key: KEY,
      database: { url: URL_OF_DATABASE },
    });
  });

  test("the file that a variable with _FILE names, whichever the variable", () => {
    const url = write(URL_OF_DATABASE, "url");
    const key = write(KEY, "key");
    for (const name of ["DATABASE_URL_FILE", "TESSERA_DATABASE__URL_FILE"]) {
      expect(load({ env: { [name]: url, TESSERA_SERVER_KEY_FILE: key } })).toMatchObject({
        server_key: KEY,
        database: { url: URL_OF_DATABASE },
      });
    }
    const toml = person('"the first password"');
    const changed = load({ file: toml, env: { TESSERA_PEOPLE__0__PASSWORD_FILE: file } });
    expect(changed.people[0]?.password).toBe(SECRET);
    const listed = load({ env: { TESSERA_REGISTRATION__INITIAL_ACCESS_TOKENS_FILE: file } });
    expect(listed.registration.initial_access_tokens).toEqual([SECRET]);
    expect(load({ env: { DATABASE_URL_FILE: "" } }).database.url).toBeUndefined();
  });

  test("a variable instead of the reference in the file", () => {
    const toml = '[database]\nurl = { credential = "none" }\n';
    const url = write(URL_OF_DATABASE, "url");
    expect(load({ file: toml, env: { DATABASE_URL_FILE: url } }).database.url).toBe(URL_OF_DATABASE);
  });

  test("a digest in any of these ways", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const toml = client(`{ file = ${literal(write(digest))} }`);
    expect(load({ file: toml }).clients[0]?.secrets).toEqual([digest]);
  });

  test("the places that are looked at are all secrets of the schema", () => {
    const places = SECRET_PLACES.map((place) => place.map((step) => (step === "*" ? 0 : step)));
    for (const place of places) expect(isSecretSetting(place)).toBe(true);
    const listed = places.map((place) => place.filter((step) => step !== 0).join("."));
    const secret = describeSettings()
      .map(({ key }) => key.replaceAll("[]", ""))
      .filter((key) =>
        isSecretSetting(
          key.split(".").flatMap((s) => (/^(clients|people|headers|webhooks)$/.test(s) ? [s, 0] : [s])),
        ),
      );
    expect(listed.toSorted()).toEqual(secret.toSorted());
  });
});

describe("a secret that was changed on its way is refused", () => {
  const changed: readonly (readonly [string, string, string])[] = [
    ["a line break at its end", `${SECRET}\n`, "ends with a line break, which"],
    ["a line break of Windows", `${SECRET}\r\n`, "ends with a line break (CR LF)"],
    ["a carriage return", `${SECRET}\r`, "ends with a line break (CR)"],
    ["two lines", `${SECRET}\nmore`, "has 2 lines. A secret is one line."],
    ["a line break at its beginning", `\n${SECRET}`, "has 2 lines"],
    ["quotes", `"${SECRET}"`, "stands in quotes"],
    ["single quotes", `'${SECRET}'`, "stands in quotes"],
    ["a blank before it", ` ${SECRET}`, "begins with a blank"],
    ["a blank behind it", `${SECRET} `, "ends with a blank"],
    ["a tabulator behind it", `${SECRET}\t`, "ends with a blank"],
    ["a control character", `k3v9\u0007${SECRET}`, "has a control character (U+0007) at position 5"],
    [
      "the bytes of UTF-16",
      Buffer.from(SECRET, "utf16le").toString("latin1"),
      "has a control character (U+0000)",
    ],
  ];
  test.each(changed)("with %s", (_, text, words) => {
    const file = write(text);
    const sources: readonly (readonly [string, Record<string, string>, string])[] = [
      ['{ env = "SVC" }', { SVC: text }, "the environment variable SVC"],
      [`{ file = ${literal(file)} }`, {}, `the file ${file}`],
      ['{ env = "SVC" }', { SVC_FILE: file }, `the file ${file} (SVC_FILE)`],
    ];
    for (const [written, env, where] of sources) {
      const ofClient = mistakes({ file: client(written), env });
      expect(ofClient).toContain(`clients.0.secrets.0 (the client 'svc'): ${where} ${words}`);
      const ofPerson = mistakes({ file: person(written), env });
      expect(ofPerson).toContain(`people.0.password (the person 'bob'): ${where} ${words}`);
      expect(ofClient + ofPerson).not.toContain("k3v9");
    }
  });

  test("in a variable that is the setting itself", () => {
    const env = { TESSERA_SERVER_KEY: `"${KEY}"`, DATABASE_URL: `${URL_OF_DATABASE}\n` };
    const message = mistakes({ env });
    expect(message).toContain("2 mistakes");
    expect(message).toContain("TESSERA_SERVER_KEY: server_key: the value stands in quotes");
    expect(message).toContain("DATABASE_URL: database.url: the value ends with a line break");
  });

  test("in the file, where only a line break or a control character is a mistake", () => {
    expect(mistakes({ file: client(`"""${SECRET}\n"""`) })).toContain("the value ends with a line break");
    expect(load({ file: person('" blanks are mine "') }).people[0]?.password).toBe(" blanks are mine ");
    expect(load({ file: person("\"'quotes are mine'\"") }).people[0]?.password).toBe("'quotes are mine'");
  });

  test("with bytes that are no UTF-8, by line and column", () => {
    const file = write(
      new Uint8Array([...Buffer.from("sch"), 0xf6, ...Buffer.from("n-und-lang-genug-k3v9")]),
    );
    const message = mistakes({ file: person(`{ file = ${literal(file)} }`) });
    expect(message).toContain(`the file ${file} is not UTF-8 (line 1, column 4).`);
    expect(message).not.toContain("k3v9");
    expect(mistakes({ file: person('{ env = "BOB" }'), env: { BOB: "sch\uFFFDn und lang" } })).toContain(
      "the environment variable BOB is not UTF-8",
    );
  });

  test("a byte order mark is no part of a secret", () => {
    const file = write(`\uFEFF${SECRET}`);
    expect(load({ file: client(`{ file = ${literal(file)} }`) }).clients[0]?.secrets).toEqual([SECRET]);
  });
});

describe("a secret that cannot be had is refused with its place", () => {
  const empty = write("", "empty");
  const file = write(SECRET, "present");
  const missing: readonly (readonly [string, string, Record<string, string>, string])[] = [
    ["a variable that is not set", '{ env = "SVC" }', {}, "the environment variable SVC is not set."],
    ["a variable that is empty", '{ env = "SVC" }', { SVC: "" }, "the environment variable SVC is not set."],
    [
      "a variable and its file",
      '{ env = "SVC" }',
      { SVC: SECRET, SVC_FILE: file },
      "the environment has both SVC and SVC_FILE. Keep one of them.",
    ],
    ["no such file", '{ file = "/nowhere/at-all" }', {}, "the file /nowhere/at-all does not exist."],
    ["a folder", `{ file = ${literal(folder)} }`, {}, `the file ${folder} is a folder.`],
    ["an empty file", `{ file = ${literal(empty)} }`, {}, `the file ${empty} is empty.`],
    [
      "no credentials",
      '{ credential = "svc" }',
      {},
      "there is no credential svc, because CREDENTIALS_DIRECTORY is not set.",
    ],
    [
      "a credential that the unit does not load",
      '{ credential = "none" }',
      { CREDENTIALS_DIRECTORY: folder },
      `the credential none (${join(folder, "none")}) does not exist.`,
    ],
    [
      "a credential outside the folder",
      '{ credential = "../present" }',
      { CREDENTIALS_DIRECTORY: join(folder, "credentials") },
      "a credential is named without a folder",
    ],
    [
      "two references",
      '{ env = "SVC", file = "x" }',
      {},
      "name one of env, file and credential, not several.",
    ],
    ["a reference without a name", '{ file = "" }', {}, "file must be a text that is not empty."],
    ["a reference to a number", "{ file = 5 }", {}, "file must be a text that is not empty."],
  ];
  test.each(missing)("%s", (_, written, env, words) => {
    const message = mistakes({ file: client(written), env });
    expect(message).toContain(`clients.0.secrets.0 (the client 'svc'): ${words}`);
    expect(message).toContain("a mistake");
  });

  test("a secret where the path of a file belongs, without repeating it", () => {
    for (const secret of [
      "hunter2-hunter2",
      "postgres://u:hunter2@db.example/x",
      "hunter2/hunter2+",
      "x".repeat(5000),
    ]) {
      const message = mistakes({
        file: client(`{ file = ${literal(secret)} }`),
        env: { DATABASE_URL_FILE: secret },
      });
      expect(message).toContain("clients.0.secrets.0 (the client 'svc'): there is no such file.");
      expect(message).toContain("DATABASE_URL_FILE: database.url: there is no such file.");
      expect(message).not.toMatch(/hunter2|xxx/);
    }
  });

  test("a variable beside its own file", () => {
    expect(mistakes({ env: { DATABASE_URL: URL_OF_DATABASE, DATABASE_URL_FILE: file } })).toContain(
      "environment: there are both DATABASE_URL and DATABASE_URL_FILE. Keep one of them.",
    );
  });

  test("_FILE behind a variable that is no secret is a mistake", () => {
    expect(mistakes({ env: { TESSERA_ISSUER_FILE: file } })).toContain(
      "TESSERA_ISSUER_FILE is not a setting.",
    );
  });

  test("a value of the right place and the wrong form is told without it", () => {
    const message = mistakes({ env: { TESSERA_SERVER_KEY_FILE: write("hunter2") } });
    expect(message).toContain("TESSERA_SERVER_KEY_FILE: server_key = (hidden) is not allowed.");
    expect(message).not.toContain("hunter2");
  });
});

describe("a hash of another server is not taken for the secret", () => {
  test.each([
    ["bcrypt", "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"],
    ["bcrypt", "$2b$12$abcdefghijklmnopqrstuv"],
    ["argon2", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"],
    ["argon2", "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA"],
    ["PBKDF2", "pbkdf2_sha256$600000$salt$hash="],
    ["PBKDF2", "$pbkdf2-sha512$25000$salt$hash"],
    ["PBKDF2", "pbkdf2:sha256:600000$salt$hash"],
    ["scrypt", "scrypt:32768:8:1$salt$hash"],
    ["crypt", "$6$rounds=5000$salt$hash"],
    ["crypt", "$apr1$salt$hash"],
    ["yescrypt", "$y$j9T$salt$hash"],
    ["a salted digest", "sha1$salt$hash-hash-hash"],
    ["a hash with its scheme in braces", "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr"],
    ["a hash with its scheme in braces", "{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe"],
    ["a hash with its scheme in braces", "{SHA512-CRYPT}$6$salt$hash"],
    ["a hash with its scheme in braces", "{BLF-CRYPT}$2y$05$salt"],
    ["a hash with its scheme in braces", "{SSHA256.b64}c2FsdGVkIGhhc2g="],
  ])("%s: %s", (kind, hash) => {
    const where = { env: { HASH: hash } };
    const ofClient = mistakes({ file: client('{ env = "HASH" }'), ...where });
    expect(ofClient).toContain(
      `clients.0.secrets.0 (the client 'svc'): this is a hash (${kind}), not the secret.`,
    );
    const ofPerson = mistakes({ file: person(literal(hash)) });
    expect(ofPerson).toContain(
      `people.0.password (the person 'bob'): this is a hash (${kind}), not the password.`,
    );
    expect(ofClient + ofPerson).not.toContain(hash);
  });

  test("what only resembles one is a secret", () => {
    for (const secret of [
      "$2-dollars-for-a-secret",
      "{curly}-braces-and-more",
      "argon2-is-a-hash",
      "sha1-is-old-$",
    ]) {
      expect(load({ file: client(literal(secret)) }).clients[0]?.secrets).toEqual([secret]);
    }
  });
});

test(proves("no fault of a URL of the database repeats a part of it", "threat 50"), () => {
  const urls = [
    "postgres://u:12#hunter2@db.example/x",
    "postgres://u:hunter2#x@db.example/x",
    "postgres://u:hunter2/x@db.example/x",
    "postgres://u:12/hunter2@db.example/x",
    "postgres://u:12/hunter2?x@db.example/x",
    "postgres://u:12?hunter2@db.example/x",
    "postgres://u:1?2?hunter2@db.example/x",
    "postgres://u:hunter2@x@db.example/x",
    "postgres://u:hunter2%@db.example/x",
    "postgres://u:hunter2%zz@db.example/x",
    "postgres://u:12@hunter2/x@db.example/x",
  ];
  for (const url of urls) {
    const message = mistakes({ env: { DATABASE_URL: url } });
    expect(message, url).toContain("In the user name and the password, write @ as %40, # as %23, / as %2F");
    for (const part of ["hunter2", "12", "db.example"]) expect(message, url).not.toContain(part);
  }
});

test("a URL of the database with encoded characters, or with @ in a parameter, is fine", () => {
  for (const url of [
    "postgres://u:a%23b%40c%2Fd%3Fe%25@db.example/x?sslmode=verify-full",
    "postgresql://u@db.example:5433/x",
    "postgres://db.example/x?user=a@b",
    "postgres://u:p@[::1]/x",
  ]) {
    expect(load({ env: { DATABASE_URL: url } }).database.url).toBe(url);
  }
});
