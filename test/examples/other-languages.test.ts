/**
 * The resource servers of examples/resource-server in Go, Python and Java, each as its own program against a real server. A language is
 * left out where its toolchain or its libraries are missing: `go` with the modules of go/go.sum, `python3` with joserfc, `javac` with the jars
 * of the Nimbus SDK in ~/.m2. docs/resource-servers.md says how to get them.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { calculateJwkThumbprint } from "jose";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { codeFor, jsonOf, redeemCode, signedInAs, textOf } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword } from "../support/pages.ts";
import { basic, SECRET, TEST_CONFIGURATION } from "../support/server.ts";
import { codeForm, WEB_CALLBACK } from "../support/token-requests.ts";
import { makeKey, Prover } from "./authorization-server.ts";

const FOLDER = join(import.meta.dir, "../../examples/resource-server");

interface Language {
  readonly name: string;
  /** The command that starts the server; null if something is missing. */
  readonly command: () => readonly string[] | null;
}

const runs = (command: readonly string[], cwd = FOLDER): boolean =>
  Bun.which(command[0] ?? "") !== null &&
  Bun.spawnSync([...command], { cwd, stdout: "ignore", stderr: "ignore" }).exitCode === 0;

/** The jars that examples/resource-server/java/pom.xml brings, as Maven keeps them. */
const JARS = [
  "com/nimbusds/oauth2-oidc-sdk/11.26.1/oauth2-oidc-sdk-11.26.1.jar",
  "com/nimbusds/nimbus-jose-jwt/10.4/nimbus-jose-jwt-10.4.jar",
  "com/nimbusds/content-type/2.3/content-type-2.3.jar",
  "com/nimbusds/lang-tag/1.7/lang-tag-1.7.jar",
  "net/minidev/json-smart/2.5.2/json-smart-2.5.2.jar",
  "net/minidev/accessors-smart/2.5.2/accessors-smart-2.5.2.jar",
  "org/ow2/asm/asm/9.7.1/asm-9.7.1.jar",
].map((path) => join(homedir(), ".m2/repository", path));

const LANGUAGES: readonly Language[] = [
  {
    name: "Python, with joserfc",
    command: () =>
      runs(["python3", "-c", "import joserfc"]) ? ["python3", join(FOLDER, "resource_server.py")] : null,
  },
  {
    name: "Go, with go-oidc and go-jose",
    command() {
      const program = join(temporaryFolder(), "resource-server");
      const build = ["go", "build", "-o", program, "."];
      return runs(["env", "GOPROXY=off", "GOFLAGS=-mod=readonly", ...build], join(FOLDER, "go"))
        ? [program]
        : null;
    },
  },
  {
    name: "Java, with the Nimbus SDK",
    command() {
      if (Bun.which("javac") === null || !JARS.every((jar) => existsSync(jar))) return null;
      const classes = temporaryFolder();
      const source = join(FOLDER, "java/ResourceServer.java");
      if (!runs(["javac", "-nowarn", "-cp", JARS.join(":"), "-d", classes, source])) return null;
      return ["java", "-XX:TieredStopAtLevel=1", "-cp", [classes, ...JARS].join(":"), "ResourceServer"];
    },
  },
];
const FOUND = LANGUAGES.map(({ name, command }) => ({ name, command: command() }));
for (const { name, command } of FOUND)
  if (command === null) console.warn(`Left out, because something is missing: ${name}`);

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve) => {
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
    });
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const ports = { jwt: 0, introspection: 0 };
const urlOf = (kind: keyof typeof ports) => `http://localhost:${ports[kind]}/api`;

let tessera: ListeningServer;
let ada: AccountRecord;
beforeAll(async () => {
  ports.jwt = await freePort();
  ports.introspection = await freePort();
  tessera = await startListeningServer({
    scopes: [
      { name: "notes.read", description: "Read your notes" },
      { name: "notes.write", description: "Write notes for you" },
    ],
    resources: [
      { identifier: urlOf("jwt"), scopes: ["notes.read", "notes.write"], access_token_format: "jwt" },
      {
        identifier: urlOf("introspection"),
        scopes: ["notes.read", "notes.write"],
        introspection_clients: ["notes-api"],
      },
    ],
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "notes-api", grant_types: [], secrets: [SECRET] },
    ],
  });
  ada = await addPersonWithPassword(tessera, "ada");
});
afterAll(async () => {
  await tessera.close();
  removeTemporaryFolders();
});

