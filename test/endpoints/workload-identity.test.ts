/**
 * Workload identity: a token of Kubernetes, GitHub Actions, SPIFFE or another Tessera authenticates a client. Each issuer is a real server on
 * this machine, and each configuration is the one that docs/workloads.md shows.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JWTPayload } from "jose";
import { parse as parseToml } from "smol-toml";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { expectRefusal, expectTokens, type Json, jsonOf, textOf } from "../support/flows.ts";
import {
  githubToken,
  kubernetesToken,
  type SignOptions,
  spiffeToken,
  startIssuer,
  type TestIssuer,
} from "../support/issuers.ts";
import { proves } from "../support/proves.ts";
import {
  basic,
  ISSUER,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  type TestServer,
} from "../support/server.ts";

const BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SPIFFE = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

type Clients = NonNullable<ConfigurationInput["clients"]>;
type Issuers = NonNullable<ConfigurationInput["trusted_issuers"]>;

/** The `toml` blocks of a section of docs/workloads.md, with the addresses of the guide replaced. */
function guide(section: string, addresses: Readonly<Record<string, string>>): ConfigurationInput[] {
  const text = readFileSync(join(import.meta.dir, "../../docs/workloads.md"), "utf8");
  const part = text.split(/^## /m).find((each) => each.startsWith(section)) ?? "";
  return [...part.matchAll(/^```toml\n(.*?)^```/gms)].map(([, block = ""]) =>
    parseToml(Object.entries(addresses).reduce((all, [from, to]) => all.replaceAll(from, to), block)),
  );
}

let kubernetes: TestIssuer;
let github: TestIssuer;
let spire: TestIssuer;
let once: TestIssuer;
let server: TestServer;
/** The other Tessera, behind a real listener. */
let partner: TestServer;
let listener: ReturnType<typeof Bun.serve>;

beforeAll(async () => {
  [kubernetes, github, spire, once] = await Promise.all([
    startIssuer(),
    startIssuer(),
    startIssuer({ use: "jwt-svid" }),
    startIssuer(),
  ]);
  listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => partner.handle(request, "127.0.0.1"),
  });
  const partnerIssuer = `http://127.0.0.1:${listener.port}`;
  const [there = {}, here = {}] = guide("Another Tessera", {
    "https://auth.example.org": ISSUER,
    "https://login.partner.example": partnerIssuer,
  });
  partner = await startTestServer({
    ...there,
    issuer: partnerIssuer,
    clients: [
      { client_id: "sync", secrets: [SECRET] },
      { client_id: "other", secrets: [SECRET] },
    ],
  });
  const guides = [
    ...guide("Kubernetes", {
      "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE": kubernetes.issuer,
    }),
    ...guide("GitHub", { "https://token.actions.githubusercontent.com": github.issuer }),
    ...guide("SPIFFE", { "https://spire.prod.example/bundle": `${spire.url}/keys` }),
    here,
  ];
  // Two guides have a client of one name.
  const clients = guides.flatMap(({ clients = [] }, index) =>
    clients.map((client) => ({ ...client, client_id: index === 2 ? "spiffe-api" : client.client_id })),
  );
  const twins: Clients = ["twin-one", "twin-two"].map((client_id) => ({
    client_id,
    secrets: [SECRET],
    workloads: [{ issuer: once.issuer, subject: "job:**", claims: { team: "blue" } }],
  }));
  const trusted: Issuers = [
    ...guides.flatMap(({ trusted_issuers = [] }) => trusted_issuers),
    { issuer: once.issuer, single_use: true },
  ];
  server = await startTestServer({
    outbound: { allow: ["127.0.0.1"] },
    clients: [...(TEST_CONFIGURATION.clients ?? []), ...clients, ...twins],
    trusted_issuers: trusted,
  });
});
afterAll(async () => {
  await server.close();
  await partner.close();
  await listener.stop(true);
  await Promise.all([kubernetes, github, spire, once].map((issuer) => issuer.stop()));
});

const now = () => server.clock.seconds();

const present = (
  assertion: string,
  { type = BEARER, ...form }: Record<string, string> = {},
): Promise<Response> =>
  server.post("/auth/token", {
    grant_type: "client_credentials",
    scope: "files",
    client_assertion_type: type,
    client_assertion: assertion,
    ...form,
  });

async function clientOf(response: Response): Promise<unknown> {
  const token = textOf(await expectTokens(response), "access_token");
  return (await introspected(token)).client_id;
}

