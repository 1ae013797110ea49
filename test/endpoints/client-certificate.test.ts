/** RFC 8705 §2: clients that authenticate with the certificate of their TLS, which a trusted proxy passes on. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { digestSecret } from "../../src/credentials/credential.ts";
import type { CertificateName } from "../../src/protocol/certificate-name.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { clientId, newClient, newSecret, scopes } from "../store/records.ts";
import {
  escapedPem,
  issuedBy,
  newAuthority,
  rfc9440,
  selfSigned,
  type TestCertificate,
} from "../support/certificates.ts";
import { newProofKey, proofFor } from "../support/dpop.ts";
import { proves } from "../support/proves.ts";
import { basic, encodeForm, ISSUER, SECRET, startTestServer, type TestServer } from "../support/server.ts";

const SUBJECT = '/C=DE/O=Zweite Bänk, "AG"/OU=a\\+b/CN=client-1';
const NAME = 'CN=client-1,OU=a\\+b,O=Zweite B\\C3\\A4nk\\, \\"AG\\",C=DE';
const NAMES =
  "DNS:client.example,URI:spiffe://example.org/client,IP:192.0.2.7,IP:2001:db8::1,email:ops@client.example";

let folder: string;
let server: TestServer;
let authority: TestCertificate;
let issued: TestCertificate;
let own: TestCertificate;
beforeAll(async () => {
  folder = temporaryFolder();
  authority = newAuthority(folder, "authority");
  issued = issuedBy(authority, folder, "issued", SUBJECT, { names: NAMES });
  own = selfSigned(folder, "own", "/CN=own");
  server = await startTestServer({
    trusted_proxies: ["loopback"],
    client_certificates: { header: "Client-Cert", format: "rfc9440", authorities: authority.certificate },
    resources: [
      {
        identifier: "https://mail.example/",
        scopes: ["mail.read", "mail.send"],
        dpop_bound_access_tokens_required: true,
      },
      { identifier: "https://files.example/api", scopes: ["files"] },
    ],
  });
  await add("by-name", { tlsClientAuthName: { kind: "subject_dn", value: NAME } });
  await add("by-own", { jwks: { keys: [{ kty: "EC", crv: "P-256", x: "x", y: "y", x5c: [own.der] }] } });
});
afterAll(async () => {
  await server.close();
  removeTemporaryFolders();
});

const add = (id: string, changes: Partial<ClientRecord>) =>
  server.context.store.createClient(
    newClient({
      clientId: clientId(id),
      tokenEndpointAuthMethod:
        changes.jwks === undefined && changes.jwksUri === undefined
          ? "tls_client_auth"
          : "self_signed_tls_client_auth",
      grantTypes: ["client_credentials"],
      scope: scopes("files"),
      defaultScope: scopes("files"),
      secrets: [],
      jwks: null,
      ...changes,
    }),
  );

interface Sent {
  readonly header?: string | null;
  readonly isFromProxy?: boolean;
  readonly at?: TestServer;
}

/** What the server answers, and the reason in its log. */
async function ask(
  id: string,
  { header = rfc9440(issued), isFromProxy = true, at = server }: Sent = {},
): Promise<{ readonly status: number; readonly reason: unknown; readonly body: string }> {
  at.logged.length = 0;
  const request = new Request(`${ISSUER}/auth/token`, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      ...(header !== null && { "Client-Cert": header }),
    },
    body: encodeForm({ grant_type: "client_credentials", client_id: id }),
  });
  const response = await at.handle(request, "127.0.0.1", () => isFromProxy);
  const refused = at.logged.map((line) => JSON.parse(line)).find(({ reason }) => reason !== undefined);
  return { status: response.status, reason: refused?.reason, body: await response.text() };
}