const tokenFor = async (kind: keyof typeof ports, scope = "notes.read", level: "1" | "2" = "1") => {
  const signedIn = signedInAs(tessera, ada);
  const session = { ...signedIn.session, authenticationLevel: level };
  await tessera.context.store.createSession(session, null, ada.passwordHash);
  const code = await codeFor(tessera, ada, { scope, resource: urlOf(kind) }, { ...signedIn, session });
  return textOf(await jsonOf(await redeemCode(tessera, code)), "access_token");
};

/** A token that is bound to the key of the prover (RFC 9449 §5). */
async function boundTokenFor(kind: keyof typeof ports, prover: Prover): Promise<string> {
  const code = await codeFor(tessera, ada, { scope: "notes.read", resource: urlOf(kind) });
  const proof = await prover.proof("", tessera.clock.seconds(), {
    htm: "POST",
    htu: `${tessera.issuer}/auth/token`,
    ath: undefined,
  });
  const headers = { ...basic("web", SECRET), DPoP: proof };
  const tokens = await jsonOf(await tessera.post("/auth/token", codeForm(code, WEB_CALLBACK), headers));
  expect(tokens.token_type).toBe("DPoP");
  return textOf(tokens, "access_token");
}

async function started(command: readonly string[], kind: keyof typeof ports) {
  const credentials = kind === "introspection" ? { CLIENT_ID: "notes-api", CLIENT_SECRET: SECRET } : {};
  const program = Bun.spawn([...command], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ISSUER: tessera.issuer,
      RESOURCE: urlOf(kind),
      PORT: String(ports[kind]),
      ...credentials,
    },
    stdout: "ignore",
    stderr: "inherit",
  });
  const address = `http://127.0.0.1:${ports[kind]}`;
  while (program.exitCode === null) {
    const answer = await fetch(`${address}/.well-known/oauth-protected-resource/api`, {
      keepalive: false,
    }).catch(() => null);
    if (answer !== null) return { program, address, metadata: await answer.json() };
    await Bun.sleep(50);
  }
  throw new Error(`The program ended with ${program.exitCode}.`);
}

