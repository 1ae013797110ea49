/** Clients that publish a metadata document, with a hostile server of documents: threat class 87. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changedMetadata } from "../../src/clients/change.ts";
import { documentSettings } from "../../src/clients/metadata-document.ts";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import {
  admitDocumentClient,
  findDocumentClient,
  keepDocumentClient,
} from "../../src/operations/client-documents.ts";
import { changeClient, disableClient, vouchForClient } from "../../src/operations/clients.ts";
import { blockDocuments, unblockDocuments } from "../../src/operations/document-blocks.ts";
import { freshSeconds } from "../../src/operations/document-fetching.ts";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";
import { createOutbound, type Outbound } from "../../src/platform/outbound.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { clients } from "../../src/store/tables/clients.ts";
import { grants } from "../../src/store/tables/grants.ts";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { answerConsent, answerConsentAt, authorizePath, formsOf, redirectOf } from "../support/code-flow.ts";
import { expectRefusal, expectTokens, jsonOf, redeemCode, refresh, textOf } from "../support/flows.ts";
import { textOf as textOfPage } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { postPush, pushedPath } from "../support/pushed.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";

const folder = mkdtempSync(join(tmpdir(), "tessera-documents-"));
const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** What the host answers at each path, and how often it was asked. */
let answers: Record<string, (request: Request, url: string) => Response | Promise<Response>> = {};
let visits: Request[] = [];
let host: Bun.Server<undefined>;
beforeAll(() => {
  const made = Bun.spawnSync([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "2", "-subj", "/CN=app.example", "-addext"],
    ...["subjectAltName=DNS:app.example,DNS:rebinding.example,DNS:inside.example"],
    ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "certificate.pem")],
  ]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  host = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      visits.push(request);
      const { pathname, search } = new URL(request.url);
      const answer = answers[pathname];
      const url = `https://${request.headers.get("host")}${pathname}${search}`;
      return answer === undefined ? new Response("{}", { status: 404 }) : answer(request, url);
    },
    tls: { key: read("key.pem"), cert: read("certificate.pem") },
  });
});
const OWN: readonly string[] = ["127.0.0.1"];
let found = OWN;
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  answers = {};
  visits = [];
  found = OWN;
});
afterAll(async () => {
  await host.stop(true);
  rmSync(folder, { recursive: true });
});

const CALLBACK = "https://app.example/callback";
const LOOPBACK = "http://127.0.0.1:49152/callback";
const document = (url: string, members: Record<string, unknown> = {}) => ({
  client_id: url,
  client_name: "Notebook",
  redirect_uris: [CALLBACK, LOOPBACK],
  grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
  ...members,
});
const json = (body: unknown, headers: Record<string, string> = {}, status = 200) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
/** Publishes a document at the path. Returns its URL. */
function publish(path: string, members: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  answers[path] = (_, url) => json(document(url, members), headers);
  return at(path);
}
const at = (path: string, name = "app.example") => `https://${name}:${host.port}${path}`;

interface Start {
  readonly settings?: ConfigurationInput;
  readonly opened?: Awaited<ReturnType<typeof openTemporary>>;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly allow?: readonly string[];
  readonly timeoutMillis?: number;
}
async function start({ settings, opened, resolve, allow, timeoutMillis }: Start = {}) {
  const outbound = createOutbound({
    allow: allow ?? ["127.0.0.1"],
    resolve: resolve ?? (async () => ["127.0.0.1"]),
    authorities: [read("certificate.pem")],
    ...(timeoutMillis !== undefined && { timeoutMillis }),
  });
  const server = await startTestServer(settings, { outbound, ...(opened && { opened }) });
  servers.push(server);
  return server;
}

const signedIn = async (server: TestServer) =>
  server.signIn(await server.addPerson(`person-${Math.random()}`));

const request = (url: string, redirect_uri = CALLBACK) => ({ client_id: url, redirect_uri });