describe("a client with a certificate of an authority (RFC 8705 §2.1)", () => {
  test(proves("is known by its subject, as RFC 4514 writes it", "threat 93", "RFC 8705 2-3"), async () => {
    expect(await ask("by-name")).toMatchObject({ status: 200 });
    // And again, when it is remembered.
    expect(await ask("by-name")).toMatchObject({ status: 200 });
  });

  test(proves("or by one of its other names", "RFC 8705 2-3"), async () => {
    const names: readonly (readonly [CertificateName["kind"], string, boolean])[] = [
      ["san_dns", "CLIENT.example", true],
      ["san_dns", "lient.example", false],
      ["san_uri", "spiffe://example.org/client", true],
      ["san_uri", "spiffe://example.org/Client", false],
      ["san_ip", "192.0.2.7", true],
      ["san_ip", "2001:DB8:0::1", true],
      ["san_ip", "192.0.2.70", false],
      ["san_email", "ops@CLIENT.example", true],
      ["san_email", "Ops@client.example", false],
      ["subject_dn", 'cn=CLIENT-1, ou=A\\+B, o=zweite  bänk\\, \\"ag\\", c=de', true],
      ["subject_dn", NAME.replace(",C=DE", ""), false],
      ["subject_dn", 'C=DE,O=Zweite Bänk\\, \\"AG\\",OU=a\\+b,CN=client-1', false],
      ["subject_dn", NAME.replace("OU=a\\+b", "OU=a+OU=b"), false],
      ["subject_dn", "CN=client-1", false],
    ];
    for (const [index, [kind, value, isRight]] of names.entries()) {
      const id = `named-${index}`;
      await add(id, { tlsClientAuthName: { kind, value } });
      const { status, reason } = await ask(id);
      expect([kind, value, status, reason]).toEqual([
        kind,
        value,
        isRight ? 200 : 401,
        isRight ? undefined : "client_certificate_wrong",
      ]);
    }
  });

  test(
    proves("is refused with the same name of another authority, or of none", "threat 93", "RFC 8705 7.4-1"),
    async () => {
      const strange = newAuthority(folder, "strange");
      // The strange one calls itself what the trusted one is called.
      const namesake = selfSigned(folder, "namesake", "/CN=authority", ["keyUsage=critical,keyCertSign"]);
      for (const header of [
        rfc9440(issuedBy(strange, folder, "strange-client", SUBJECT)),
        rfc9440(issuedBy(namesake, folder, "namesake-client", SUBJECT)),
        rfc9440(selfSigned(folder, "self", SUBJECT)),
        // A client that issues certificates is no authority.
        rfc9440(issuedBy(issued, folder, "child", SUBJECT)),
        // The certificate of a server is for servers.
        rfc9440(issuedBy(authority, folder, "server", SUBJECT, { usage: "serverAuth" })),
      ])
        expect(await ask("by-name", { header })).toMatchObject({
          status: 401,
          reason: "client_certificate_untrusted",
        });
    },
  );

  test("may have a certificate that says it is for clients", async () => {
    const header = rfc9440(
      issuedBy(authority, folder, "for-clients", SUBJECT, { usage: "serverAuth,clientAuth" }),
    );
    expect(await ask("by-name", { header })).toMatchObject({ status: 200 });
  });

  test(proves("is refused before and after the time of its certificate", "threat 93"), async () => {
    const short = issuedBy(authority, folder, "short", SUBJECT, { days: 1 });
    const at = await startTestServer({
      trusted_proxies: ["loopback"],
      client_certificates: { authorities: authority.certificate },
    });
    try {
      await at.context.store.createClient(
        newClient({
          clientId: clientId("by-name"),
          tokenEndpointAuthMethod: "tls_client_auth",
          tlsClientAuthName: { kind: "subject_dn", value: NAME },
          grantTypes: ["client_credentials"],
          scope: scopes("files"),
          defaultScope: scopes("files"),
        }),
      );
      expect(await ask("by-name", { header: rfc9440(short), at })).toMatchObject({ status: 200 });
      at.clock.advance(2 * 86_400);
      expect(await ask("by-name", { header: rfc9440(short), at })).toMatchObject({
        status: 401,
        reason: "client_certificate_untimely",
      });
      at.clock.advance(-4 * 86_400);
      expect(await ask("by-name", { header: rfc9440(short), at })).toMatchObject({ status: 401 });
    } finally {
      await at.close();
    }
  });
});

