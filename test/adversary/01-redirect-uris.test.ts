/**
 * Threat classes 1, 2, 4, 5 and 55: a redirect URI must equal a registered one byte for byte, except for the port of a
 * loopback address. This holds at both endpoints, and for clients of every kind and origin.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { declaredClientFaults } from "../../src/clients/declared.ts";
import type { ClientDeclaration } from "../../src/configuration/client-schema.ts";
import type { Outbound } from "../../src/platform/outbound.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "../cli/support.ts";
import { openSqliteStore } from "../store/acts.ts";
import { authorizePath, VERIFIER } from "../support/code-flow.ts";
import { codeFor, expectTokens, jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { DANGEROUS, HOSTILE, REGISTERED } from "./01-redirect-uris.ts";

const NATIVE = ["http://127.0.0.1/callback"];
/** The address where a native application listens. */
const LISTENING = "http://127.0.0.1:49152/callback";
const ALL_HOSTILE = [...HOSTILE, DANGEROUS].flatMap(({ uris }) => uris);

/** Each wrong redirect URI counts as a guess; this is the largest limit of guesses for a code. */
const MOST_FAILURES = 100;

const KINDS = ["declared", "added by the command line", "registered", "published"].flatMap((way) =>
  ["confidential", "public", "native"]
    // A document has no secret.
    .filter((type) => way !== "published" || type === "public")
    .map((type) => [`${way}, ${type}`, way, type] as const),
);
interface Identity {
  readonly clientId: string;
  /** Null for a public client. */
  readonly secret: string | null;
  readonly redirectUris: readonly string[];
}

const folder = temporaryFolder();
let server: TestServer;
let person: AccountRecord;
let cookie = "";
const identities = new Map<string, Identity>();
/** The metadata documents of clients, by their URLs. */
const documents = new Map<string, unknown>();
const outbound: Outbound = {
  send: async ({ url }) => ({ status: 200, text: JSON.stringify(documents.get(url)) }),
};

beforeAll(async () => {
  const store = await openSqliteStore({ file: join(folder, "tessera.db") });
  server = await startTestServer(
    {
      limits: { code_redemption_failures: MOST_FAILURES },
      clients: ["confidential", "public", "native"].map((type) => ({
        client_id: `declared ${type}`,
        redirect_uris: type === "native" ? NATIVE : [...REGISTERED],
        ...(type === "confidential" ? { secrets: [SECRET] } : {}),
      })),
    },
    { opened: { store, close: () => store.close() }, outbound },
  );
  person = await server.addPerson("ada");
  cookie = await server.signIn(person);
  for (const [kind, way, type] of KINDS) identities.set(kind, await addClient(way, type));
});
afterAll(async () => {
  await server.close();
  removeTemporaryFolders();
});

async function addClient(way: string, type: string): Promise<Identity> {
  const redirectUris = type === "native" ? NATIVE : REGISTERED;
  const isConfidential = type === "confidential";
  if (way === "declared") {
    return { clientId: `declared ${type}`, secret: isConfidential ? SECRET : null, redirectUris };
  }
  if (way === "published") {
    const clientId = `https://app.example/${type}`;
    documents.set(clientId, { client_id: clientId, redirect_uris: redirectUris });
    return { clientId, secret: null, redirectUris };
  }
  if (way === "registered") {
    const response = await register(redirectUris, isConfidential ? "client_secret_basic" : "none");
    expect(response.status).toBe(201);
    const body = await jsonOf(response);
    const secret = isConfidential ? textOf(body, "client_secret") : null;
    return { clientId: textOf(body, "client_id"), secret, redirectUris };
  }
  const uris = redirectUris.flatMap((uri) => ["--redirect-uri", uri]);
  const added = await commandLineAdds([...uris, ...(isConfidential ? [] : ["--public"])]);
  expect(added.code).toBe(0);
  const { client_id, client_secret = null } = JSON.parse(added.out);
  return { clientId: client_id, secret: client_secret, redirectUris };
}

const commandLineAdds = (args: readonly string[]) =>
  tessera(["client", "add", "--name", "x", "--json", ...args, "--data", folder]);
