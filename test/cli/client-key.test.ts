/** `client add --auth`, `client set --auth` and `client key`: clients that prove who they are with a key. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importJWK, type JWK } from "jose";
import { openSqliteStore } from "../store/acts.ts";
import { selfSigned } from "../support/certificates.ts";
import { assertionForm, signAssertion } from "../support/client-assertions.ts";
import { ISSUER, startTestServer } from "../support/server.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);
const data = temporaryFolder();
const client = (...args: string[]) => tessera(["client", ...args, "--data", data]);
const json = async (...args: string[]) => JSON.parse((await client(...args, "--json")).out);
const newFile = (name: string) => join(temporaryFolder(), name);

/** What the server answers to the client with the private key of the file. */
async function tokenStatus(clientId: string, file: string): Promise<number> {
  const jwk = JSON.parse(readFileSync(file, "utf8")) as JWK & { kid: string; alg: string };
  const privateKey = await importJWK(jwk, jwk.alg);
  if (privateKey instanceof Uint8Array) throw new Error("This is no private key.");
  const store = await openSqliteStore({ file: join(data, "tessera.db") });
  const server = await startTestServer({}, { opened: { store, close: () => store.close() } });
  try {
    const assertion = await signAssertion(
      { kid: jwk.kid, algorithm: jwk.alg, publicJwk: {}, privateKey },
      { clientId, issuer: ISSUER, now: server.clock.seconds() },
    );
    const form = { grant_type: "client_credentials", scope: "introspect", ...assertionForm(assertion) };
    return (await server.post("/auth/token", form)).status;
  } finally {
    await server.close();
  }
}

