import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationWarnings } from "../../src/configuration/checks.ts";
import { ConfigurationError } from "../../src/configuration/error.ts";
import { withoutSecrets } from "../../src/configuration/mistakes.ts";
import type { Configuration } from "../../src/configuration/schema.ts";
import { type ConfigurationSources, loadConfiguration } from "../../src/configuration/sources.ts";
import { proves } from "../support/proves.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-configuration-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function toml(text: string): string {
  files += 1;
  const file = join(folder, `${files}.toml`);
  writeFileSync(file, text);
  return file;
}

interface Given {
  readonly file?: string;
  readonly env?: Record<string, string>;
  readonly flags?: ConfigurationSources["flags"];
}

const load = ({ file, env = {}, flags = {} }: Given = {}): Configuration =>
  loadConfiguration({ file: file === undefined ? toml("") : toml(file), env, flags });

function mistakes(given: Given): string {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("where settings come from", () => {
  test("without anything, the defaults serve on http://localhost:8080 with data in ./data", () => {
    const configuration = load();
    expect(configuration.issuer).toBe("http://localhost:8080");
    expect(configuration.data).toBe("./data");
    expect(configuration.listen).toEqual([{ host: "localhost", port: 8080 }]);
    expect(configuration.lifetimes.access_token_seconds).toBe(3600);
  });

  test("flags win over the environment, the environment over the file, the file over the defaults", () => {
    const file =
      "[lifetimes]\naccess_token_seconds = 100\ndevice_code_seconds = 100\nsession_idle_seconds = 100\n";
    const env = {
      TESSERA_LIFETIMES__ACCESS_TOKEN_SECONDS: "200",
      TESSERA_LIFETIMES__DEVICE_CODE_SECONDS: "200",
    };
    const { lifetimes } = load({ file, env, flags: { set: ["lifetimes.access_token_seconds=300"] } });
    expect(lifetimes.access_token_seconds).toBe(300);
    expect(lifetimes.device_code_seconds).toBe(200);
    expect(lifetimes.session_idle_seconds).toBe(100);
    expect(lifetimes.form_seconds).toBe(3600);
  });

  test("TESSERA_CONFIG names the file, and --config wins over it", () => {
    const one = toml('[appearance]\nname = "One"\n');
    const other = toml('[appearance]\nname = "Other"\n');
    const env = { TESSERA_CONFIG: one };
    expect(loadConfiguration({ env }).appearance.name).toBe("One");
    expect(loadConfiguration({ env, flags: { config: other } }).appearance.name).toBe("Other");
  });

  test("a file that was named must exist", () => {
    expect(() => loadConfiguration({ env: {}, flags: { config: join(folder, "none.toml") } })).toThrow(
      "none.toml does not exist",
    );
  });

  test("host and port, as flags or variables, are those of the first listener", () => {
    expect(load({ flags: { host: "127.0.0.1", port: "9000" } }).listen).toEqual([
      { host: "127.0.0.1", port: 9000 },
    ]);
    expect(load({ env: { TESSERA_PORT: "9001" } }).issuer).toBe("http://localhost:9001");
    const file = '[[listen]]\nport = 1\n[[listen]]\nhost = "::1"\nport = 2\n';
    expect(load({ file, flags: { port: "9002" } }).listen.map((entry) => entry.port)).toEqual([9002, 2]);
  });

  test.each<[string, string, string, (configuration: Configuration) => unknown, unknown]>([
    [
      "a number",
      "TESSERA_LIMITS__REQUEST_BODY_BYTES",
      "2048",
      (c: Configuration) => c.limits.request_body_bytes,
      2048,
    ],
    ["a boolean", "TESSERA_DEMO", "1", (c: Configuration) => c.demo, true],
    [
      "a list of words",
      "TESSERA_TRUSTED_PROXIES",
      "loopback, 10.0.0.0/8",
      (c: Configuration) => c.trusted_proxies,
      ["loopback", "10.0.0.0/8"],
    ],
    [
      "an empty list",
      "TESSERA_REGISTRATION__PRIVATE_USE_SCHEMES",
      "",
      (c: Configuration) => c.registration.private_use_schemes,
      [],
    ],
    [
      "a list as JSON",
      "TESSERA_TRUSTED_PROXIES",
      '["::1"]',
      (c: Configuration) => c.trusted_proxies,
      ["::1"],
    ],
    [
      "a table as JSON",
      "TESSERA_LOG",
      '{"level":"warn"}',
      (c: Configuration) => c.log,
      { level: "warn", format: "text" },
    ],
    [
      "a list of tables",
      "TESSERA_SCOPES",
      '[{"name":"a","description":"A"}]',
      (c: Configuration) => c.scopes,
      [{ name: "a", description: "A", sensitive: false }],
    ],
    [
      "a text that looks like a number",
      "TESSERA_APPEARANCE__NAME",
      "42",
      (c: Configuration) => c.appearance.name,
      "42",
    ],
  ])("an environment variable can hold %s", (_, name, value, read, expected) => {
    expect(read(load({ env: { [name]: value } }))).toEqual(expected);
  });

  test("a table from the environment is merged with the one in the file", () => {
    expect(load({ file: '[log]\nformat = "json"\n', env: { TESSERA_LOG: '{"level":"warn"}' } }).log).toEqual({
      level: "warn",
      format: "json",
    });
  });

  test("DATABASE_URL names the database; its own variable wins, and an empty one counts for nothing", () => {
    const url = "postgres://tessera:p%40ss@db.example:5432/tessera";
    expect(load({ env: { DATABASE_URL: url } }).database.url).toBe(url);
    const own = "postgresql://db.example/own";
    expect(load({ env: { DATABASE_URL: url, TESSERA_DATABASE__URL: own } }).database.url).toBe(own);
    expect(load({ env: { DATABASE_URL: "" } }).database.url).toBeUndefined();
  });

  test("variables of other programs are left alone", () => {
    expect(() => load({ env: { PATH: "/bin", TESSERACT: "1", TESSERA: "1" } })).not.toThrow();
  });
});

test("a client may name the server's own scopes without declaring them", () => {
  const file = '[[clients]]\nclient_id = "a"\nscope = ["profile", "email", "introspect"]\n';
  expect(load({ file }).clients[0]?.scope?.map(String)).toEqual(["profile", "email", "introspect"]);
});

describe("the issuer that is made from the first listener", () => {
  test.each<[{ host: string; port?: string }, string]>([
    [{ host: "0.0.0.0" }, "http://localhost:8080"],
    [{ host: "::" }, "http://localhost:8080"],
    [{ host: "127.0.0.1", port: "80" }, "http://127.0.0.1"],
    [{ host: "::1" }, "http://[::1]:8080"],
  ])("%p gives %s", (flags, issuer) => {
    expect(load({ flags }).issuer).toBe(issuer);
  });

  test("is https where the listener speaks TLS, and leaves out port 443", () => {
    const file = toml("");
    const tls = `tls = { certificate = "${file}", key = "${file}" }`;
    expect(load({ file: `[[listen]]\n${tls}\n` }).issuer).toBe("https://localhost:8080");
    expect(load({ file: `[[listen]]\nport = 443\n${tls}\n` }).issuer).toBe("https://localhost");
  });
});

describe("a wrong setting stops the start and says where, which, what and what is allowed", () => {
  const table: [string, Given, string[]][] = [
    [
      "a number out of range",
      { flags: { set: ["lifetimes.device_interval_seconds=0"] } },
      [
        "--set lifetimes.device_interval_seconds: lifetimes.device_interval_seconds = 0 is not allowed. It must be a whole number of seconds from 1 to 60.",
      ],
    ],
    [
      "a word for a number",
      { env: { TESSERA_LIFETIMES__FORM_SECONDS: "soon" } },
      [
        'TESSERA_LIFETIMES__FORM_SECONDS: lifetimes.form_seconds = "soon" is not allowed. It must be a whole number of seconds from 60 to 86400.',
      ],
    ],
    [
      "a word that is none of the choices",
      { file: '[log]\nlevel = "loud"\n' },
      ['.toml: log.level = "loud" is not allowed. It must be one of debug, info, warn, error, silent.'],
    ],
    [
      "a database that is not PostgreSQL, of whose URL nothing is repeated",
      { env: { DATABASE_URL: "mysql://root:secret@localhost/x" } },
      [
        "DATABASE_URL: database.url = (hidden) is not allowed. It must be of the form postgres://user:password@host:5432/database.",
      ],
    ],
    [
      "a URL of a database that is none",
      { env: { DATABASE_URL: "postgres://a:%zz@localhost/x" } },
      ["database.url = (hidden) is not allowed. It must be of the form postgres://"],
    ],
    [
      "a key that is too short",
      { env: { TESSERA_SERVER_KEY: "secret" } },
      [
        "TESSERA_SERVER_KEY: server_key = (hidden) is not allowed. It must be 32 random bytes as base64url: 43 characters.",
      ],
    ],
    [
      "a misspelt key in the file",
      { file: "[lifetimes]\naccess_token_second = 5\n" },
      ["lifetimes.access_token_second is not a setting. Did you mean lifetimes.access_token_seconds?"],
    ],
    [
      "every misspelt key of one table",
      { file: '[log]\nlevl = "info"\nfromat = "text"\n' },
      [
        "2 mistakes",
        "log.levl is not a setting. Did you mean log.level?",
        "log.fromat is not a setting. Did you mean log.format?",
      ],
    ],
    [
      "a misspelt key beside the variable of a secret",
      { file: '[[people]]\nusername = "a"\npassword = { env = "PASSWORD", fiel = "x" }\n' },
      ["a mistake", "people.0.password.fiel is not a setting."],
    ],
    [
      "a list where a table belongs",
      { file: "log = []\n" },
      ["a mistake", "log = […] is not allowed. It must be a table."],
    ],
    [
      "a value that breaks two rules, once",
      { file: '[[clients]]\nclient_id = ""\n' },
      ["a mistake", 'clients.0.client_id = "" is not allowed. It must be a text of 1 to 200 characters.'],
    ],
    [
      "a key in the wrong table",
      { file: "access_token_seconds = 5\n" },
      ["Did you mean lifetimes.access_token_seconds?"],
    ],
    [
      "a misspelt variable",
      { env: { TESSERA_ISSUR: "x" } },
      ["environment: TESSERA_ISSUR is not a setting. Did you mean TESSERA_ISSUER?"],
    ],
    [
      "a variable without its table",
      { env: { TESSERA_LEVEL: "info" } },
      ["Did you mean TESSERA_LOG__LEVEL?"],
    ],
    [
      "a misspelt flag key",
      { flags: { set: ["log.levle=info"] } },
      ["--set log.levle: log.levle is not a setting. Did you mean log.level?"],
    ],
    ["--set without a value", { flags: { set: ["demo"] } }, ["--set demo: write it as --set key=value"]],
    [
      "a port that is none",
      { flags: { port: "http" } },
      ['--port: listen.0.port = "http" is not allowed. It must be a whole number from 0 to 65535.'],
    ],
    ["broken JSON", { env: { TESSERA_LOG: "{level" } }, ["TESSERA_LOG: this is not valid JSON."]],
    [
      "a listener that does not exist",
      { env: { TESSERA_LISTEN__4__PORT: "1" } },
      ["there is no entry 4 in listen"],
    ],
    [
      "a missing member",
      { file: '[[scopes]]\nname = "a"\n' },
      ["scopes.0.description (the scope 'a') is missing."],
    ],
    [
      "an issuer with a slash at the end",
      { flags: { issuer: "https://a.example/" } },
      [
        '--issuer: issuer = "https://a.example/" is not allowed. It must be written exactly as clients will compare it: https://a.example.',
      ],
    ],
    ["an issuer with a query", { flags: { issuer: "https://a.example?x" } }, ["without query and fragment"]],
    [
      "an issuer with a fragment",
      { flags: { issuer: "https://a.example#x" } },
      ["without query and fragment"],
    ],
    ["an issuer of another scheme", { flags: { issuer: "ftp://a.example" } }, ["an https:// URL"]],
    [
      "an issuer that is no URL",
      { flags: { issuer: "a.example" } },
      ["an absolute URL such as https://auth.example.org"],
    ],
    [
      "a certificate file that is missing",
      { file: '[[listen]]\ntls = { certificate = "/none/c.pem", key = "/none/k.pem" }\n' },
      ['listen.0.tls.certificate = "/none/c.pem": there is no such file', "listen.0.tls.key"],
    ],
    ["a logo that is missing", { file: '[appearance]\nlogo = "/none/logo.svg"\n' }, ["appearance.logo"]],
    [
      "a client's logo that is missing",
      { file: '[[clients]]\nclient_id = "a"\nlogo = "/none/logo.svg"\n' },
      ['clients.0.logo = "/none/logo.svg": there is no such file'],
    ],
    [
      "words for no language",
      { file: '[[scopes]]\nname = "a"\ndescription = {}\n' },
      [
        "scopes.0.description (the scope 'a') = {…} is not allowed. It must be",
        "a text, or a table with at least one language",
      ],
    ],
    [
      "words for something that is no language",
      { file: '[[scopes]]\nname = "a"\ndescription = { "de_AT!" = "A" }\n' },
      ["scopes.0.description", "a language tag such as de or pt-BR"],
    ],
    [
      "a proxy that is no address",
      { env: { TESSERA_TRUSTED_PROXIES: "proxy.example" } },
      ['TESSERA_TRUSTED_PROXIES: trusted_proxies.0 = "proxy.example" is not allowed.'],
    ],
    [
      "two clients of one name",
      { file: '[[clients]]\nclient_id = "a"\n[[clients]]\nclient_id = "a"\n' },
      ['clients.1.client_id = "a" is there twice'],
    ],
    [
      "two people of one name in other case",
      {
        file: '[[people]]\nusername = "Ada"\npassword = "x"\n[[people]]\nusername = "ada"\npassword = "x"\n',
      },
      ['people.1.username = "ada" is there twice'],
    ],
    [
      "a person without a password",
      { file: '[[people]]\nusername = "ada"\n' },
      ['people.0: "ada" needs a password or a password_hash.'],
    ],
    [
      "a person with a password and a hash",
      { file: '[[people]]\nusername = "ada"\npassword = "x"\npassword_hash = "$2b$10$x"\n' },
      ['people.0: "ada" needs a password or a password_hash, and not both.'],
    ],
    [
      "a list of breached passwords that is no URL",
      { file: '[passwords]\nbreached_range_url = "https://list.example/range?q="\n' },
      ["passwords.breached_range_url"],
    ],
    [
      "two resources of one name",
      {
        file: '[[resources]]\nidentifier = "https://a.example"\n[[resources]]\nidentifier = "https://a.example"\n',
      },
      ["resources.1.identifier"],
    ],
    [
      "a resource without a host",
      { file: '[[resources]]\nidentifier = "https:a.example"\n' },
      ['resources.0.identifier = "https:a.example" is not allowed'],
    ],
    [
      "a resource with a user name",
      { file: '[[resources]]\nidentifier = "https://user@a.example"\n' },
      [
        'resources.0.identifier = "https://user@a.example" is not allowed',
        "without a fragment or a user name",
      ],
    ],
    [
      "a client's scope that does not exist",
      {
        file: '[[scopes]]\nname = "mail"\ndescription = "M"\n[[clients]]\nclient_id = "a"\nscope = ["mial"]\n',
      },
      ["clients.0.scope (the client 'a'): the scope 'mial' does not exist. Did you mean 'mail'?"],
    ],
    [
      "a resource's scope that is not declared",
      { file: '[[resources]]\nidentifier = "https://a.example"\nscopes = ["mail"]\n' },
      [
        "resources.0.scopes (the resource 'https://a.example'): the scope 'mail' does not exist. Did you mean 'email'? Otherwise declare it in [[scopes]].",
      ],
    ],
    [
      "a rule of exchange about an API or a scope that no exchanged token can be for",
      {
        file: '[[token_exchange]]\nclient = "a"\nresources = ["https://b.example", "http://localhost:8080"]\nfrom_resources = ["http://localhost:8080"]\nscopes = ["openid", "tessera.admin", "mail"]\n',
      },
      [
        'token_exchange.0.resources.0 = "https://b.example": there is no such API. Declare it in [[resources]].',
        'token_exchange.0.resources.1 = "http://localhost:8080" is this server itself.',
        'token_exchange.0.scopes.0 = "openid": no exchanged token has this scope',
        'token_exchange.0.scopes.1 = "tessera.admin": no exchanged token has this scope',
        "the scope 'mail' does not exist",
      ],
    ],
    [
      "a rule of exchange for no API",
      { file: '[[token_exchange]]\nclient = "a"\nresources = []\n' },
      ["token_exchange.0.resources"],
    ],
    [
      "a private-use scheme that browsers run, or that a redirect URI cannot have",
      { file: '[registration]\nprivate_use_schemes = ["vscode", "javascript", "https", "Cursor", "a:"]\n' },
      ["javascript", "https", "Cursor", "a:"].map(
        (scheme, index) =>
          `registration.private_use_schemes.${index + 1} = "${scheme}" is not allowed. It must be a private-use scheme in lower case`,
      ),
    ],
    [
      "a client identifier beyond ASCII",
      { file: '[[clients]]\nclient_id = "ä"\n' },
      ['clients.0.client_id = "ä" is not allowed. It must be printable ASCII characters'],
    ],
    [
      "a scope with a quote",
      { file: '[[scopes]]\nname = \'a"b\'\ndescription = "A"\n' },
      ["scopes.0.name", "It must be a name without spaces, quotes or backslashes"],
    ],
    [
      "two resources of one name, one of them with the slash of the root",
      {
        file: '[[resources]]\nidentifier = "https://a.example"\n[[resources]]\nidentifier = "https://a.example/"\n',
      },
      ['resources.1.identifier = "https://a.example/" is there twice'],
    ],
    [
      "a resource that is the issuer, but for the slash of the root",
      { file: 'issuer = "https://a.example"\n[[resources]]\nidentifier = "https://a.example/"\n' },
      ["resources.0.identifier", "is the issuer, which is a resource by itself"],
    ],
    [
      "a list of tables that is written as one table",
      { file: "[listen]\nport = 9000\n" },
      ["[listen] is a list. Write [[listen]], with two brackets."],
    ],
    [
      "a list of tables that is written as one table, and a flag for its first entry",
      { file: "[listen]\nport = 9000\n", flags: { port: "9001" } },
      ["The configuration has a mistake.", "Write [[listen]], with two brackets."],
    ],
    [
      "a token for registration that no client can send",
      {
        file: '[registration]\ninitial_access_tokens = ["dG9rZW4=", "two words", { env = "T" }]\n',
        env: { T: "é" },
      },
      [
        "registration.initial_access_tokens.1: clients send it as a bearer token, so it has only letters, digits and",
        "registration.initial_access_tokens.2: clients send it as a bearer token, so it has only letters, digits and",
      ],
    ],
    [
      "a secret in a variable that is not set",
      { file: '[[clients]]\nclient_id = "a"\nsecrets = [{ env = "WIKI_SECRET" }]\n' },
      ["clients.0.secrets.0 (the client 'a'): the environment variable WIKI_SECRET is not set."],
    ],
    [
      "a digest that is cut short",
      { file: '[[clients]]\nclient_id = "a"\nsecrets = ["sha256:abcd"]\n' },
      ["clients.0.secrets.0 (the client 'a'): a digest is \"sha256:\" and 64 hexadecimal digits"],
    ],
    [
      "a digest in other case, which would be taken for the secret itself",
      { file: '[[clients]]\nclient_id = "a"\nsecrets = ["SHA256:abcd"]\n' },
      ["clients.0.secrets.0 (the client 'a'): a digest is \"sha256:\" and 64 hexadecimal digits"],
    ],
    [
      "a digest of another algorithm, which would be taken for the secret itself",
      { file: '[[clients]]\nclient_id = "a"\nsecrets = ["sha512:abcd"]\n' },
      ["clients.0.secrets.0 (the client 'a'): a digest is \"sha256:\" and 64 hexadecimal digits"],
    ],
    [
      "a password as a digest",
      { file: `[[people]]\nusername = "a"\npassword = "sha256:${"0".repeat(64)}"\n` },
      ["people.0.password (the person 'a'): a password cannot be given as a digest."],
    ],
    [
      "the demonstration for everyone",
      { flags: { demo: true, issuer: "https://auth.example.org" } },
      ["--demo: demo = true is only for an issuer on this machine"],
    ],
    [
      "passkeys for the domain of another server",
      { file: 'issuer = "https://auth.example.org"\n[sign_in]\npasskey_domain = "h.example.org"\n' },
      ['sign_in.passkey_domain = "h.example.org" must be the host of the issuer or a domain above it'],
    ],
  ];
  test.each(table)(proves("%s", "RFC 9207 2-2"), (_, given, texts) => {
    const message = mistakes(given);
    for (const text of texts) expect(message).toContain(text);
  });

  test("characters are counted, not the units that they are stored in", () => {
    const name = "\u{1F600}".repeat(60);
    expect(load({ file: `[appearance]\nname = "${name}"\n` }).appearance.name).toBe(name);
    expect(mistakes({ file: `[appearance]\nname = "${name}x"\n` })).toContain(
      "It must be a text of 1 to 60 characters.",
    );
  });

  test("a file that is not TOML is told with line and column", () => {
    expect(mistakes({ file: 'demo = false\nissuer = "https://a.example\n' })).toMatch(
      /\.toml:2:\d+: this is not TOML/,
    );
  });

  test("a claim of the protocol, an unknown scope and an unknown source are told with their places", () => {
    const message = mistakes({
      file: `
[[scopes]]
name = "nextcloud"
description = "Files"
[claims.scopes]
nextcloud = ["quota", "sub"]
none = ["quota"]
profile = { team = "quota", email = "attribute:mail" }
[[clients]]
client_id = "wiki"
grant_types = []
secrets = ["a secret that is long enough"]
claims = { aud = "attribute:x", role = { admin = "admins" } }
`,
    });
    for (const words of [
      "claims.scopes.nextcloud: the claim 'sub' is a claim of the protocol itself",
      "claims.scopes.none: there is no scope 'none'",
      'claims.scopes.profile.team = "quota" is no source',
      "claims.scopes.profile: the claim 'email' is told together with whether it is verified",
      "clients.0.claims: the claim 'aud' is a claim of the protocol itself",
      'clients.0.claims.role = {"admin":"admins"} names \'admins\'',
    ])
      expect(message).toContain(words);
  });

  test("everything that is wrong is told at once, one line each", () => {
    const message = mistakes({
      file: '[log]\nlevel = "loud"\nfromat = "text"\n',
      env: { TESSERA_LIMITS__PASSWORD_BYTES: "1" },
      flags: { port: "x" },
    });
    expect(message.split("\n")).toHaveLength(5);
    expect(message).toStartWith("The configuration has 4 mistakes.");
  });

  test("no secret is ever repeated, whichever way it is wrong", () => {
    const secret = "hunter2-hunter2-hunter2";
    const given: Given[] = [
      { file: `[[clients]]\nclient_id = "a"\nsecrets = [["${secret}"]]\n` },
      { file: `[[clients]]\nclient_id = "a"\nsecrets = "${secret}"\n` },
      { file: `[[people]]\nusername = "a"\npassword = ["${secret}"]\n` },
      { env: { TESSERA_PEOPLE: `[{"username":"a","password":{"envv":"${secret}"}}]` } },
      { file: `[[people]]\nusername = "a"\npassword = "${secret}\n` },
      { flags: { set: [`people=[{"username":"a","password":"${secret}"`] } },
    ];
    for (const one of given) expect(mistakes(one)).not.toContain(secret);
  });
});

describe("what is allowed but worth a warning", () => {
  test(
    proves(
      "an issuer without TLS that is not this machine",
      "RFC 8414 2-1",
      "RFC 8414 3-2",
      "RFC 8414 6.1-3",
      "RFC 7591 5-1",
      "RFC 7591 3-2",
      "RFC 9207 2-2",
      "RFC 7662 2-1",
      "RFC 7009 2-4",
      "RFC 7009 2-5",
      "RFC 8628 3.1-2",
      "RFC 6749 2.3.1-5",
      "RFC 6749 3.1-3",
      "RFC 6749 3.2-2",
      "RFC 6749 10.3-2",
      "RFC 6749 10.4-3",
      "RFC 6749 10.5-1",
      "RFC 6749 10.8-1",
      "RFC 6749 10.8-2",
      "RFC 6749 10.9-1",
      "RFC 6749 10.11-1",
      "RFC 6750 5.2-5",
      "RFC 6750 5.2-10",
      "RFC 9700 2.6-3",
    ),
    () => {
      expect(configurationWarnings(load({ flags: { issuer: "http://auth.example.org" } })).join()).toContain(
        "not https",
      );
      for (const issuer of [
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://[::1]:80",
        "https://a.example",
      ]) {
        const written = issuer.replace(/:80$/, "");
        expect(configurationWarnings(load({ flags: { issuer: written } }))).toEqual([]);
      }
    },
  );

  test("a database elsewhere whose certificate nobody checks is warned about, without its password", () => {
    const warnings = (url: string) =>
      configurationWarnings(load({ flags: { issuer: "https://a.example" }, env: { DATABASE_URL: url } }));
    for (const mode of ["", "?sslmode=disable", "?sslmode=prefer", "?sslmode=require"]) {
      const [warning, ...others] = warnings(`postgres://ada:Sesame@db.example:5432/tessera${mode}`);
      expect(warning).toStartWith("The way to PostgreSQL at db.example:5432 is not protected");
      expect(warning).not.toContain("Sesame");
      expect(others).toEqual([]);
    }
    for (const url of [
      "postgres://ada:Sesame@db.example/tessera?sslmode=verify-full",
      "postgres://ada:Sesame@db.example/tessera?sslmode=verify-ca",
      "postgres://ada:Sesame@localhost/tessera",
      "postgres://ada:Sesame@127.0.0.1:5432/tessera",
      "postgresql://ada:Sesame@[::1]:5432/tessera",
    ]) {
      expect(warnings(url)).toEqual([]);
    }
  });
});

test("showing the configuration hides every secret and nothing else", () => {
  const file =
    '[[clients]]\nclient_id = "wiki"\nsecrets = ["top-secret-1", { env = "S" }]\n[[people]]\nusername = "ada"\npassword = "top-secret-2"\n[registration]\ninitial_access_tokens = ["top-secret-3"]\n';
  const shown = JSON.stringify(withoutSecrets(load({ file, env: { S: "top-secret-4" } })));
  expect(shown).not.toContain("top-secret");
  expect(shown).toContain('"client_id":"wiki"');
  expect(shown).toContain('"secrets":["(hidden)","(hidden)"]');
  expect(shown).toContain('"password":"(hidden)"');
});
