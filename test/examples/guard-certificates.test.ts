/**
 * examples/resource-server/guard.ts with tokens that are bound to a certificate (RFC 8705 §3), over sockets: the certificate comes in a
 * header of a trusted proxy, or from a runtime that knows it.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import {
  type Access,
  createGuard,
  type Guard,
  type GuardOptions,
} from "../../examples/resource-server/guard.ts";
import { type ExpressServer, startExpress } from "../interop/mcp/guarded-express.ts";
import { escapedPem, rfc9440, selfSigned, type TestCertificate } from "../support/certificates.ts";
import { proves } from "../support/proves.ts";
import { HandmadeServer, ISSUER, makeKey, Prover, RESOURCE } from "./authorization-server.ts";

const HEADER = "client-cert";
const READ = { scope: "notes.read" };

let folder: string;
let own: TestCertificate;
let other: TestCertificate;
let server: HandmadeServer;
let bun: Bun.Server<undefined>;
let hono: Bun.Server<undefined>;
let express: ExpressServer;

const thumbprintOf = ({ certificate }: TestCertificate): string =>
  Buffer.from(
    new X509Certificate(readFileSync(certificate)).fingerprint256.replaceAll(":", ""),
    "hex",
  ).toString("base64url");

const guardWith = (certificate?: GuardOptions["certificate"], more: Partial<GuardOptions> = {}): Guard =>
  createGuard({
    issuer: ISSUER,
    resource: RESOURCE,
    check: { by: "jwt" },
    fetch: server.fetch,
    now: server.now,
    ...(certificate !== undefined && { certificate }),
    ...more,
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "guard-"));
  own = selfSigned(folder, "own", "/CN=own");
  other = selfSigned(folder, "other", "/CN=other");
  server = new HandmadeServer();
  server.keys = [await makeKey("one")];
  const guard = guardWith({ header: HEADER });
  const notes = guard.serve(READ, (_, access) => Response.json(access));
  bun = Bun.serve({ hostname: "127.0.0.1", port: 0, routes: { "/api/notes": notes } });
  const app = new Hono<{ Variables: { access: Access } }>();
  app.use("/api/notes", guard.hono(READ));
  app.get("/api/notes", (c) => c.json(c.get("access")));
  hono = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => app.fetch(request) });
  express = await startExpress();
  express.protect(guard, { "/api/notes": READ });
});
afterAll(async () => {
  express.close();
  await Promise.all([bun.stop(true), hono.stop(true)]);
  rmSync(folder, { recursive: true });
});

const boundToken = (certificate = own): Promise<string> =>
  server.token({ cnf: { "x5t#S256": thumbprintOf(certificate) } });

const ask = async (port: number | undefined, headers: Record<string, string>) => {
  const response = await fetch(`http://127.0.0.1:${port}/api/notes`, { headers, keepalive: false });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe.each([
  ["Bun.serve", () => bun.port],
  ["Hono", () => hono.port],
  ["Express", () => express.port],
] as const)("behind a proxy that passes certificates on, %s", (_, portOf) => {
  test(
    proves("takes a token with its certificate, however the proxy writes it", "threat 85", "RFC 8705 3-1"),
    async () => {
      const token = await boundToken();
      for (const written of [escapedPem(own), own.der, rfc9440(own)]) {
        const { status, body } = await ask(portOf(), { Authorization: `Bearer ${token}`, [HEADER]: written });
        expect({ status, body }).toMatchObject({
          status: 200,
          body: { subject: "ada", key: null, certificate: thumbprintOf(own) },
        });
      }
      // A token that is bound to nothing needs none.
      const bearer = await ask(portOf(), { Authorization: `Bearer ${await server.token()}` });
      expect(bearer.body).toMatchObject({ subject: "ada", certificate: null });
    },
  );

  test(
    proves(
      "refuses it with another certificate, with none, and with what is none",
      "threat 85",
      "RFC 8705 3-1",
    ),
    async () => {
      const token = await boundToken();
      for (const written of [
        escapedPem(other),
        other.der,
        thumbprintOf(own),
        `${own.der}, ${own.der}`,
        "%zz",
        "::",
        "",
      ]) {
        const { status, body } = await ask(portOf(), { Authorization: `Bearer ${token}`, [HEADER]: written });
        expect({ written, status, error: body.error }).toEqual({
          written,
          status: 401,
          error: "invalid_token",
        });
      }
      expect((await ask(portOf(), { Authorization: `Bearer ${token}` })).status).toBe(401);
      // A header that no option names is a stranger's word.
      const stray = await ask(portOf(), { Authorization: `Bearer ${token}`, "x-client-cert": own.der });
      expect(stray.status).toBe(401);
    },
  );
});

test(proves("no DPoP proof takes the place of the certificate", "threat 85"), async () => {
  const prover = await Prover.make();
  const both = { jkt: prover.thumbprint, "x5t#S256": thumbprintOf(own) };
  for (const cnf of [{ "x5t#S256": thumbprintOf(own) }, both]) {
    const token = await server.token({ cnf });
    for (const scheme of ["DPoP", "Bearer"]) {
      const DPoP = await prover.proof(token, server.seconds);
      const Authorization = `${scheme} ${token}`;
      const isGood = scheme === "Bearer" && cnf !== both;
      const { status } = await ask(bun.port, { Authorization, DPoP, [HEADER]: own.der });
      expect({ scheme, cnf, status }).toEqual({ scheme, cnf, status: isGood ? 200 : 401 });
    }
  }
  const demanding = guardWith({ header: HEADER }, { dpop: "required" });
  const token = await boundToken();
  const { refusal } = await demanding.check({
    method: "GET",
    url: "/api/notes",
    header: (name) => ({ authorization: `Bearer ${token}`, [HEADER]: own.der })[name] ?? null,
  });
  expect(refusal?.body.error_description).toContain("bound to a key");
});

test("a runtime gives the thumbprint in either spelling, and the metadata say that certificates count", async () => {
  const shown = new X509Certificate(readFileSync(own.certificate)).fingerprint256;
  const token = await boundToken();
  const request = new Request("https://notes.example/api/notes", {
    headers: { Authorization: `Bearer ${token}`, [HEADER]: own.der },
  });
  for (const [thumbprint, status] of [
    [shown, 200],
    [shown.toLowerCase(), 200],
    [thumbprintOf(own), 200],
    [thumbprintOf(other), 401],
    [null, 401],
    ["", 401],
  ] as const) {
    const guard = guardWith({ thumbprint: () => thumbprint });
    expect(guard.metadata).toMatchObject({ tls_client_certificate_bound_access_tokens: true });
    const answer = await guard.serve(READ, () => new Response("yes"))(request);
    expect({ thumbprint, status: answer.status }).toEqual({ thumbprint, status });
  }
  expect(guardWith().metadata).not.toHaveProperty("tls_client_certificate_bound_access_tokens");
});

/** A server of node:https behind the guard. Its client is the same process: Bun does not tell the certificate of a connection. */
const PROGRAM = `
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import { createGuard } from "./guard.mjs";
const { token, jwks, issuer, resource, now } = JSON.parse(process.argv[2]);
const read = (name) => readFileSync(new URL(name, import.meta.url));
const guard = createGuard({
  issuer, resource, check: { by: "jwt" }, now: () => now,
  fetch: async (url) => Response.json(url.endsWith("/jwks") ? jwks : { issuer, jwks_uri: issuer + "/jwks" }),
  certificate: { thumbprint: (request) => request.socket.getPeerCertificate().fingerprint256 ?? null },
});
const protect = guard.express({ scope: "notes.read" });
const options = { key: read("own.key"), cert: read("own.pem"), requestCert: true, rejectUnauthorized: false };
const server = createServer(options, (incoming, outgoing) => {
  incoming.originalUrl = incoming.url;
  const response = {
    locals: {},
    status: (code) => ({ set: () => ({ json: () => { outgoing.statusCode = code; outgoing.end(); } }) }),
  };
  protect(incoming, response, () => outgoing.end(response.locals.access.certificate));
});
server.listen(0, "127.0.0.1", async () => {
  const ask = (name) => new Promise((resolve, reject) => {
    const shown = name === null ? {} : { key: read(name + ".key"), cert: read(name + ".pem") };
    const headers = { Authorization: "Bearer " + token };
    request({ port: server.address().port, path: "/api/notes", headers, rejectUnauthorized: false, agent: false, ...shown }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    }).on("error", reject).end();
  });
  console.log(JSON.stringify([await ask("own"), await ask("other"), await ask(null)]));
  server.close();
});
`;

test.skipIf(Bun.which("node") === null)(
  proves("Node tells the certificate of the connection itself", "threat 85", "RFC 8705 3-1"),
  async () => {
    const built = await Bun.build({
      entrypoints: [join(import.meta.dir, "../../examples/resource-server/guard.ts")],
    });
    writeFileSync(join(folder, "guard.mjs"), (await built.outputs[0]?.text()) ?? "");
    writeFileSync(join(folder, "program.mjs"), PROGRAM);
    const facts = {
      token: await boundToken(),
      jwks: { keys: server.keys.map(({ publicKey }) => publicKey) },
      issuer: ISSUER,
      resource: RESOURCE,
      now: server.now(),
    };
    const node = Bun.spawnSync(["node", join(folder, "program.mjs"), JSON.stringify(facts)]);
    expect(node.stderr.toString()).toBe("");
    expect(JSON.parse(node.stdout.toString())).toEqual([200, 401, 401]);
  },
);