/** The tokens of a person who allowed the client what it asked for. */
async function connect(server: TestServer, url: string, cookie: string, redirectUri = CALLBACK) {
  const answered = await answerConsent(server, cookie, request(url, redirectUri));
  const code = redirectOf(answered).searchParams.get("code") ?? "";
  return expectTokens(await redeemCode(server, code, { redirect_uri: redirectUri, client_id: url }, url));
}
const page = async (server: TestServer, url: string, cookie?: string, redirectUri = CALLBACK) => {
  const headers: Record<string, string> = cookie === undefined ? {} : { Cookie: cookie };
  return server.fetch(authorizePath(request(url, redirectUri)), { headers });
};
const renew = (server: TestServer, tokens: Record<string, unknown>, url: string) =>
  refresh(server, textOf(tokens, "refresh_token"), { client_id: url }, url);
const rowOf = async (server: TestServer, url: string) => server.context.store.findClient(url);
const isActive = async (server: TestServer, tokens: Record<string, unknown>) => {
  const form = { token: textOf(tokens, "access_token") };
  return (await jsonOf(await server.post("/auth/introspect", form, basic("mail-server", SECRET)))).active;
};

describe("a client with a metadata document", () => {
  test("may push its first request, and has no row before a person allows it something", async () => {
    const server = await start();
    const url = publish("/pushing");
    const cookie = await signedIn(server);
    // The second push finds the client in the memory of the process, with credentials that were good before.
    for (let count = 0; count < 2; count += 1) {
      const pushed = await jsonOf(await postPush(server, request(url), { form: {} }));
      expect(await rowOf(server, url)).toBeNull();
      const path = pushedPath(textOf(pushed, "request_uri"), url);
      expect((await server.fetch(path, { headers: { Cookie: cookie } })).status).toBe(200);
      if (count === 0) continue;
      const code = redirectOf(await answerConsentAt(server, cookie, path)).searchParams.get("code") ?? "";
      await expectTokens(await redeemCode(server, code, { redirect_uri: CALLBACK, client_id: url }, url));
    }
    expect(await rowOf(server, url)).not.toBeNull();
    // It has a row now, and pushes on.
    expect((await postPush(server, request(url), { form: {} })).status).toBe(201);
  });

  test(
    proves(
      "gets tokens for what a person allows, and has a row from then on",
      "CIMD 4-1",
      "CIMD 4.5-1",
      "CIMD 5-1",
      "CIMD 6.4-1",
      "threat 61",
    ),
    async () => {
      const server = await start();
      const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
      expect(metadata.client_id_metadata_document_supported).toBe(true);
      const url = publish("/client");
      const cookie = await signedIn(server);
      const asked = await page(server, url, cookie);
      const words = await textOfPage(asked);
      for (const expected of ["Notebook", `Published by app.example:${host.port}`, "not verified"])
        expect(words).toContain(expected);
      expect(await rowOf(server, url)).toBeNull();

      const tokens = await connect(server, url, cookie);
      expect(tokens.scope).toBe("mail.read");
      expect(await isActive(server, tokens)).toBe(true);
      await expectTokens(await renew(server, tokens, url));
      const row = await rowOf(server, url);
      expect(row).toMatchObject({
        source: "metadata_document",
        clientName: "Notebook",
        // What this server does not have is left out.
        grantTypes: ["authorization_code", "refresh_token"],
        unusedFrom: null,
      });
      // One fetch was enough for all of this.
      expect(visits.length).toBe(1);
      expect(visits[0]?.headers.get("accept")).toBe("application/json");
      expect(visits[0]?.headers.get("cookie")).toBeNull();
    },
  );

  test(proves("says on the page that any program on the device can pose as it", "CIMD 6.4-1"), async () => {
    const server = await start();
    const url = publish("/client");
    const words = await textOfPage(await page(server, url, await signedIn(server), LOOPBACK));
    expect(words).toContain("Any program on this device can pretend to be this application");
  });

  test("has one grant for each installation, each of which is listed and ended by itself", async () => {
    const server = await start();
    const url = publish("/client");
    const cookie = await signedIn(server);
    const [first, second] = [
      await connect(server, url, cookie),
      await connect(server, url, cookie, LOOPBACK),
    ];
    const revoked = await server.post("/auth/revoke", {
      token: textOf(first, "refresh_token"),
      client_id: url,
    });
    expect(revoked.status).toBe(200);
    expect([await isActive(server, first), await isActive(server, second)]).toEqual([false, true]);
    await expectTokens(await renew(server, second, url));
    const listed = await server.context.store.list(grants, {
      where: { clientId: url as ClientId },
      limit: 9,
    });
    expect(listed.map(({ revokedAt }) => revokedAt !== null).sort()).toEqual([false, true]);
    const account = await textOfPage(await server.fetch("/account", { headers: { Cookie: cookie } }));
    expect(account).toContain(`app.example:${host.port}`);
  });

  test(
    proves("that acts before a person is asked gets a row that goes away unused", "threat 61"),
    async () => {
      const server = await start({ settings: { registration: { unused_kept: 1, unused_seconds: 600 } } });
      const url = publish("/client");
      await admitDocumentClient(server.context, SERVER_ACT, url);
      await admitDocumentClient(server.context, SERVER_ACT, url);
      expect((await rowOf(server, url))?.unusedFrom).not.toBeNull();
      expect(admitDocumentClient(server.context, SERVER_ACT, publish("/other"))).rejects.toMatchObject({
        reason: "registrations_full",
      });
      server.clock.advance(602);
      await removeAllExpired(server.context);
      expect(await rowOf(server, url)).toBeNull();
    },
  );

  test("may say it more specifically: application/*+json", async () => {
    const server = await start();
    const type = { "Content-Type": "application/client-id+json; charset=utf-8" };
    const url = publish(
      "/client",
      { client_uri: "https://app.example/", some_other_member: { a: [1] } },
      type,
    );
    expect((await page(server, url, await signedIn(server))).status).toBe(200);
  });

  test("that names no method authenticates with none, as other servers read it", async () => {
    const server = await start();
    const url = publish("/client", { token_endpoint_auth_method: undefined });
    const tokens = await connect(server, url, await signedIn(server));
    expect((await rowOf(server, url))?.tokenEndpointAuthMethod).toBe("none");
    expect(await isActive(server, tokens)).toBe(true);
  });

  test(proves("is told nothing by prompt=none, and is asked about each time", "threat 68"), async () => {
    const server = await start();
    const url = publish("/client");
    const cookie = await signedIn(server);
    await connect(server, url, cookie);
    expect(
      (await formsOf(await page(server, url, cookie))).some(({ action }) => action.endsWith("/consent")),
    ).toBe(true);
    const silent = await server.fetch(authorizePath({ ...request(url), prompt: "none" }), {
      headers: { Cookie: cookie },
    });
    // A page, not a redirect: no one vouches for the client.
    expect(silent.status).toBe(200);
    expect(await silent.text()).toContain("interaction_required");
  });
});

