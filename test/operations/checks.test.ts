/** Each check of a deployment finds the fault that it is for, names the cure, and finds nothing where all is well. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "valibot";
import { checkConfiguration } from "../../src/configuration/checks.ts";
import {
  type Configuration,
  type ConfigurationInput,
  configurationSchema,
} from "../../src/configuration/schema.ts";
import { noteBackup } from "../../src/operations/backups.ts";
import type { CheckContext, CheckState, Seen } from "../../src/operations/checks/check.ts";
import { checksInside } from "../../src/operations/checks/contexts.ts";
import {
  CHECKS,
  type CheckResult,
  checksNamed,
  HEALTH_CHECKS,
  runChecks,
  SETUP_CHECKS,
} from "../../src/operations/checks/index.ts";
import { answeredCookie, PROBES, type SeenRequest } from "../../src/operations/self-test.ts";
import { createTrustedIssuers } from "../../src/operations/trusted-issuers.ts";
import { OutboundError } from "../../src/platform/outbound.ts";
import type { PeerCertificate } from "../../src/platform/peer-certificate.ts";
import { SmtpError } from "../../src/platform/smtp.ts";
import type { RecordId } from "../../src/protocol/identifiers.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { insert } from "../../src/store/contract.ts";
import { once } from "../../src/store/tables/once.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const MAIL = { host: "smtp.example.org", from: "auth@example.org" };

let folder: string;
let server: TestServer;
/** The answers of the server, as they are. */
let metadata: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tessera-checks-"));
  chmodSync(folder, 0o700);
  server = await startTestServer({ issuer: "https://auth.example" });
  server.clock.freeze();
  await server.context.signingKeys.keepUp();
  await noteBackup(
    server.context,
    SERVER_ACT,
    {
      id: server.context.random(16) as RecordId,
      sha256: new Uint8Array(32),
      madeAt: server.clock.seconds() - 3600,
      bytes: 1,
      encrypted: true,
      file: null,
    },
    { event: "database.backed_up" },
  );
  metadata = await (await server.fetch("/.well-known/openid-configuration")).text();
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const configured = (input: ConfigurationInput): Configuration => {
  const parsed = parse(configurationSchema, { issuer: "https://auth.example", data: folder, ...input });
  const configuration = { ...parsed, issuer: parsed.issuer ?? "" };
  expect(checkConfiguration(configuration)).toEqual([]);
  return configuration;
};

const seen = (changes: Partial<SeenRequest> = {}): SeenRequest => ({
  encrypted: false,
  host: "auth.example",
  forwardedProto: "https",
  forwardedFor: `${PROBES.forwardedFor}, 203.0.113.9`,
  address: "203.0.113.9",
  cookie: true,
  authorization: true,
  otherAddress: null,
  program: "1.0.0",
  pid: 7,
  startedAt: server.clock.seconds() - 60,
  millis: server.clock.millis(),
  ...changes,
});

const arrived = (changes: Partial<SeenRequest> = {}, cookies = [answeredCookie(true)]) => ({
  see: async (): Promise<Seen> => ({ request: seen(changes), cookies }),
});

const certificate = (changes: Partial<PeerCertificate> = {}) => ({
  peerCertificate: async (): Promise<PeerCertificate> => ({
    fault: null,
    isForHost: true,
    names: "auth.example",
    validFrom: 0,
    validTo: server.clock.seconds() + 60 * 86_400,
    ...changes,
  }),
});

const dated = (difference = 0) => ({
  Date: new Date(server.clock.millis() + difference * 1000).toUTCString(),
});

/** Answers of the server, or of what stands in its place. */
const answering = (answer: (path: string) => Response | Promise<Response>) => ({
  fetch: async (url: string) => answer(new URL(url).pathname),
});

const honest = async (path: string): Promise<Response> => {
  const response = await server.fetch(path);
  return new Response(await response.text(), { status: response.status, headers: dated() });
};

/** A deployment in which all is well. */
const healthy = (changes: Partial<CheckContext> = {}, input: ConfigurationInput = {}): CheckContext => ({
  configuration: configured({ registration: { mode: "off" }, ...input }),
  issuer: parseIssuer(input.issuer ?? "https://auth.example"),
  store: server.context.store,
  clock: server.clock,
  keys: server.context.keys,
  trustedIssuers: null,
  keyFiles: server.context.keyFiles,
  program: "1.0.0",
  ...answering(honest),
  ...arrived(),
  ...certificate(),
  openSmtp: async () => ({ send: async () => "250", verify: async () => {}, close: () => {} }),
  server: { program: "1.0.0", pid: 7, startedAt: server.clock.seconds() - 60 },
  files: [],
  ...changes,
});