describe("a client with a certificate of its own (RFC 8705 §2.2)", () => {
  test(proves("is known by the certificate that it registered", "threat 93", "RFC 8705 2-3"), async () => {
    expect(await ask("by-own", { header: rfc9440(own) })).toMatchObject({ status: 200 });
    expect(await ask("by-own")).toMatchObject({ status: 401, reason: "client_certificate_wrong" });
    const thumbprint = createHash("sha256").update(Buffer.from(own.der, "base64")).digest("base64url");
    await add("by-thumbprint", { jwks: { keys: [{ kty: "EC", "x5t#S256": thumbprint }] } });
    expect(await ask("by-thumbprint", { header: rfc9440(own) })).toMatchObject({ status: 200 });
    // The same key and name in another certificate.
    const again = selfSigned(folder, "own-again", "/CN=own");
    expect(await ask("by-own", { header: rfc9440(again) })).toMatchObject({ status: 401 });
  });
});

describe("the header with the certificate", () => {
  test(proves("counts from a trusted proxy alone", "threat 93", "RFC 8705 2-1", "RFC 8705 2-2"), async () => {
    expect(await ask("by-name", { isFromProxy: false })).toMatchObject({
      status: 401,
      reason: "client_certificate_missing",
    });
    for (const header of [null, ""])
      expect(await ask("by-name", { header })).toMatchObject({ reason: "client_certificate_missing" });
    // The certificate alone names no client.
    expect(await ask("")).toMatchObject({ status: 401, reason: "client_authentication_missing" });
    // A remembered client must show it again, and another certificate is another credential.
    expect(await ask("by-name")).toMatchObject({ status: 200 });
    expect(await ask("by-name", { header: rfc9440(own) })).toMatchObject({ status: 401 });
  });

  test("is refused if it is no certificate, or two", async () => {
    for (const header of [
      "x",
      `:${issued.der.slice(0, 40)}:`,
      ":AAAA:",
      issued.der,
      `${rfc9440(issued)}, ${rfc9440(own)}`,
      escapedPem(issued),
      `:${"A".repeat(40_000)}:`,
      `:${issued.der.slice(0, -8)}AAAAAAA=:`,
    ]) {
      const answer = await ask("by-name", { header });
      expect([header.slice(0, 30), [400, 401].includes(answer.status)]).toEqual([header.slice(0, 30), true]);
    }
  });

  test("may be the escaped PEM of nginx", async () => {
    const at = await startTestServer({
      trusted_proxies: ["loopback"],
      client_certificates: { format: "escaped_pem", authorities: authority.certificate },
    });
    try {
      await at.context.store.createClient(
        newClient({
          clientId: clientId("by-name"),
          tokenEndpointAuthMethod: "tls_client_auth",
          tlsClientAuthName: { kind: "san_dns", value: "client.example" },
          grantTypes: ["client_credentials"],
          scope: scopes("files"),
          defaultScope: scopes("files"),
        }),
      );
      expect(await ask("by-name", { header: escapedPem(issued), at })).toMatchObject({ status: 200 });
      for (const header of [rfc9440(issued), escapedPem(issued) + escapedPem(own), "%", "%41"])
        expect(await ask("by-name", { header, at })).toMatchObject({
          reason: "client_certificate_malformed",
        });
    } finally {
      await at.close();
    }
  });

  test("changes nothing for other clients, and none of them gets in by it", async () => {
    await add("with-secret", { tokenEndpointAuthMethod: "client_secret_basic" });
    await add("open", { tokenEndpointAuthMethod: "none" });
    expect(await ask("with-secret")).toMatchObject({ status: 401, reason: "client_secret_missing" });
    expect(await ask("open")).toMatchObject({ reason: "client_not_confidential" });
  });
});