describe("a client with a key", () => {
  const first = newFile("backup.jwk.json");
  const second = newFile("backup-2.jwk.json");

  let added: Awaited<ReturnType<typeof client>>;
  beforeAll(async () => {
    added = await client(
      ...["add", "--name", "Backup", "--id", "backup", "--scope", "introspect"],
      ...["--auth", "private_key_jwt", "--new-key", first],
    );
  });

  test("is added with a new key pair, of which the server keeps the public part", async () => {
    expect(added.code).toBe(0);
    expect(added.out).toContain("none: it proves who it is by private_key_jwt");
    expect(statSync(first).mode & 0o777).toBe(0o600);
    const shown = await json("show", "backup");
    expect(shown).toMatchObject({ token_endpoint_auth_method: "private_key_jwt", secrets: [] });
    expect(shown.jwks.keys).toHaveLength(1);
    expect(JSON.stringify(shown.jwks)).not.toContain('"d"');
    expect(await tokenStatus("backup", first)).toBe(200);
    expect((await client("show", "backup")).out).toMatch(/proves itself by +private_key_jwt/);
  });

  test("gets a second key, and loses the first one, without an outage", async () => {
    const { kid } = await json("key", "add", "backup", "--out", second, "--algorithm", "EdDSA");
    expect(await tokenStatus("backup", first)).toBe(200);
    expect(await tokenStatus("backup", second)).toBe(200);
    const [old] = (await json("key", "list", "backup")) as JWK[];
    expect((await client("key", "list", "backup")).out).toContain("EdDSA");
    expect((await client("key", "remove", "backup", String(old?.kid))).out).toContain("1 key left");
    expect(await tokenStatus("backup", first)).toBe(401);
    expect(await tokenStatus("backup", second)).toBe(200);
    // The last one stays: nothing else would open its door.
    const last = await client("key", "remove", "backup", kid);
    expect([last.code, last.err]).toEqual([1, expect.stringContaining("This is the last key of backup")]);
    const unknown = await client("key", "remove", "backup", "nothing");
    expect(unknown.err).toContain("has no key 'nothing'");
  });

  test("never has a file overwritten, and leaves none behind when it is not made", async () => {
    writeFileSync(newFile("kept"), "");
    const kept = newFile("kept.json");
    writeFileSync(kept, "mine");
    const refused = await client("key", "add", "backup", "--out", kept);
    expect([refused.code, readFileSync(kept, "utf8")]).toEqual([1, "mine"]);
    const unused = newFile("unused.json");
    const taken = await client("add", "--id", "backup", "--auth", "private_key_jwt", "--new-key", unused);
    expect([taken.err, existsSync(unused)]).toEqual([expect.stringContaining("is taken"), false]);
  });

  test("has no secrets, and changes its method at once", async () => {
    const none = await client("secret", "add", "backup");
    expect(none.err).toContain("has no secrets. Its keys: tessera client key --help");
    await client("add", "--id", "old", "--name", "Old", "--scope", "introspect");
    const keyless = await client("set", "old", "--auth", "private_key_jwt");
    expect(keyless.err).toContain("needs the keys of the client");
    const file = newFile("old.json");
    const added = await client("key", "add", "old", "--out", file);
    expect(added.out).toContain("tessera client set old --auth private_key_jwt");
    expect(await tokenStatus("old", file)).toBe(401);
    const set = await client("set", "old", "--auth", "private_key_jwt", "--auth-alg", "ES256");
    expect(set.out).toContain("It must sign with its key");
    expect(set.out).toContain("its secrets have ended");
    expect(await json("show", "old")).toMatchObject({
      token_endpoint_auth_signing_alg: "ES256",
      secrets: [],
    });
    expect(await tokenStatus("old", file)).toBe(200);
    const back = await client("set", "old", "--auth", "client_secret_basic");
    expect(back.out).toMatch(/tcs_/);
  });

  test.each([
    [["add", "--id", "x", "--auth", "private_key_jwt"], "needs the keys of the client"],
    [["add", "--id", "x", "--auth", "client_secret_jwt"], "Write one of client_secret_basic"],
    [["add", "--id", "x", "--auth", "none", "--public"], "--auth says it all"],
    [
      ["add", "--id", "x", "--name", "X", "--new-key", "x.json"],
      "--new-key goes with --auth private_key_jwt",
    ],
    [["set", "backup", "--secret-in", "body"], "has no secret"],
    [
      ["add", "--id", "x", "--auth", "tls_client_auth", "--certificate", "san_dns=x.example"],
      "the operator must set client_certificates first",
    ],
    [
      ["add", "--id", "x", "--auth", "tls_client_auth", "--certificate", "x.example"],
      "Write the kind of name",
    ],
    [["set", "backup", "--auth-alg", "HS256"], "'HS256' is not supported"],
  ])("%p is refused with words", async (args, words) => {
    const refused = await client(...args);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain(words);
    expect(existsSync("x.json")).toBe(false);
  });

  test("or with a certificate, by the name or the file that the operator gives", async () => {
    const folder = temporaryFolder();
    const config = join(folder, "tessera.toml");
    const own = selfSigned(folder, "own", "/CN=own");
    writeFileSync(
      config,
      `data = ${JSON.stringify(data)}
       trusted_proxies = ["loopback"]
       [client_certificates]
       authorities = ${JSON.stringify(own.certificate)}`,
    );
    const at = async (...args: string[]) => tessera(["client", ...args, "--config", config]);
    const subject = ["--certificate", "subject_dn=CN=mtls,O=Example"];
    const added = await at("add", "--id", "mtls", "--auth", "tls_client_auth", ...subject);
    expect(added.out).toContain("none: it proves who it is by tls_client_auth");
    expect((await at("show", "mtls")).out).toMatch(/certificate +subject_dn=CN=mtls,O=Example/);
    await at("set", "mtls", "--certificate", "san_dns=mtls.example");
    expect(await json("show", "mtls")).toMatchObject({ tls_client_auth_san_dns: "mtls.example" });
    expect(await json("show", "mtls")).not.toHaveProperty("tls_client_auth_subject_dn");
    await client("add", "--id", "own", "--scope", "introspect");
    const set = await at("set", "own", "--auth", "self_signed_tls_client_auth", "--jwks", own.certificate);
    expect(set.out).toContain("It must show its certificate");
    const { jwks } = await json("show", "own");
    expect(jwks.keys[0].x5c).toEqual([own.der]);
  });

  test("keeps its keys at its own address if it has one", async () => {
    await client(
      ...["add", "--id", "remote", "--auth", "private_key_jwt"],
      ...["--jwks-uri", "https://remote.example/keys"],
    );
    expect((await client("key", "list", "remote")).out).toContain("https://remote.example/keys");
    const refused = await client("key", "add", "remote", "--out", newFile("r.json"));
    expect(refused.err).toContain("publishes its keys at");
  });
});