/** One server for all documents from which no client is made. It finds the addresses `found` for every host. */
let strict: TestServer;
beforeAll(async () => {
  const authorities = [read("certificate.pem")];
  // This test's own host is the one inner address that may be called.
  const lenient = createOutbound({ allow: ["127.0.0.1"], resolve: async () => OWN, authorities });
  const guarded = createOutbound({ allow: [], resolve: async () => found, authorities });
  const outbound: Outbound = { send: (request) => (found === OWN ? lenient : guarded).send(request) };
  strict = await startTestServer(
    { client_id_metadata_documents: { fetches_per_host: 10_000, fetches_per_address: 10_000 } },
    { outbound },
  );
});
afterAll(() => strict.close());

/** Expects that no client is made of it, that nothing is kept, and that the server asks again each time. */
async function expectNoClient(url: string, reason: string, server = strict) {
  server.logged.length = 0;
  const cookie = await signedIn(server);
  for (let time = 0; time < 2; time += 1) {
    const answer = await page(server, url, cookie);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
  }
  const refused = server.logged
    .map((line) => JSON.parse(line))
    .filter(({ message }) => message === "refused");
  expect(refused.map((line) => line.reason)).toEqual([reason, reason]);
  expect(server.context.clientDocuments.recall(url)).toBeNull();
  expect(await rowOf(server, url)).toBeNull();
  await expectRefusal(
    await server.post("/auth/token", { grant_type: "refresh_token", refresh_token: "x", client_id: url }),
    401,
    "invalid_client",
  );
}