const introspected = async (token: string): Promise<Json> =>
  jsonOf(await server.post("/auth/introspect", { token }, basic("mail-server", SECRET)));

const refused = (response: Response) => expectRefusal(response, 401, "invalid_client");

/** The token of an issuer with these claims. */
const signed = (issuer: TestIssuer, claims: JWTPayload, options?: SignOptions) =>
  issuer.sign(
    { iss: issuer.issuer, aud: ISSUER, iat: now(), exp: now() + 300, jti: crypto.randomUUID(), ...claims },
    options,
  );

describe("Kubernetes", () => {
  test("a service account is a client, as often as it comes until its token expires", async () => {
    const token = await kubernetesToken(kubernetes, now(), { audience: ISSUER });
    await expectTokens(await present(token));
    await expectTokens(await present(token));
    await expectTokens(await present(token, { client_id: "api" }));
    const told = server.logged.map((line) => JSON.parse(line) as Json);
    expect(told.find(({ event }) => event === "workload.authenticated")).toMatchObject({
      client: "api",
      via: kubernetes.issuer,
      workload: "system:serviceaccount:prod:api",
    });
  });

  test(proves("another one, or another namespace, is none", "threat 88"), async () => {
    for (const other of [
      { serviceAccount: "web" },
      { namespace: "dev" },
      { namespace: "prod:api", serviceAccount: "x" },
    ])
      await refused(await present(await kubernetesToken(kubernetes, now(), { audience: ISSUER, ...other })));
    const claims = { sub: "system:serviceaccount:prod:api", "kubernetes.io": { namespace: "dev" } };
    await refused(await present(await signed(kubernetes, claims, { typ: null })));
  });

  test(proves("a token for the cluster itself, or another server, is none", "threat 86"), async () => {
    for (const audience of ["https://kubernetes.default.svc", `${ISSUER}/`, `${ISSUER}/auth/token`])
      await refused(await present(await kubernetesToken(kubernetes, now(), { audience })));
  });
});

describe("GitHub Actions", () => {
  test("a job of the repository and environment is a client", async () => {
    await expectTokens(await present(await githubToken(github, now(), { audience: ISSUER })));
  });

  test(proves("a job of another repository, environment or owner is none", "threat 88"), async () => {
    for (const other of [
      { repository: "acme/app2" },
      { repository: "evil/app" },
      { environment: "staging" },
      { environment: "production:x" },
    ])
      await refused(await present(await githubToken(github, now(), { audience: ISSUER, ...other })));
    // The name of the repository was taken by another owner.
    const claims = { sub: "repo:acme/app:environment:production", repository_owner_id: "43" };
    await refused(await present(await signed(github, claims)));
  });
});

describe("SPIFFE", () => {
  test("a JWT-SVID without iss is a client, by either type and with its SPIFFE ID as client_id", async () => {
    const token = await spiffeToken(spire, now(), { audience: ISSUER });
    await expectTokens(await present(token));
    await expectTokens(await present(token, { type: SPIFFE }));
    await expectTokens(
      await present(token, { type: SPIFFE, client_id: "spiffe://prod.example/ns/prod/sa/api" }),
    );
    const sub = "spiffe://prod.example/ns/prod/sa/api";
    await expectTokens(await present(await signed(spire, { iss: sub, sub }), { type: SPIFFE }));
  });

  test(proves("another trust domain or path is none", "threat 88"), async () => {
    for (const other of [
      { trustDomain: "prod.example.evil" },
      { trustDomain: "dev.example" },
      { path: "/ns/dev/sa/api" },
      { path: "/ns/prod/sa/api/x" },
    ])
      await refused(await present(await spiffeToken(spire, now(), { audience: ISSUER, ...other })));
    // Keys of the trust domain sign for no other issuer, and no other issuer for its subjects.
    await refused(await present(await signed(github, { sub: "spiffe://prod.example/ns/prod/sa/api" })));
    const claims = { iss: "spiffe://prod.example", sub: "spiffe://dev.example/ns/prod/sa/api" };
    await refused(await present(await signed(spire, claims)));
    await refused(await present(await signed(spire, { ...claims, iss: claims.sub }), { type: SPIFFE }));
    await refused(
      await present(await signed(github, { iss: claims.sub, sub: claims.sub }), { type: SPIFFE }),
    );
    const token = await spiffeToken(spire, now(), { audience: ISSUER });
    await refused(await present(token, { type: SPIFFE, client_id: "spiffe://prod.example/ns/prod/sa/web" }));
  });
});