const register = (redirectUris: readonly string[], method = "none") =>
  server.fetch("/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ redirect_uris: redirectUris, token_endpoint_auth_method: method }),
    // Each from another address, so that no limit applies.
    address: `198.51.100.${(registrations++ % 200) + 1}`,
  });
let registrations = 0;

function identityOf(kind: string): Identity {
  const identity = identities.get(kind);
  if (identity === undefined) throw new Error(`There is no client ${kind}.`);
  return identity;
}

/** Opens the authorization endpoint as the signed-in person. */
const open = (clientId: string, redirectUri: string): Promise<Response> =>
  server.fetch(authorizePath({ client_id: clientId, redirect_uri: redirectUri, scope: "profile" }), {
    headers: { Cookie: cookie },
  });

/** Whether the consent page opens. Any other answer must be a page of ours that leads nowhere. */
async function isAccepted(clientId: string, redirectUri: string): Promise<boolean> {
  const response = await open(clientId, redirectUri);
  const page = await response.text();
  expect(response.headers.get("location")).toBeNull();
  if (response.status === 200) return true;
  const { status, headers } = response;
  const leads = /<form(?! method="post" action="\/language")|http-equiv|<script|href="(?!\/[a-z"]|#)/i.exec(
    page,
  )?.[0];
  expect({ redirectUri, status, refresh: headers.get("refresh"), leads }).toEqual({
    redirectUri,
    status: 400,
    refresh: null,
    leads: undefined,
  });
  return false;
}

function redeem({ clientId, secret }: Identity, code: string, redirectUri: string): Promise<Response> {
  const form = {
    grant_type: "authorization_code",
    code,
    code_verifier: VERIFIER,
    redirect_uri: redirectUri,
    ...(secret === null ? { client_id: clientId } : {}),
  };
  return server.post("/auth/token", form, secret === null ? {} : basic(clientId, secret));
}

test("the table is as large as it says, and none of it is a registered one", () => {
  const known = new Set<string>([...REGISTERED, LISTENING]);
  expect(new Set(ALL_HOSTILE).size).toBe(ALL_HOSTILE.length);
  expect(ALL_HOSTILE.length).toBeGreaterThanOrEqual(200);
  expect(ALL_HOSTILE.filter((uri) => known.has(uri))).toEqual([]);
});

describe.each(KINDS)("a client that is %s", (kind) => {
  test(
    proves(
      "is asked about at its registered redirect URIs, and at none of hundreds that look like them",
      "threat 1",
      "threat 2",
      "threat 4",
      "threat 5",
      "threat 55",
    ),
    async () => {
      const { clientId, redirectUris } = identityOf(kind);
      for (const uri of [...redirectUris, LISTENING]) expect(await isAccepted(clientId, uri)).toBe(true);
      for (const { why, uris } of [...HOSTILE, DANGEROUS]) {
        const accepted: string[] = [];
        for (const uri of uris) if (await isAccepted(clientId, uri)) accepted.push(uri);
        expect({ why, accepted }).toEqual({ why, accepted: [] });
      }
    },
  );

  test(
    proves(
      "gets tokens at the very redirect URI of its request, and at none that looks like it",
      "threat 1",
      "threat 2",
      "threat 55",
    ),
    async () => {
      const identity = identityOf(kind);
      const { clientId, redirectUris } = identity;
      for (const used of new Set([redirectUris[0] ?? "", LISTENING])) {
        // Not even another redirect URI of the same client, nor another port of the same address.
        const others = [...REGISTERED, LISTENING, "http://127.0.0.1:49153/callback"];
        const wrong = [...ALL_HOSTILE, ...others.filter((uri) => uri !== used)];
        for (let at = 0; at < wrong.length; at += MOST_FAILURES - 1) {
          const code = await codeFor(server, person, {
            client_id: clientId,
            redirect_uri: used,
            scope: "profile",
          });
          const answers = await Promise.all(
            wrong.slice(at, at + MOST_FAILURES - 1).map(async (uri) => {
              const { error } = await jsonOf(await redeem(identity, code, uri));
              return error === (uri.includes("\u0000") ? "invalid_request" : "invalid_grant") ? null : uri;
            }),
          );
          expect(answers.filter((uri) => uri !== null)).toEqual([]);
          await expectTokens(await redeem(identity, code, used));
        }
      }
    },
  );
});