describe("a bad document", () => {
  const bad: readonly (readonly [what: string, answer: (url: string) => Response, reason: string])[] = [
    ["a redirect", () => Response.redirect(at("/good"), 302), "client_document_unavailable"],
    ["a status that is not 200", () => json(document(at("/client")), {}, 201), "client_document_unavailable"],
    ["no document", () => json({}, {}, 404), "client_document_unavailable"],
    ["a page", (url) => json(document(url), { "Content-Type": "text/html" }), "client_document_unavailable"],
    ["more than 5 KiB", (url) => json(document(url, { x: "x".repeat(5100) })), "client_document_unavailable"],
    [
      "a bomb",
      () =>
        new Response(Bun.gzipSync(Buffer.alloc(1_000_000, 32)), {
          headers: { "Content-Type": "application/json", "Content-Encoding": "gzip" },
        }),
      "client_document_unavailable",
    ],
    [
      "bytes that are no UTF-8",
      (url) =>
        new Response(Buffer.from(JSON.stringify(document(url, { client_name: "caf\xe9" })), "latin1"), {
          headers: { "Content-Type": "application/json" },
        }),
      "client_document_unavailable",
    ],
    ["no JSON", () => json("{client_id"), "client_document_refused"],
    ["an array", (url) => json([document(url)]), "client_document_refused"],
    ["another client_id", () => json(document("https://app.example/other")), "client_document_refused"],
    ["its client_id in capitals", (url) => json(document(url.toUpperCase())), "client_document_refused"],
    ["no client_id", (url) => json(document(url, { client_id: undefined })), "client_document_refused"],
    [
      "two client_ids",
      (url) => json(`{"client_id":"https://victim.example/",${JSON.stringify(document(url)).slice(1)}`),
      "client_document_refused",
    ],
    ["deep nesting", (url) => json(document(url, { x: [[[[[[[[[1]]]]]]]]] })), "client_document_refused"],
    ["a secret", (url) => json(document(url, { client_secret: "s3cret" })), "client_document_refused"],
    [
      "the end of a secret",
      (url) => json(document(url, { client_secret_expires_at: 99 })),
      "client_document_refused",
    ],
    ...["client_secret_basic", "client_secret_post", "client_secret_jwt", "x", 7].map(
      (method) =>
        [
          `the method ${method}`,
          (url: string) => json(document(url, { token_endpoint_auth_method: method })),
          "client_document_refused",
        ] as const,
    ),
    [
      "a redirect URI that runs",
      (url) => json(document(url, { redirect_uris: ["javascript:alert(1)"] })),
      "client_document_refused",
    ],
    [
      "a redirect URI of this server",
      (url) => json(document(url, { redirect_uris: ["https://auth.example/x"] })),
      "client_document_refused",
    ],
    ["no redirect URIs", (url) => json(document(url, { redirect_uris: [] })), "client_document_refused"],
    [
      "only grant types that people do not give",
      (url) => json(document(url, { grant_types: ["client_credentials"] })),
      "client_document_refused",
    ],
    [
      "the name of an application of the operator",
      (url) => json(document(url, { client_name: "Example Web" })),
      "client_document_refused",
    ],
  ];
  test.each(bad)(
    proves(
      "with %s makes no client, and nothing of it is remembered",
      "CIMD 4-2",
      "CIMD 4-3",
      "CIMD 4.1-1",
      "MCP documents-2",
      "MCP documents-5",
      "CIMD 4.1-3",
      "CIMD 4.1-4",
      "CIMD 4.3-1",
      "CIMD 4.4-2",
      "CIMD 6.6-1",
      "threat 87",
      "threat 20",
    ),
    async (_, answer, reason) => {
      answers["/client"] = (_request, url) => answer(url);
      await expectNoClient(at("/client"), reason);
      expect(visits.length).toBe(2);
    },
  );

  test("says on the page what its developer should correct", async () => {
    answers["/client"] = () => json(document("https://app.example/other"));
    const wrong = await textOfPage(await page(strict, at("/client")));
    expect(wrong).toContain("client_id in the document is not the URL of the document");
    expect(await textOfPage(await page(strict, at("/missing")))).toContain("It answers with status 404.");
  });

  test(proves("that drips is cut off", "threat 87"), async () => {
    const server = await start({ timeoutMillis: 150 });
    answers["/client"] = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(Buffer.from("{"));
          },
        }),
        { headers: { "Content-Type": "application/json" } },
      );
    await expectNoClient(at("/client"), "client_document_unavailable", server);
  });

  test.each([
    "127.0.0.1",
    "10.0.0.7",
    "169.254.169.254",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "::1",
    "93.184.216.34 127.0.0.1",
  ])(
    proves(
      "on a host with the address %s is never asked for",
      "CIMD 6.5-1",
      "MCP ssrf-1",
      "MCP documents-6",
      "threat 20",
      "threat 87",
    ),
    async (all) => {
      found = all.split(" ");
      const url = publish("/client");
      await expectNoClient(url, "client_document_unavailable");
      expect(visits).toEqual([]);
      const words = await textOfPage(await page(strict, url));
      // A stranger learns nothing of the network.
      for (const address of found) expect(words).not.toContain(address);
    },
  );

  test(
    proves("comes from the address that was checked, whatever the name says next", "threat 21"),
    async () => {
      let looks = 0;
      const server = await start({
        resolve: async () => {
          looks += 1;
          return [looks === 1 ? "127.0.0.1" : "10.0.0.7"];
        },
      });
      expect((await page(server, publish("/client"), await signedIn(server))).status).toBe(200);
      expect([looks, visits.length]).toEqual([1, 1]);
    },
  );
});