describe("the metadata of such clients", () => {
  const register = (metadata: Record<string, unknown>, at = server) =>
    at.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        redirect_uris: ["https://rp.example/callback"],
        token_endpoint_auth_method: "tls_client_auth",
        ...metadata,
      }),
    });

  test(proves("name the client once, in a form that there is", "RFC 8705 2.1.2-1"), async () => {
    const made = await register({ tls_client_auth_subject_dn: NAME });
    expect(made.status).toBe(201);
    const client = (await made.json()) as Record<string, unknown>;
    expect(client).toMatchObject({ tls_client_auth_subject_dn: NAME });
    expect(client).not.toHaveProperty("client_secret");
    for (const wrong of [
      {},
      { tls_client_auth_subject_dn: NAME, tls_client_auth_san_dns: "client.example" },
      { tls_client_auth_subject_dn: "client" },
      { tls_client_auth_subject_dn: "CN=a,XY=b" },
      { tls_client_auth_subject_dn: "CN=" },
      { tls_client_auth_subject_dn: "CN=#0403" },
      { tls_client_auth_san_dns: "*.example" },
      { tls_client_auth_san_uri: "client" },
      { tls_client_auth_san_ip: "127.1" },
      { tls_client_auth_san_email: "ops" },
      { token_endpoint_auth_method: "self_signed_tls_client_auth" },
    ])
      expect([wrong, (await register(wrong)).status]).toEqual([wrong, 400]);
  });

  test(proves("name the addresses where the proxy asks for certificates", "RFC 8705 5-1"), async () => {
    const at = await startTestServer({
      issuer: "https://auth.example/t",
      trusted_proxies: ["loopback"],
      client_certificates: { url: "https://mtls.auth.example:8443" },
    });
    try {
      const answer = await at.fetch("https://auth.example/.well-known/oauth-authorization-server/t");
      const { mtls_endpoint_aliases } = (await answer.json()) as Record<string, unknown>;
      const base = "https://mtls.auth.example:8443/t/auth";
      const key = await newProofKey();
      const asked = async (url: string) =>
        at.fetch("/auth/token", {
          method: "POST",
          headers: {
            "Content-Type": "application/x-www-form-urlencoded",
            ...basic("service", SECRET),
            DPoP: await proofFor(key, { url }),
          },
          body: "grant_type=client_credentials&scope=files",
        });
      // What is proved there is proved here.
      expect((await asked(`${base}/token`)).status).toBe(200);
      for (const elsewhere of [`${base}/par`, "https://mtls.auth.example/t/auth/token"])
        expect((await asked(elsewhere)).status).toBe(400);
      expect(mtls_endpoint_aliases).toEqual({
        token_endpoint: `${base}/token`,
        revocation_endpoint: `${base}/revoke`,
        introspection_endpoint: `${base}/introspect`,
        device_authorization_endpoint: `${base}/device`,
        backchannel_authentication_endpoint: `${base}/backchannel`,
        userinfo_endpoint: `${base}/userinfo`,
        pushed_authorization_request_endpoint: `${base}/par`,
      });
    } finally {
      await at.close();
    }
  });

  test("are offered only where a proxy passes certificates on", async () => {
    const methodsOf = async (at: TestServer) => {
      const answer = await at.fetch("/.well-known/oauth-authorization-server");
      const { token_endpoint_auth_methods_supported: methods } = (await answer.json()) as Record<
        string,
        string[]
      >;
      return methods?.filter((method) => method.includes("tls"));
    };
    expect(await methodsOf(server)).toEqual(["tls_client_auth", "self_signed_tls_client_auth"]);
    const plain = await startTestServer();
    const half = await startTestServer({ trusted_proxies: ["loopback"], client_certificates: {} });
    try {
      expect(await methodsOf(plain)).toEqual([]);
      expect(await methodsOf(half)).toEqual(["self_signed_tls_client_auth"]);
      expect((await register({ tls_client_auth_subject_dn: NAME }, half)).status).toBe(400);
    } finally {
      await plain.close();
      await half.close();
    }
  });
});