describe("what is accepted", () => {
  const LOOPBACKS = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
  /** The rule a second time, without regular expressions: removes the port of a loopback address. */
  const withoutPort = (uri: string): string => {
    const host = LOOPBACKS.find((start) => uri.startsWith(`${start}:`));
    if (host === undefined) return uri;
    const rest = uri.slice(host.length + 1);
    const port = rest.split("/")[0] ?? "";
    const isPort = String(Number.parseInt(port, 10)) === port && Number(port) >= 1 && Number(port) <= 65_535;
    return isPort ? host + rest.slice(port.length) : uri;
  };
  const piece = fc.oneof(
    fc.constantFrom(
      "@",
      "\\",
      "/",
      "//",
      "..",
      "/../",
      "#",
      "?",
      ":",
      ":80",
      ":0",
      "%2f",
      "%00",
      "\t",
      "\r\n",
    ),
    fc.constantFrom(
      ".",
      "evil.example",
      "localhost",
      "127.0.0.1",
      "[::1]",
      "*",
      " ",
      "\u3002",
      "\uff0f",
      "callback",
    ),
    fc.string({ maxLength: 3 }),
    fc.string({ unit: "grapheme", maxLength: 2 }),
    fc.integer({ min: -1, max: 70_000 }).map((port) => `:${port}`),
  );
  /** A registered redirect URI with up to three replacements of a few characters. */
  const nearlyRegistered = fc
    .tuple(
      fc.constantFrom<string>(...REGISTERED, LISTENING),
      fc.array(fc.tuple(fc.nat(40), fc.nat(3), piece), { maxLength: 3 }),
    )
    .map(([start, changes]) =>
      changes.reduce(
        (uri, [at, removed, added]) => uri.slice(0, at) + added + uri.slice(at + removed),
        start,
      ),
    );
  const loopback = fc
    .tuple(
      fc.constantFrom(...LOOPBACKS),
      fc.integer({ min: -1, max: 70_000 }),
      fc.constantFrom("/callback", "/callback/", "/callback?x", "", "/"),
    )
    .map(([host, port, path]) => `${host}:${port}${path}`);

  test(
    proves(
      "is equal to a registered one, up to the port of a loopback address, whatever is asked for",
      "threat 1",
      "threat 2",
    ),
    async () => {
      const { clientId } = identityOf("registered, public");
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof(nearlyRegistered, loopback), async (uri) => {
          if (uri === "" || !(await isAccepted(clientId, uri))) return;
          accepted += 1;
          expect(REGISTERED as readonly string[]).toContain(withoutPort(uri));
        }),
        { numRuns: 1000 },
      );
      // Otherwise the property says nothing.
      expect(accepted).toBeGreaterThan(50);
    },
  );
});

describe("a dangerous scheme", () => {
  test(proves("is refused by registration, beside a good redirect URI too", "threat 4"), async () => {
    for (const uri of DANGEROUS.uris) {
      for (const uris of [[uri], [REGISTERED[0], uri]]) {
        const response = await register(uris);
        expect({ uri, status: response.status }).toEqual({ uri, status: 400 });
        expect((await jsonOf(response)).error).toBe("invalid_redirect_uri");
      }
    }
  });

  test(proves("is refused by the command line", "threat 4", "threat 22"), async () => {
    for (const uri of DANGEROUS.uris) {
      const { code, err } = await commandLineAdds(["--public", "--redirect-uri", uri]);
      // 2: a comma looks like two URIs in one option.
      expect({ uri, refused: code === 1 || code === 2 }).toEqual({ uri, refused: true });
      expect(err).toMatch(/is not allowed|These are several URIs/);
    }
  });

  test(proves("is refused in the configuration", "threat 4", "threat 22"), () => {
    const { configuration, catalogue } = server.context;
    const declare = (uri: string): ClientDeclaration[] =>
      configuration.clients.slice(0, 1).map((client) => ({ ...client, redirect_uris: [uri] }));
    for (const uri of DANGEROUS.uris) {
      const faults = declaredClientFaults({
        configuration: { ...configuration, clients: declare(uri) },
        catalogue,
      });
      expect(faults).toEqual([expect.stringContaining("is not allowed")]);
    }
  });
});