test(
  proves("an address in a document is not called if it is inside", "CIMD 6.5-2", "threat 20"),
  async () => {
    const inside = "inside.example";
    const server = await start({
      allow: ["app.example"],
      resolve: async (name) => [name === inside ? "10.0.0.7" : "127.0.0.1"],
    });
    const url = publish("/client", {
      subject_type: "pairwise",
      sector_identifier_uri: `https://${inside}/sector`,
    });
    const refused = await page(server, url, await signedIn(server));
    expect(refused.status).toBe(400);
    expect(await textOfPage(refused)).not.toContain("10.0.0.7");
    expect(visits.length).toBe(1);
  },
);

describe("an identifier that is not exactly the URL", () => {
  test.each([
    (url: string) => url.replace("https", "HTTPS"),
    (url: string) => url.replace("app.example", "APP.example"),
    (url: string) => url.replace("app.example", "app.example."),
    (url: string) => url.replace("/client", "/x/../client"),
    (url: string) => url.replace("https://", "https://me@"),
    (url: string) => `${url}#x`,
    (url: string) => url.replace("https", "http"),
  ])(proves("is refused before anything is fetched (%#)", "CIMD 3-1", "threat 87"), async (spoil) => {
    await expectNoClient(spoil(publish("/client")), "client_document_blocked");
    expect(visits).toEqual([]);
  });
});