async function resultOf(id: string, context: CheckContext): Promise<CheckResult> {
  const [result] = await runChecks(context, checksNamed([id]) ?? []);
  if (result === undefined) throw new Error(`There is no check ${id}.`);
  return result;
}

const refused = (code: string) => () => Promise.reject(Object.assign(new Error("no"), { code }));

test(
  proves("what answers in the place of the server sends this machine to no other address", "threat 20"),
  async () => {
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url);
      const jwks_uri = "http://169.254.169.254/latest/meta-data";
      return Response.json({ ...JSON.parse(metadata), jwks_uri });
    };
    await runChecks(healthy({ fetch }), CHECKS);
    expect(asked.filter((url) => !url.startsWith("https://auth.example/"))).toEqual([]);
  },
);

/** For each check a deployment that has its fault: how bad that is, and a part of the words or of the cure. */
const FAULTS: Readonly<
  Record<
    string,
    readonly (readonly [what: string, context: () => CheckContext, state: CheckState, words: RegExp])[]
  >
> = {
  "address.issuer": [
    ["nothing listens", () => healthy({ fetch: refused("ECONNREFUSED") }), "failure", /Start the server/],
    ["no address", () => healthy({ fetch: refused("ENOTFOUND") }), "failure", /Enter the name in the DNS/],
    [
      "a bad certificate",
      () => healthy({ fetch: refused("CERT_HAS_EXPIRED") }),
      "failure",
      /tls\.certificate/,
    ],
    ["no answer", () => healthy({ fetch: refused("ETIMEDOUT") }), "failure", /firewall/],
    [
      "a redirect",
      () => healthy(answering(() => Response.redirect("https://www.example/x"))),
      "failure",
      /redirects to https:\/\/www\.example\/x/,
    ],
    [
      "a proxy without a server",
      () => healthy(answering(() => new Response("", { status: 502 }))),
      "failure",
      /proxy does not reach/,
    ],
    [
      "another path",
      () => healthy(answering(() => new Response("", { status: 404 }))),
      "failure",
      /answers 404/,
    ],
    ["another program", () => healthy(answering(() => new Response("<html>"))), "failure", /Another program/],
    [
      "another issuer",
      () => healthy(answering(() => Response.json({ issuer: "https://old.example" }))),
      "failure",
      /another issuer: https:\/\/old\.example/,
    ],
  ],
  "address.secure": [
    ["http elsewhere", () => healthy({}, { issuer: "http://auth.example" }), "failure", /in the clear/],
    ["http here", () => healthy({}, { issuer: "http://localhost:8080" }), "note", /this machine only/],
  ],
  "address.metadata": [
    [
      "one place is missing",
      () =>
        healthy(
          answering((path) =>
            path.endsWith("/oauth-authorization-server") ? new Response("", { status: 404 }) : honest(path),
          ),
        ),
      "failure",
      /oauth-authorization-server answers 404/,
    ],
  ],
  "address.keys": [
    [
      "keys of another database",
      () =>
        healthy(
          answering((path) =>
            path.endsWith("/jwks.json") ? Response.json({ keys: [] }) : new Response(metadata),
          ),
        ),
      "failure",
      /uses this database/,
    ],
  ],
  "tls.certificate": [
    [
      "not for this host",
      () => healthy(certificate({ isForHost: false })),
      "failure",
      /not for auth\.example/,
    ],
    [
      "no whole chain",
      () => healthy(certificate({ fault: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" })),
      "failure",
      /fullchain\.pem/,
    ],
    [
      "an own authority",
      () => healthy(certificate({ fault: "SELF_SIGNED_CERT_IN_CHAIN" })),
      "failure",
      /NODE_EXTRA_CA_CERTS/,
    ],
    ["expired", () => healthy(certificate({ fault: "CERT_HAS_EXPIRED", validTo: 1 })), "failure", /Renew it/],
    [
      "expires soon",
      () => healthy(certificate({ validTo: server.clock.seconds() + 3 * 86_400 })),
      "warning",
      /expires in 3 days/,
    ],
    ["no TLS", () => healthy({ peerCertificate: refused("EPROTO") }), "failure", /No TLS connection/],
  ],
  "tls.files": [
    [
      "no such file",
      () => healthy({ configuration: withTls(healthy().configuration) }),
      "failure",
      /could not be checked/,
    ],
  ],
  "clock.http": [
    [
      "the other is behind",
      () => healthy(answering(() => new Response(metadata, { headers: dated(-90) }))),
      "failure",
      /1 minute ahead of/,
    ],
  ],
  "proxy.answer": [
    [
      "another server answers",
      () =>
        healthy({ see: async () => ({ finding: { state: "failure", words: "Not ours.", cure: "Look." } }) }),
      "failure",
      /Not ours/,
    ],
  ],
  "proxy.scheme": [
    [
      "no header",
      () => healthy(arrived({ forwardedProto: null, otherAddress: "insecure" })),
      "warning",
      /proxy_set_header X-Forwarded-Proto/,
    ],
    [
      "the wrong one",
      () => healthy(arrived({ forwardedProto: "http", otherAddress: "insecure" })),
      "warning",
      /X-Forwarded-Proto: http,/,
    ],
  ],
  "proxy.host": [
    [
      "another host that matters",
      () => healthy(arrived({ otherAddress: "other_host", host: "10.0.0.1" })),
      "warning",
      /Host: 10\.0\.0\.1/,
    ],
    ["another host that does not", () => healthy(arrived({ host: "10.0.0.1" })), "note", /no harm/],
  ],
  "proxy.address": [
    [
      "a proxy that is not believed",
      () => healthy(arrived({ address: "10.0.0.5" })),
      "warning",
      /trusted_proxies = \["10\.0\.0\.5"\]/,
    ],
    [
      "a proxy at a unix socket that is not believed",
      () => healthy(arrived({ address: "" })),
      "warning",
      /trusted_proxies = \["unix"\]/,
    ],
    [
      "a proxy that adds nothing",
      () => healthy(arrived({ forwardedFor: PROBES.forwardedFor })),
      "warning",
      /adds nothing/,
    ],
    [
      "a proxy that removes it",
      () => healthy(arrived({ forwardedFor: null })),
      "warning",
      /all visitors count as one, 203/,
    ],
    [
      "a silent proxy that removes it",
      () => healthy(arrived({ forwardedFor: null, forwardedProto: null }), { trusted_proxies: ["loopback"] }),
      "warning",
      /all visitors count as one, 203/,
    ],
  ],
  "proxy.cookies": [
    ["no cookies", () => healthy(arrived({ cookie: false })), "failure", /Cookies of requests do not arrive/],
    ["no Authorization", () => healthy(arrived({ authorization: false })), "failure", /CGIPassAuth/],
    ["no cookies of answers", () => healthy(arrived({}, [])), "failure", /do not come back/],
    [
      "changed cookies",
      () => healthy(arrived({}, [answeredCookie(true).replace("Path=/", "Path=/sso")])),
      "failure",
      /changes the cookies of answers/,
    ],
  ],
  "server.version": [
    ["an older server", () => healthy(arrived({ program: "0.9.0" })), "warning", /Restart the server/],
  ],
  "database.version": [
    [
      "an old PostgreSQL",
      () => healthy({ store: describing({ engine: "postgresql", version: "12.3" }) }),
      "warning",
      /12\.3/,
    ],
  ],
  "clock.database": [
    [
      "the database is ahead",
      () => healthy({ store: describing({ millis: server.clock.millis() + 7_200_000 }) }),
      "failure",
      /2 hours behind/,
    ],
  ],
  "disk.space": [
    [
      "no such disk",
      () => healthy({ configuration: { ...configured({}), data: "/nowhere" } }),
      "failure",
      /could not be checked/,
    ],
  ],
  "files.permissions": [
    [
      "a file that others read",
      () => healthy({ files: [{ file: openFile(), what: "the secret" }] }),
      "warning",
      /chmod 600/,
    ],
  ],
  "backup.age": [
    ["an old one", () => healthy({}, { backup: { expected_seconds: 60 } }), "warning", /1 hour old/],
    [
      "none",
      () => healthy({ store: { ...server.context.store, list: async () => [] } }),
      "warning",
      /never backed up/,
    ],
    ["none is expected", () => healthy({}, { backup: { expected_seconds: 0 } }), "note", /not expected/],
  ],
  "database.expired": [
    ["rows that stay", () => healthy({ clock: later(7 * 86_400) }), "warning", /are still there/],
  ],
  "keys.signing": [
    [
      "a key that signs for too long",
      () => healthy({ clock: later(100 * 86_400) }),
      "warning",
      /longer than signing\.rotation_seconds/,
    ],
    [
      "no key",
      () => healthy({}, { signing: { algorithms: ["ES256"] } }),
      "warning",
      /No key signs with ES256/,
    ],
  ],
  "mail.server": [
    [
      "a refused sign-in",
      () =>
        healthy(
          {
            openSmtp: async () => ({
              send: async () => "",
              verify: refusedSignIn,
              close: () => {},
            }),
          },
          { mail: MAIL },
        ),
      "failure",
      /sign_in 535.*tessera mail test/s,
    ],
  ],
  "mail.waiting": [
    ["a mail that failed", () => healthy({ store: withFailure() }, { mail: MAIL }), "warning", /connect/],
  ],
  "issuers.keys": [
    [
      "keys that cannot be fetched",
      () =>
        healthy({
          trustedIssuers: createTrustedIssuers({
            configuration: configured({ trusted_issuers: [{ issuer: "https://idp.example" }] }),
            outbound: {
              send: () => Promise.reject(new OutboundError("unreachable", "The host cannot be reached.")),
            },
            steadyClock: server.clock.steady,
            log: server.context.log,
          }),
        }),
      "failure",
      /tokens of https:\/\/idp.example are refused.*cannot be reached.*tessera issuer check/s,
    ],
  ],
  "webhooks.waiting": [
    [
      "an event that was not taken",
      () =>
        healthy(
          { store: withFailure() },
          {
            webhooks: [
              {
                name: "siem",
                url: "https://siem.example",
                secrets: ["whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"],
              },
            ],
          },
        ),
      "warning",
      /connect/,
    ],
  ],
  "logout.waiting": [["a notice that failed", () => healthy({ store: withFailure() }), "warning", /connect/]],
  "pings.waiting": [["a ping that failed", () => healthy({ store: withFailure() }), "warning", /connect/]],
  "settings.warnings": [
    [
      "a setting of a warning",
      () => healthy({}, { registration: { mode: "token" } }),
      "warning",
      /no client can be registered/,
    ],
  ],
  "settings.demo": [
    [
      "on",
      () => healthy({ configuration: { ...configured({}), demo: true } }),
      "warning",
      /everyone knows its passwords/,
    ],
  ],
  "settings.log": [
    ["debug", () => healthy({}, { log: { level: "debug" } }), "warning", /every request/],
    ["silent", () => healthy({}, { log: { level: "silent" } }), "warning", /faults stay unseen/],
  ],
  "settings.registration": [
    ["open", () => healthy({}, { registration: { mode: "open" } }), "note", /Anyone may register/],
    [
      "open and vouched",
      () => healthy({}, { registration: { mode: "open", vouched: true } }),
      "failure",
      /vouch for each/,
    ],
    [
      "without PKCE",
      () => healthy({}, { registration: { mode: "token", require_pkce: false } }),
      "warning",
      /RFC 9700/,
    ],
    [
      "accounts for everyone",
      () => healthy({}, { sign_up: { mode: "open" } }),
      "warning",
      /Anyone may make an account/,
    ],
  ],
  "settings.resources": [
    ["accept", () => healthy({}, { unknown_resources: "accept" }), "warning", /any address/],
  ],
  "clients.declared": [
    [
      "a short secret",
      () =>
        healthy(
          {},
          { clients: [{ client_id: "wiki", secrets: ["short"], redirect_uris: ["https://wiki.example/"] }] },
        ),
      "warning",
      /shorter than 20/,
    ],
  ],
  "clients.pkce": [
    ["an exemption", () => healthy({ store: withExemption() }), "warning", /tessera client set old --pkce/],
  ],
  "clients.profile": [
    [
      "a profile that the algorithms do not serve",
      () => healthy({ store: withStrictClient() }),
      "failure",
      /strict.*signing\.algorithms = \["RS256","ES256"\]/s,
    ],
  ],
  "secrets.registration": [
    [
      "a short one",
      () => healthy({}, { registration: { mode: "token", initial_access_tokens: ["short"] } }),
      "warning",
      /openssl rand/,
    ],
  ],
  "secrets.passwords": [
    [
      "a quick hash",
      () =>
        healthy(
          {},
          { people: [{ username: "ada", password_hash: "{SSHA}c2FsdGVkIGRpZ2VzdCBvZiBhIHBhc3N3b3Jk" }] },
        ),
      "warning",
      /hashes of ada/,
    ],
    [
      "little bcrypt",
      () => healthy({}, { people: [{ username: "ada", password_hash: `$2b$06$${"a".repeat(53)}` }] }),
      "warning",
      /hashes of ada/,
    ],
    [
      "a short password",
      () => healthy({}, { people: [{ username: "ada", password: "eightsix" }] }),
      "warning",
      /short/,
    ],
  ],
  "server.workers": [["too many", () => healthy({}, { workers: 256 }), "warning", /Set workers = /]],
};

const withTls = (configuration: Configuration): Configuration => ({
  ...configuration,
  listen: [
    {
      host: "localhost",
      port: 443,
      tls: { certificate: join(folder, "no.pem"), key: join(folder, "no.key") },
    },
  ],
});

function openFile(): string {
  const file = join(folder, "secret");
  writeFileSync(file, "secret");
  chmodSync(file, 0o644);
  return file;
}

const describing = (changes: object) => ({
  ...server.context.store,
  describe: async () => ({
    engine: "sqlite" as const,
    version: "3.50.0",
    bytes: 1,
    millis: null,
    ...changes,
  }),
});

const later = (seconds: number) => ({
  millis: () => server.clock.millis() + seconds * 1000,
  seconds: () => server.clock.seconds() + seconds,
});

const refusedSignIn = () =>
  Promise.reject(new SmtpError("sign_in", "The mail server refuses.", 535, "535 no", true, true));

const withFailure = (): CheckContext["store"] => ({
  ...server.context.store,
  list: async () => [{ createdAt: server.clock.seconds() - 60, lastFault: "connect" }] as never,
});

/** A store that has one more client, which the operator exempted from PKCE. */
const withExemption = (): CheckContext["store"] => ({
  ...server.context.store,
  list: async () => [{ clientId: "old", requirePkce: false, disabledAt: null, source: "operator" }] as never,
});

/** A store that has one more client, which got its profile while the server had another algorithm. */
const withStrictClient = (): CheckContext["store"] => ({
  ...server.context.store,
  list: async () =>
    [{ clientId: "strict", requirePkce: true, disabledAt: null, securityProfile: "fapi-2.0" }] as never,
});

test("every check has a case here", () => {
  expect(Object.keys(FAULTS).sort()).toEqual(CHECKS.map(({ id }) => id).sort());
});

for (const [id, cases] of Object.entries(FAULTS)) {
  describe(id, () => {
    test.each(cases)("finds %s", async (_what, context, state, words) => {
      if (id === "database.expired") await insertExpired();
      const result = await resultOf(id, context());
      expect(result.state).toBe(state);
      expect(result.findings.map((finding) => `${finding.words} ${finding.cure}`).join("\n")).toMatch(words);
      for (const finding of result.findings) {
        if (finding.state === "warning" || finding.state === "failure") expect(finding.cure).not.toBeNull();
      }
    });

    test("finds nothing where all is well", async () => {
      const { state, findings } = await resultOf(id, healthy());
      expect({ id, findings, isWell: ["ok", "skipped"].includes(state) }).toMatchObject({ isWell: true });
    });
  });
}

async function insertExpired(): Promise<void> {
  const row = {
    kind: "form" as const,
    id: server.context.random(16) as RecordId,
    expiresAt: server.clock.seconds(),
    resultId: null,
  };
  await server.context.store.commit({ changes: [insert(once, row)] });
}

describe("a running server", () => {
  test("checks itself without a request, and what a browser shows it", async () => {
    const health = checksNamed(HEALTH_CHECKS) ?? [];
    const results = await runChecks(checksInside(server.context, { seen: null, asksNetwork: false }), health);
    expect(results.length).toBeGreaterThan(10);
    expect(results.find(({ id }) => id === "keys.signing")).toMatchObject({ state: "ok" });
    const setup = checksNamed(SETUP_CHECKS) ?? [];
    const inside = checksInside(server.context, {
      seen: seen({ otherAddress: "insecure", forwardedProto: null }),
      asksNetwork: false,
    });
    const ofSetup = new Map((await runChecks(inside, setup)).map(({ id, state }) => [id, state]));
    expect(ofSetup.get("proxy.scheme")).toBe("warning");
    expect(ofSetup.get("proxy.cookies")).toBe("ok");
    expect(ofSetup.get("address.issuer")).toBe("skipped");
  });

  test("names of checks and of groups are known, others are not", () => {
    expect(checksNamed(["tls.*"])?.map(({ id }) => id)).toEqual(["tls.certificate", "tls.files"]);
    expect(checksNamed(["tls.nothing"])).toBeNull();
    expect(checksNamed(["nothing.*"])).toBeNull();
  });
});