describe("a token that is bound to a certificate (RFC 8705 §3)", () => {
  const CONFIRMATION = (certificate: TestCertificate) => ({
    "x5t#S256": createHash("sha256").update(Buffer.from(certificate.der, "base64")).digest("base64url"),
  });

  /** A request with a certificate, or without one. */
  const send = (
    path: string,
    form: Record<string, string>,
    { certificate, bearer }: { readonly certificate: TestCertificate | null; readonly bearer?: string },
  ) =>
    server.handle(
      new Request(ISSUER + path, {
        method: "POST",
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          ...(certificate !== null && { "Client-Cert": rfc9440(certificate) }),
          ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
        },
        body: encodeForm(form),
      }),
      "127.0.0.1",
      () => true,
    );
  const tokenOf = async (
    id: string,
    certificate: TestCertificate | null,
    more: Record<string, string> = {},
  ) => {
    const form = { grant_type: "client_credentials", client_id: id, ...more };
    const response = await send("/auth/token", form, { certificate });
    const body: { access_token?: string; token_type?: string; error?: string } = await response.json();
    return { status: response.status, ...body };
  };

  beforeAll(async () => {
    const bound = {
      tlsClientCertificateBoundAccessTokens: true,
      scope: scopes("introspect"),
      defaultScope: scopes("introspect"),
    };
    await add("bound", { tlsClientAuthName: { kind: "subject_dn", value: NAME }, ...bound });
    await add("bound-secret", {
      ...bound,
      tokenEndpointAuthMethod: "client_secret_post",
      secrets: [newSecret({ digest: digestSecret(SECRET), expiresAt: null })],
    });
  });

  test(
    proves(
      "says so at introspection, and is good with that certificate only",
      "threat 93",
      "RFC 8705 3-1",
      "RFC 8705 3-2",
    ),
    async () => {
      const { access_token: token = "", token_type } = await tokenOf("bound", issued);
      expect(token_type).toBe("Bearer");
      const introspect = async (certificate: TestCertificate | null) => {
        const response = await send("/auth/introspect", { token }, { certificate, bearer: token });
        return [response.status, (await response.json()) as Record<string, unknown>] as const;
      };
      const [status, answer] = await introspect(issued);
      expect([status, answer]).toEqual([
        200,
        expect.objectContaining({ active: true, cnf: CONFIRMATION(issued) }),
      ]);
      for (const certificate of [null, own]) {
        const [refused, { error }] = await introspect(certificate);
        expect([refused, error]).toEqual([401, "invalid_token"]);
      }
    },
  );

  test(proves("is none for an API that takes only DPoP-bound ones", "RFC 9728 2-5"), async () => {
    const mail = { scope: scopes("mail.read", "files"), defaultScope: scopes("mail.read") };
    await add("bound-mail", {
      tlsClientAuthName: { kind: "subject_dn", value: NAME },
      tlsClientCertificateBoundAccessTokens: true,
      ...mail,
    });
    expect(await tokenOf("bound-mail", issued)).toMatchObject({ status: 400, error: "invalid_dpop_proof" });
    expect(await tokenOf("bound-mail", issued, { scope: "files" })).toMatchObject({ status: 200 });
  });

  test(
    proves("is what a client with another method gets too, and nothing less", "RFC 8705 3-3"),
    async () => {
      const secret = { client_secret: SECRET };
      const { access_token: token = "" } = await tokenOf("bound-secret", own, secret);
      const response = await send("/auth/introspect", { token }, { certificate: own, bearer: token });
      expect(await response.json()).toMatchObject({ active: true, cnf: CONFIRMATION(own) });
      expect(await tokenOf("bound-secret", null, secret)).toMatchObject({
        status: 400,
        error: "invalid_request",
      });
    },
  );

  test("is nothing that a certificate makes by itself", async () => {
    const { access_token: token = "" } = await tokenOf("by-name", issued);
    const { access_token: other = "" } = await tokenOf("bound", issued);
    const response = await send("/auth/introspect", { token }, { certificate: issued, bearer: other });
    expect(await response.json()).not.toHaveProperty("cnf");
  });

  test("can be asked for at registration, where the server can give it", async () => {
    const register = (at: TestServer) =>
      at.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          redirect_uris: ["https://rp.example/callback"],
          tls_client_certificate_bound_access_tokens: true,
        }),
      });
    const made = await register(server);
    expect(await made.json()).toMatchObject({ tls_client_certificate_bound_access_tokens: true });
    const plain = await startTestServer();
    try {
      // RFC 7591 §3.2.1: the answer says what was registered.
      expect(await (await register(plain)).json()).not.toHaveProperty(
        "tls_client_certificate_bound_access_tokens",
      );
    } finally {
      await plain.close();
    }
  });
});