describe("a document is kept", () => {
  test.each([
    [null, 300],
    ["max-age=60", 300],
    ["max-age=3600", 3600],
    ["public, max-age=999999", 86_400],
    ["no-store", 300],
    ["no-cache, max-age=3600", 300],
    ["s-maxage=5000", 300],
    ["max-age=junk", 300],
  ])(proves("with Cache-Control %p for %d seconds", "CIMD 4.4-1"), (cacheControl, seconds) => {
    const bounds = { fresh_seconds_least: 300, fresh_seconds_most: 86_400 };
    expect(freshSeconds({ cacheControl, age: null, etag: null }, bounds)).toBe(seconds);
  });

  test("for less if it has lain in a cache", () => {
    const bounds = { fresh_seconds_least: 300, fresh_seconds_most: 86_400 };
    expect(freshSeconds({ cacheControl: "max-age=3600", age: "600", etag: null }, bounds)).toBe(3000);
  });

  test(
    proves("and asked for again when it is not fresh, by its ETag", "CIMD 4.4-1", "MCP documents-3"),
    async () => {
      const server = await start();
      const url = at("/client");
      answers["/client"] = (request, own) =>
        request.headers.get("if-none-match") === '"1"'
          ? new Response(null, { status: 304, headers: { "Cache-Control": "max-age=3600" } })
          : json(document(own), { ETag: '"1"', "Cache-Control": "max-age=600" });
      const cookie = await signedIn(server);
      const tokens = await connect(server, url, cookie);
      server.clock.advance(601);
      const before = await rowOf(server, url);
      expect((await page(server, url, cookie)).status).toBe(200);
      expect(visits.map((visit) => visit.headers.get("if-none-match"))).toEqual([null, '"1"']);
      const after = await rowOf(server, url);
      // The client is as it was: callers that are remembered stay so.
      expect(after?.revision).toBe(before?.revision ?? -1);
      expect(after?.document?.etag).toBe('"1"');
      server.clock.advance(1201);
      await page(server, url, cookie);
      expect(visits.length).toBe(2);
      await expectTokens(await renew(server, tokens, url));
    },
  );

  test("while its host is down, for a day, if people use the client; and not if it is gone", async () => {
    const server = await start({ settings: { client_id_metadata_documents: { stale_seconds: 7200 } } });
    const url = publish("/client");
    const stranger = publish("/stranger");
    const cookie = await signedIn(server);
    const tokens = await connect(server, url, cookie);
    await page(server, stranger, cookie);
    answers["/client"] = answers["/stranger"] = () => json({}, {}, 503);
    server.clock.advance(3600);
    expect((await page(server, url, cookie)).status).toBe(200);
    expect((await page(server, stranger, cookie)).status).toBe(400);
    server.clock.advance(3601);
    const later = await server.signIn(await server.addPerson("later"));
    expect((await page(server, url, later)).status).toBe(400);

    const gone = publish("/gone");
    await connect(server, gone, later);
    delete answers["/gone"];
    server.clock.advance(301);
    expect((await page(server, gone, later)).status).toBe(400);
    // What people allowed stays: the document says what a client is, not that people want it no more.
    expect((await renew(server, tokens, url)).status).toBe(200);
  });

  test(proves("by none of the failures: the next request asks again", "CIMD 4.4-2"), async () => {
    const server = await start();
    answers["/client"] = () => json({}, { "Cache-Control": "max-age=86400" }, 500);
    expect((await page(server, at("/client"))).status).toBe(400);
    publish("/client");
    expect((await page(server, at("/client"), await signedIn(server))).status).toBe(200);
  });

  test(proves("and a host is asked for so many within a minute", "threat 87", "threat 61"), async () => {
    const server = await start({ settings: { client_id_metadata_documents: { fetches_per_host: 3 } } });
    answers["/client"] = (_, url) => json(document(url));
    const statuses: number[] = [];
    for (const name of ["1", "2", "3", "4", "5"])
      statuses.push((await page(server, at(`/client?${name}`), await signedIn(server))).status);
    expect(statuses).toEqual([200, 200, 200, 400, 400]);
    expect(visits.length).toBe(3);
    expect((await page(server, at("/client?1"), await signedIn(server))).status).toBe(200);
  });

  test(proves("and one network names so many within a minute", "threat 60", "threat 87"), async () => {
    const server = await start({ settings: { client_id_metadata_documents: { fetches_per_address: 2 } } });
    answers["/client"] = (_, url) => json(document(url));
    const ask = (name: number, address: string) =>
      server.fetch(authorizePath(request(at(`/client?${name}`))), { address });
    for (const name of [1, 2, 3, 4]) await ask(name, "198.51.100.7");
    expect(visits.length).toBe(2);
    await ask(5, "203.0.113.9");
    expect(visits.length).toBe(3);
  });

  test(
    proves(
      "and strangers who use up what a host may be asked take it neither from people nor from other networks",
      "threat 60",
      "threat 87",
    ),
    async () => {
      const server = await start({ settings: { client_id_metadata_documents: { fetches_per_host: 3 } } });
      const used = publish("/used");
      await connect(server, used, await signedIn(server));
      server.clock.advance(3600);
      answers["/client"] = (_, url) => json(document(url));
      const ask = async (name: string, address: string) =>
        (await server.fetch(authorizePath(request(at(`/client?${name}`))), { address })).status;
      visits = [];
      for (const name of ["1", "2", "3", "4"]) await ask(name, "198.51.100.7");
      for (const name of ["5", "6"]) await ask(name, "203.0.113.9");
      // Three, and the first one of the second network.
      expect(visits.length).toBe(4);
      expect(await ask("7", "192.0.2.1")).toBe(303);
      expect(await ask("8", "192.0.2.77")).toBe(400);
      expect(await ask("9", "192.0.3.1")).toBe(303);
      expect(await ask("10", "192.0.4.1")).toBe(400);
      const known = await server.fetch(authorizePath(request(used)), { address: "198.51.100.7" });
      expect(known.status).toBe(303);
      expect(visits.length).toBe(7);
    },
  );

  test(
    proves("and one that is gone comes back to life by no flood, nor takes others the fetches", "threat 87"),
    async () => {
      const server = await start({ settings: { client_id_metadata_documents: { fetches_per_host: 6 } } });
      const cookie = await signedIn(server);
      const [gone, other] = [publish("/gone"), publish("/other")];
      for (const url of [gone, other]) await connect(server, url, cookie);
      server.clock.advance(3600);
      answers["/gone"] = () => new Response("gone", { status: 404 });
      visits = [];
      for (let count = 0; count < 12; count += 1)
        expect((await server.fetch(authorizePath(request(gone)))).status).toBe(400);
      const known = await server.fetch(authorizePath(request(other)));
      expect(known.status).toBe(303);
      expect(visits.map(({ url }) => new URL(url).pathname)).toEqual(["/gone", "/gone", "/other"]);
    },
  );

  test(proves("in no row while only strangers ask", "threat 61"), async () => {
    const server = await start({
      settings: { client_id_metadata_documents: { fetches_per_host: 1000, fetches_per_address: 1000 } },
    });
    answers["/client"] = (_, url) => json(document(url));
    for (let name = 0; name < 20; name += 1) await page(server, at(`/client?${name}`));
    expect(visits.length).toBe(20);
    const rows = await server.context.store.list(clients, {
      where: { source: "metadata_document" },
      limit: 10,
    });
    expect(rows).toEqual([]);
  });
});