describe("another Tessera", () => {
  const tokenOf = async (clientId: string): Promise<string> =>
    textOf(
      await jsonOf(
        await partner.post(
          "/auth/token",
          { grant_type: "client_credentials", scope: "sign-in-there", resource: ISSUER },
          basic(clientId, SECRET),
        ),
      ),
      "access_token",
    );

  test("its client is a client here, and another one of it is none", async () => {
    await expectTokens(await present(await tokenOf("sync")));
    await refused(await present(await tokenOf("other")));
  });
});

describe("a token", () => {
  const job = (claims: JWTPayload = {}, options?: SignOptions) =>
    signed(once, { sub: "job:7", team: "blue", ...claims }, options);

  test(
    proves("of several clients needs client_id, and serves each of them with it", "threat 88"),
    async () => {
      await refused(await present(await job()));
      for (const client_id of ["twin-one", "twin-two"])
        expect(await clientOf(await present(await job(), { client_id, scope: "mail.read" }))).toBe(client_id);
      await refused(await present(await job(), { client_id: "service" }));
      await refused(await present(await job(), { client_id: "unknown" }));
    },
  );

  test(proves("counts once where the operator says so, in parallel too", "threat 37"), async () => {
    const token = await job();
    const answers = await Promise.all(
      ["twin-one", "twin-two", "twin-one"].map((client_id) => present(token, { client_id })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    await refused(await present(token, { client_id: "twin-one" }));
    await refused(await present(await job({ jti: undefined }), { client_id: "twin-one" }));
  });

  test(proves("beside a secret is one too many", "RFC 7521 4.2.1-1"), async () => {
    await refused(await present(await job(), { client_id: "twin-one", client_secret: SECRET }));
  });

  test.each<[string, () => Promise<string>]>([
    ["has expired", () => job({ iat: now() - 600, exp: now() - 60 })],
    ["has no exp", () => job({ exp: undefined })],
    ["is an ID-JAG", () => job({}, { typ: "oauth-id-jag+jwt" })],
    ["is an access token", () => job({}, { typ: "at+jwt" })],
    ["has a claim of another kind", () => job({ team: ["blue", 1].slice(1) })],
    ["lacks a claim", () => job({ team: undefined })],
    ["is of an unknown issuer", () => job({ iss: "https://unknown.example" })],
    ["is of an issuer with a slash", () => job({ iss: `${once.issuer}/` })],
    ["is signed by another issuer", () => job({}, { kid: github.kid, key: github.key })],
  ])(proves("that %s authenticates no client", "threat 35", "threat 36", "threat 88"), async (_, made) => {
    await refused(await present(await made(), { client_id: "twin-one" }));
  });

  test(
    proves(
      "tells strangers neither whether an issuer is trusted nor what is wrong, and the log why",
      "threat 88",
    ),
    async () => {
      const words = await Promise.all(
        [job({ aud: "x" }), job({ iss: "https://unknown.example" }), job({ sub: "other:7" })].map(
          async (made) =>
            (await refused(await present(await made, { client_id: "twin-one" }))).error_description,
        ),
      );
      expect(new Set(words).size).toBe(1);
      const told = server.logged.map((line) => JSON.parse(line) as Json);
      expect(told.filter(({ event }) => event === "workload.refused").map(({ reason }) => reason)).toContain(
        "its aud does not name this server",
      );
    },
  );
});

test(proves("a stranger's job costs no look for each client with workloads", "threat 60"), async () => {
  const { store } = server.context;
  const { look } = store;
  let looks = 0;
  const counting: typeof look = (plan, parameters) => {
    looks += 1;
    return look(plan, parameters);
  };
  Object.assign(store, { look: counting });
  try {
    await refused(
      await present(await githubToken(github, now(), { repository: "stranger/app", audience: ISSUER })),
    );
  } finally {
    Object.assign(store, { look });
  }
  expect(looks).toBe(0);
});

test(proves("a workload that its client no longer has is none", "threat 88"), async () => {
  const token = await kubernetesToken(kubernetes, now(), { audience: ISSUER });
  await expectTokens(await present(token, { client_id: "api" }));
  const found = await server.context.store.findClient("api");
  if (found === null) throw new Error("There is no client.");
  await server.context.store.putClient({ ...found, workloads: [], isWorkload: false });
  await refused(await present(token, { client_id: "api" }));
  await refused(await present(token));
  await server.context.store.putClient({ ...found, disabledAt: 1, disabledBy: "operator" });
  await refused(await present(token, { client_id: "api" }));
});