for (const { name, command } of FOUND) {
  describe.skipIf(command === null).each(["jwt", "introspection"] as const)(`${name}: by %s`, (kind) => {
    let server: Awaited<ReturnType<typeof started>>;
    beforeAll(async () => {
      server = await started(command ?? [], kind);
    });
    afterAll(async () => {
      server?.program.kill();
      await server?.program.exited;
    });
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${server.address}${path}`, { headers, keepalive: false });
      const body = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, body, challenge: answer.headers.get("www-authenticate") ?? "" };
    };
    const withToken = async (token: string, path = "/api/notes") =>
      get(path, { Authorization: `Bearer ${token}` });

    test("serves its metadata and names them in its challenges", async () => {
      expect(server.metadata).toMatchObject({
        resource: urlOf(kind),
        authorization_servers: [tessera.issuer],
      });
      const { status, challenge } = await get("/api/notes");
      expect(status).toBe(401);
      const origin = new URL(urlOf(kind)).origin;
      expect(challenge).toContain(`resource_metadata="${origin}/.well-known/oauth-protected-resource/api"`);
      expect(challenge).not.toContain("error=");
    });

    test("takes the tokens that are for it, and no others", async () => {
      const good = await withToken(await tokenFor(kind));
      expect(good).toMatchObject({ status: 200, body: { subject: ada.subject, scope: ["notes.read"] } });
      const other = kind === "jwt" ? "introspection" : "jwt";
      for (const token of [await tokenFor(other), "tat_unknown", "a.b.c", "x".repeat(5000)])
        expect(await withToken(token)).toMatchObject({ status: 401, body: { error: "invalid_token" } });
      const code = await codeFor(tessera, ada, { scope: "openid notes.read", resource: urlOf(kind) });
      const { id_token: idToken } = await jsonOf(await redeemCode(tessera, code));
      expect((await withToken(String(idToken))).status).toBe(401);
      const scope = await withToken(await tokenFor(kind, "notes.write"));
      expect(scope).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
      expect(scope.challenge).toContain('scope="notes.read"');
      expect((await get("/api/notes", { Authorization: "Bearer a, Bearer b" })).status).toBe(400);
    });

    test("takes no signature by HMAC with a public key, and none at all", async () => {
      const { keys } = (await (await tessera.fetch("/auth/jwks.json")).json()) as { keys: { kid: string }[] };
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = part({
        iss: tessera.issuer,
        aud: urlOf(kind),
        sub: "eve",
        client_id: "web",
        exp: 9_999_999_999,
      });
      for (const alg of ["none", "HS256"]) {
        const signed = `${part({ alg, typ: "at+jwt", kid: keys[0]?.kid })}.${claims}`;
        const key = await crypto.subtle.importKey(
          "raw",
          new TextEncoder().encode(JSON.stringify(keys[0])),
          { name: "HMAC", hash: "SHA-256" },
          false,
          ["sign"],
        );
        const code = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(signed));
        const signature = alg === "none" ? "" : Buffer.from(code).toString("base64url");
        expect((await withToken(`${signed}.${signature}`)).status).toBe(401);
      }
    });

    test("asks for a better sign-in (RFC 9470)", async () => {
      const weak = await withToken(await tokenFor(kind), "/api/danger");
      expect(weak).toMatchObject({ status: 401, body: { error: "insufficient_user_authentication" } });
      expect(weak.challenge).toContain('acr_values="2"');
      expect(weak.challenge).toContain('max_age="300"');
      expect((await withToken(await tokenFor(kind, "notes.read", "2"), "/api/danger")).status).toBe(200);
    });

    test.each(["ES256", "ES384", "RS256", "PS256"])(
      "takes a bound token with a proof by %s, once, and never without",
      async (algorithm) => {
        const prover = await Prover.make(algorithm);
        const token = await boundTokenFor(kind, prover);
        const ask = async (changes: Record<string, unknown> | string = {}, scheme = "DPoP") => {
          const now = Math.floor(Date.now() / 1000);
          const proof =
            typeof changes === "string"
              ? changes
              : await prover.proof(token, now, { htu: `${urlOf(kind)}/notes`, ...changes });
          return get("/api/notes?page=2", { Authorization: `${scheme} ${token}`, DPoP: proof });
        };
        expect(await ask()).toMatchObject({ status: 200, body: { subject: ada.subject } });
        const proof = await prover.proof(token, Math.floor(Date.now() / 1000), {
          htu: `${urlOf(kind)}/notes`,
        });
        expect((await ask(proof)).status).toBe(200);
        const again = await ask(proof);
        expect(again).toMatchObject({ status: 401, body: { error: "invalid_dpop_proof" } });
        expect(again.challenge).toContain('DPoP error="invalid_dpop_proof"');
        const downgraded = await ask({}, "Bearer");
        expect(downgraded).toMatchObject({ status: 401, body: { error: "invalid_token" } });
        if (algorithm !== "ES256") return;
        const now = Math.floor(Date.now() / 1000);
        const other = await Prover.make();
        for (const wrong of [
          { htm: "POST" },
          { htu: `${urlOf(kind)}/other` },
          // Where the request really went: the program does not believe the header Host.
          { htu: `${server.address}/api/notes` },
          { ath: "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" },
          { iat: now - 1000 },
          { iat: now + 1000 },
          { jti: undefined },
          await other.proof(token, now, { htu: `${urlOf(kind)}/notes` }),
          await prover.proof(token, now, { htu: `${urlOf(kind)}/notes` }, { typ: "JWT" }),
          "a.b.c",
        ])
          expect(await ask(wrong)).toMatchObject({ status: 401, body: { error: "invalid_dpop_proof" } });
      },
    );

    test("a bearer token is not made a bound one by a proof", async () => {
      const prover = new Prover(await makeKey("proof"), "");
      expect(await calculateJwkThumbprint(prover.key.publicKey)).toBeString();
      const token = await tokenFor(kind);
      const proof = await prover.proof(token, Math.floor(Date.now() / 1000), { htu: `${urlOf(kind)}/notes` });
      const refused = await get("/api/notes", { Authorization: `DPoP ${token}`, DPoP: proof });
      expect(refused).toMatchObject({ status: 401, body: { error: "invalid_token" } });
      expect(refused.challenge).toContain('DPoP error="invalid_token"');
    });
  });
}