describe("a document that changes after a person allowed the client something", () => {
  async function changed(members: Record<string, unknown>) {
    const server = await start();
    const url = publish("/client");
    const cookie = await signedIn(server);
    const tokens = await connect(server, url, cookie);
    const row = await rowOf(server, url);
    if (row === null) throw new Error("There is no row.");
    await vouchForClient(server.context, SERVER_ACT, row.clientId, server.clock.seconds());
    // The operator vouches for it, so this answer is remembered.
    await connect(server, url, cookie);
    expect(redirectOf(await page(server, url, cookie)).searchParams.has("code")).toBe(true);
    publish("/client", members);
    server.clock.advance(301);
    return { server, url, cookie, tokens };
  }
  const asksAgain = async ({ server, url, cookie }: Awaited<ReturnType<typeof changed>>) =>
    (await formsOf(await page(server, url, cookie))).some(({ action }) => action.endsWith("/consent"));

  test("is not asked about again if it says the same", async () => {
    const found = await changed({ contacts: ["me@app.example"] });
    expect(redirectOf(await page(found.server, found.url, found.cookie)).searchParams.has("code")).toBe(true);
  });

  test.each([
    ["a new name", { client_name: "Diary" }],
    ["a new address", { redirect_uris: [CALLBACK, LOOPBACK, "https://app.example/other"] }],
    ["another website", { client_uri: "https://other.example/" }],
  ])(
    proves("with %s loses what the operator and people said of it", "CIMD 6.3-1", "threat 87"),
    async (_, members) => {
      const found = await changed(members);
      expect(await asksAgain(found)).toBe(true);
      const row = await rowOf(found.server, found.url);
      expect(row?.vouchedAt).toBeNull();
      // The operator vouches for what the client is now. What people allowed was about what it was.
      if (row !== null)
        await vouchForClient(found.server.context, SERVER_ACT, row.clientId, found.server.clock.seconds());
      expect(await asksAgain(found)).toBe(true);
      // The tokens of installations stay with them.
      await expectTokens(await renew(found.server, found.tokens, found.url));
    },
  );

  test("takes back the address of an answer that is under way", async () => {
    const server = await start();
    const url = publish("/client");
    const cookie = await signedIn(server);
    await connect(server, url, cookie);
    publish("/client", { redirect_uris: [LOOPBACK] });
    server.clock.advance(301);
    const refused = await page(server, url, cookie);
    expect(refused.status).toBe(400);
    expect(refused.headers.get("location")).toBeNull();
  });

  test("does not change the client for the operator, who changes what no document says", async () => {
    const server = await start();
    const url = publish("/client");
    await connect(server, url, await signedIn(server));
    const row = await rowOf(server, url);
    if (row === null) throw new Error("There is no row.");
    const change = (wish: Parameters<typeof changedMetadata>[1]) =>
      changeClient(server.context, SERVER_ACT, row.clientId, (client) =>
        changedMetadata(client, wish, server.context),
      );
    expect((await change({ minimum_acr: "2" }))?.client.minimumAcr).toBe("2");
    expect(change({ scope: ["files"] })).rejects.toMatchObject({ reason: "change_refused" });
  });
});

describe("a place that the operator does not want", () => {
  test(
    proves(
      "is refused from the next start on, with the tokens of its clients, and comes back",
      "threat 67",
      "threat 87",
    ),
    async () => {
      const opened = await openTemporary();
      const kept = { store: opened.store, close: async () => {} };
      const first = await start({ opened: kept });
      const url = publish("/client");
      const tokens = await connect(first, url, await signedIn(first));
      const policies: NonNullable<ConfigurationInput["client_id_metadata_documents"]>[] = [
        { mode: "off" },
        { mode: "listed" },
        { deny: ["app.example"] },
      ];
      for (const settings of policies) {
        const denying = await start({ opened: kept, settings: { client_id_metadata_documents: settings } });
        expect(await isActive(denying, tokens)).toBe(false);
        await expectRefusal(await renew(denying, tokens, url), 401, "invalid_client");
        expect((await page(denying, url)).status).toBe(400);
      }
      const again = await start({ opened });
      expect(await isActive(again, tokens)).toBe(true);
      await expectTokens(await renew(again, tokens, url));
    },
  );

  test(proves("is blocked at once, and stays so", "threat 87"), async () => {
    const server = await start();
    const { context } = server;
    const url = publish("/client");
    const cookie = await signedIn(server);
    const tokens = await connect(server, url, cookie);
    expect(await blockDocuments(context, SERVER_ACT, "app.example")).toBe("blocked");
    expect(await blockDocuments(context, SERVER_ACT, "app.example")).toBe("known");
    expect(await isActive(server, tokens)).toBe(false);
    await expectRefusal(await renew(server, tokens, url), 401, "invalid_client");
    for (const other of [url, publish("/other")])
      expect((await page(server, other, cookie)).status).toBe(400);
    expect(visits.length).toBe(1);
    expect(await unblockDocuments(context, SERVER_ACT, "app.example")).toBe(true);
    expect(await isActive(server, tokens)).toBe(true);
    expect((await page(server, url, cookie)).status).toBe(200);
  });

  test(proves("that is blocked while a person answers gets no client that works", "threat 87"), async () => {
    const server = await start();
    const { context } = server;
    const url = publish("/racing");
    const seen = await findDocumentClient(context, url);
    await blockDocuments(context, SERVER_ACT, "app.example");
    // The answer was checked before the block, and its client is made after it.
    expect(await keepDocumentClient(context, SERVER_ACT, seen).catch((error) => error.reason)).toBe(
      "client_document_blocked",
    );
    expect(await rowOf(server, url)).toMatchObject({ disabledBy: "blocked" });
    await unblockDocuments(context, SERVER_ACT, "app.example");
    expect(await rowOf(server, url)).toMatchObject({ disabledBy: null });
  });

  test("a client that the operator disabled is refused, and stays so when a block ends", async () => {
    const server = await start();
    const { context } = server;
    const url = publish("/client");
    const cookie = await signedIn(server);
    const tokens = await connect(server, url, cookie);
    const row = await rowOf(server, url);
    if (row === null) throw new Error("There is no row.");
    await disableClient(context, SERVER_ACT, row.clientId, server.clock.seconds());
    await blockDocuments(context, SERVER_ACT, "app.example");
    await unblockDocuments(context, SERVER_ACT, "app.example");
    expect(await isActive(server, tokens)).toBe(false);
    expect((await page(server, url, cookie)).status).toBe(400);
  });

  test("is none by default, and all if strangers cannot register", async () => {
    const mode = async (settings: ConfigurationInput) => {
      const { context } = await start({ settings });
      return documentSettings(context.configuration).mode;
    };
    expect(await mode({})).toBe("open");
    expect(await mode({ registration: { mode: "token" } })).toBe("off");
    expect(
      await mode({ registration: { mode: "off" }, client_id_metadata_documents: { mode: "open" } }),
    ).toBe("open");
  });

  test("metadata say whether documents are taken", async () => {
    const server = await start({ settings: { client_id_metadata_documents: { mode: "off" } } });
    const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
    expect(metadata.client_id_metadata_document_supported).toBe(false);
    expect((await page(server, publish("/client"))).status).toBe(400);
    expect(visits).toEqual([]);
  });
});
