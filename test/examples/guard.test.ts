/** examples/resource-server/guard.ts, with tokens made by hand and the attacks that they allow. */
import { beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT, UnsecuredJWT } from "jose";
import { createGuard, type Demand, type GuardOptions } from "../../examples/resource-server/guard.ts";
import { HandmadeServer, ISSUER, makeKey, Prover, RESOURCE } from "./authorization-server.ts";

const OWN_KEY = await makeKey("one");
const OTHER_KEY = await makeKey("two");
const RSA_KEY = await makeKey("rsa", "RS256");
const prover = await Prover.make();

let server: HandmadeServer;
beforeEach(() => {
  server = new HandmadeServer();
  server.keys = [OWN_KEY, RSA_KEY];
});

const guardWith = (options: Partial<GuardOptions> = {}) =>
  createGuard({
    issuer: ISSUER,
    resource: RESOURCE,
    check: { by: "jwt" },
    fetch: server.fetch,
    now: server.now,
    ...options,
  });
const introspecting = (cacheSeconds?: number): Partial<GuardOptions> => ({
  check: { by: "introspection", clientId: "notes:api", clientSecret: "s%cret", cacheSeconds },
});

const requestWith = (headers: Record<string, string>, method = "GET", url = "/api/notes?page=2") => ({
  method,
  url,
  header: (name: string) => headers[name] ?? null,
});
const bearer = (token: string) => requestWith({ authorization: `Bearer ${token}` });
const bound = (token: string, proof: string) => requestWith({ authorization: `DPoP ${token}`, dpop: proof });

type Guarded = ReturnType<typeof guardWith>;
/** The refusal of a request: status, error, and the challenge. */
async function refusalOf(guard: Guarded, request: ReturnType<typeof requestWith>, demand?: Demand) {
  const { refusal } = await guard.check(request, demand);
  if (refusal === null) throw new Error("It was not refused.");
  const challenge = refusal.headers["WWW-Authenticate"] ?? "";
  return {
    status: refusal.status,
    error: refusal.body.error,
    said: refusal.body.error_description,
    challenge,
  };
}
async function expectInvalid(guard: Guarded, request: ReturnType<typeof requestWith>, said: string) {
  const refusal = await refusalOf(guard, request);
  expect(refusal).toMatchObject({ status: 401, error: "invalid_token" });
  expect(refusal.said).toContain(said);
}

describe("a signed token", () => {
  test("is good with the right signature, issuer, audience, type and time", async () => {
    const { access } = await guardWith().check(bearer(await server.token()), { scope: "notes.read" });
    expect(access).toMatchObject({ subject: "ada", clientId: "app", scope: ["notes.read"], key: null });
    for (const typ of ["at+jwt", "application/at+jwt", "AT+JWT"])
      expect((await guardWith().check(bearer(await server.token({}, { typ })))).access).not.toBeNull();
    const both = await server.token({ aud: ["https://other.example", RESOURCE] });
    expect((await guardWith().check(bearer(both))).access).not.toBeNull();
  });

  test.each([
    ["another audience", { aud: "https://other.example" }, "another resource"],
    ["the audience of a longer path", { aud: `${RESOURCE}/notes` }, "another resource"],
    ["no audience", { aud: undefined }, "another resource"],
    ["another issuer", { iss: "https://as.example" }, "another issuer"],
    ["no issuer", { iss: undefined }, "another issuer"],
    ["a time that is over", { exp: 1_800_000_000 }, "expired"],
    ["no time", { exp: undefined }, "expired"],
    ["a time as text", { exp: "1900000000" }, "expired"],
    ["a beginning in the future", { nbf: 1_800_000_060 }, "not valid yet"],
    ["an issue in the future", { iat: 1_800_000_060 }, "iat"],
    ["no subject", { sub: undefined }, "no subject"],
    ["no client", { client_id: undefined }, "no client"],
  ])("with %s is refused", async (_, changes, said) => {
    await expectInvalid(guardWith(), bearer(await server.token(changes)), said);
  });

  test.each([["JWT"], ["jwt"], ["dpop+jwt"], ["token-introspection+jwt"], ["logout+jwt"], [undefined]])(
    "of the type %p is no access token",
    async (typ) => {
      await expectInvalid(guardWith(), bearer(await server.token({}, { typ })), "another type");
    },
  );

  test("without a signature (alg none) is refused, in every spelling", async () => {
    const unsigned = new UnsecuredJWT(server.claims() as never).encode();
    await expectInvalid(guardWith(), bearer(unsigned), "no JWT");
    const [, payload] = unsigned.split(".");
    for (const alg of ["none", "None", "NONE", "nOnE"]) {
      const header = Buffer.from(JSON.stringify({ alg, typ: "at+jwt", kid: "one" })).toString("base64url");
      await expectInvalid(guardWith(), bearer(`${header}.${payload}.AA`), "not allowed");
    }
  });

  test("signed by HMAC with the public key is refused", async () => {
    for (const key of [OWN_KEY, RSA_KEY]) {
      const secrets = [JSON.stringify(key.publicKey), String(key.publicKey.x ?? key.publicKey.n)];
      for (const secret of secrets) {
        const forged = await new SignJWT(server.claims())
          .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: key.kid })
          .sign(new TextEncoder().encode(secret.padEnd(32, "x")));
        await expectInvalid(guardWith(), bearer(forged), "not allowed");
      }
    }
  });

  test("signed by another key is refused, whatever its header says of keys", async () => {
    const jwk = OTHER_KEY.publicKey;
    for (const more of [
      { kid: "one" },
      { kid: "one", jwk },
      { kid: "two", jwk, jku: "https://evil.example" },
      { kid: undefined },
    ])
      await expectInvalid(guardWith(), bearer(await server.token({}, more, OTHER_KEY)), "signature");
    expect(server.asked.every((path) => !path.includes("evil"))).toBe(true);
  });

  test("that names a key of another algorithm, or an algorithm that is not allowed, is refused", async () => {
    await expectInvalid(guardWith(), bearer(await server.token({}, { kid: "rsa" })), "signature");
    const strict = guardWith({ check: { by: "jwt", algorithms: ["RS256"] } });
    await expectInvalid(strict, bearer(await server.token()), "not allowed");
    expect((await strict.check(bearer(await server.token({}, {}, RSA_KEY)))).access).not.toBeNull();
  });

  test("with crit, changed content, or no form of a JWT is refused", async () => {
    const good = await server.token();
    const [header, , signature] = good.split(".");
    const other = (await server.token({ sub: "eve" })).split(".")[1];
    await expectInvalid(guardWith(), bearer(`${header}.${other}.${signature}`), "signature");
    const critical = await new SignJWT(server.claims())
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "one", crit: ["b64"], b64: true })
      .sign(OWN_KEY.privateKey);
    await expectInvalid(guardWith(), bearer(critical), "no JWT");
    for (const text of ["abc", "a.b.c", `${good}.x`, `${header}..${signature}`, "x".repeat(20_000)])
      expect((await refusalOf(guardWith(), bearer(text))).status).toBe(401);
  });

  test("of a new key is good after one more look at the key set; unknown keys cause no more looks", async () => {
    const guard = guardWith();
    expect((await guard.check(bearer(await server.token()))).access).not.toBeNull();
    server.keys = [OTHER_KEY];
    server.time += 31_000;
    expect((await guard.check(bearer(await server.token()))).access).not.toBeNull();
    const looks = () => server.asked.filter((path) => path.endsWith("/jwks")).length;
    expect(looks()).toBe(2);
    for (let each = 0; each < 5; each += 1)
      await guard.check(bearer(await server.token({}, { kid: `made up ${each}` }))).catch(() => null);
    expect(looks()).toBe(2);
  });

  test("is checked with known keys while the authorization server is away, and not for ever", async () => {
    const guard = guardWith();
    await guard.check(bearer(await server.token()));
    server.isDown = true;
    server.time += 700_000;
    expect((await guard.check(bearer(await server.token()))).access).not.toBeNull();
    server.time += 3_600_000;
    expect((await refusalOf(guard, bearer(await server.token()))).status).toBe(503);
    server.isDown = false;
    expect((await guard.check(bearer(await server.token()))).access).not.toBeNull();
  });
});

describe("an opaque token", () => {
  const know = (token: string, changes: Record<string, unknown> = {}) =>
    server.introspected.set(token, server.claims({ active: true, token_type: "Bearer", ...changes }));
  const looks = () => server.asked.filter((path) => path.endsWith("/introspect")).length;

  test("is asked about once by requests at the same time, and again by the next one", async () => {
    know("tat_one");
    const guard = guardWith(introspecting());
    const together = await Promise.all(Array.from({ length: 20 }, () => guard.check(bearer("tat_one"))));
    expect(together.every(({ access }) => access?.subject === "ada")).toBe(true);
    expect(looks()).toBe(1);
    await Promise.all([guard.check(bearer("tat_one")), guard.check(bearer("tat_two"))]);
    expect(looks()).toBe(3);
    // A revocation counts at once.
    server.introspected.clear();
    await expectInvalid(guard, bearer("tat_one"), "not active");
  });

  test("is remembered for as long as the options say, and never beyond its end; what is not good never is", async () => {
    know("tat_one", { exp: server.seconds + 8 });
    const guard = guardWith(introspecting(10));
    for (let each = 0; each < 3; each += 1) await guard.check(bearer("tat_one"));
    expect(looks()).toBe(1);
    server.time += 9000;
    await expectInvalid(guard, bearer("tat_one"), "expired");
    expect(looks()).toBe(1);
    server.time += 2000;
    server.introspected.clear();
    for (let each = 0; each < 2; each += 1) await expectInvalid(guard, bearer("tat_one"), "not active");
    expect(looks()).toBe(3);
    expect(() => guardWith(introspecting(31))).toThrow("cacheSeconds");
  });

  test.each([
    ["another audience", { aud: "https://other.example" }, "another resource"],
    ["another issuer", { iss: "https://evil.example" }, "another issuer"],
    ["no end", { exp: undefined }, "expired"],
    ["no type, as a refresh token", { token_type: undefined }, "no access token"],
    ["active as text", { active: "true" }, "not active"],
  ])("with %s is refused", async (_, changes, said) => {
    know("tat_one", changes);
    await expectInvalid(guardWith(introspecting()), bearer("tat_one"), said);
  });

  test("that is far too long is not even asked about", async () => {
    await expectInvalid(guardWith(introspecting()), bearer("x".repeat(20_000)), "too long");
    expect(looks()).toBe(0);
  });

  test("is not good while the authorization server is away, or is another", async () => {
    know("tat_one");
    const failures: unknown[] = [];
    const guard = guardWith({ ...introspecting(), onFailure: (error) => failures.push(error) });
    server.isDown = true;
    expect(await refusalOf(guard, bearer("tat_one"))).toMatchObject({
      status: 503,
      error: "temporarily_unavailable",
    });
    server.isDown = false;
    server.issuer = "https://evil.example";
    expect((await refusalOf(guard, bearer("tat_one"))).status).toBe(503);
    expect(failures.map(String)).toEqual([
      expect.stringContaining("connection refused"),
      expect.stringContaining("not those of"),
    ]);
    server.issuer = ISSUER;
    expect((await guard.check(bearer("tat_one"))).access).not.toBeNull();
  });
});

describe("a token that is bound to a key", () => {
  const tokenFor = ({ thumbprint }: Prover = prover, more: Record<string, unknown> = {}) =>
    server.token({ cnf: { jkt: thumbprint }, ...more });

  test.each(["ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256"])(
    "is good with a proof by %s",
    async (algorithm) => {
      const own = await Prover.make(algorithm);
      const token = await tokenFor(own);
      const { access, refusal } = await guardWith().check(
        bound(token, await own.proof(token, server.seconds)),
      );
      expect(refusal).toBeNull();
      expect(access?.key).toBe(own.thumbprint);
    },
  );

  test("is refused with a proof by an algorithm that the challenge does not name", async () => {
    const own = await Prover.make("RS384");
    const token = await tokenFor(own);
    const refusal = await refusalOf(guardWith(), bound(token, await own.proof(token, server.seconds)));
    expect(refusal).toMatchObject({ status: 401, error: "invalid_dpop_proof" });
  });

  test("is refused as a bearer token, with the challenge for DPoP", async () => {
    const token = await tokenFor();
    await expectInvalid(guardWith(), bearer(token), "scheme DPoP");
    // With the proof beside it, too.
    const proof = await prover.proof(token, server.seconds);
    await expectInvalid(
      guardWith(),
      requestWith({ authorization: `Bearer ${token}`, dpop: proof }),
      "scheme DPoP",
    );
    const { challenge } = await refusalOf(guardWith({ dpop: "required" }), bearer(token));
    expect(challenge).toStartWith('DPoP error="invalid_token"');
    expect(challenge).toContain('algs="ES256 ');
    expect(challenge).not.toContain("Bearer");
  });

  test("is not made of a bearer token by a proof; a resource can demand bound ones", async () => {
    const token = await server.token();
    await expectInvalid(guardWith(), bound(token, await prover.proof(token, server.seconds)), "not bound");
    await expectInvalid(guardWith({ dpop: "required" }), bearer(token), "only tokens that are bound");
  });

  test("to a certificate, or in two ways, is refused: the guard cannot check that", async () => {
    for (const cnf of [
      { "x5t#S256": "abc" },
      { jkt: prover.thumbprint, "x5t#S256": "abc" },
      {},
      "jkt",
      null,
    ]) {
      const token = await server.token({ cnf });
      const proof = await prover.proof(token, server.seconds);
      await expectInvalid(guardWith(), bound(token, proof), "cannot check");
      await expectInvalid(guardWith(), bearer(token), "cannot check");
    }
  });

  const expectBadProof = async (
    changes: Record<string, unknown>,
    header: Record<string, unknown>,
    said: string,
  ) => {
    const token = await tokenFor();
    const refusal = await refusalOf(
      guardWith(),
      bound(token, await prover.proof(token, server.seconds, changes, header)),
    );
    expect(refusal).toMatchObject({ status: 401, error: "invalid_dpop_proof" });
    expect(refusal.said).toContain(said);
    expect(refusal.challenge).toContain('DPoP error="invalid_dpop_proof"');
  };

  test.each([
    ["another method", { htm: "POST" }, "htm"],
    ["no method", { htm: undefined }, "htm"],
    ["another host", { htu: "https://evil.example/api/notes" }, "htu"],
    ["another path", { htu: `${RESOURCE}/notes/1` }, "htu"],
    ["another scheme", { htu: "http://notes.example/api/notes" }, "htu"],
    ["a user name", { htu: "https://a@notes.example/api/notes" }, "htu"],
    ["no address", { htu: "/api/notes" }, "htu"],
    ["the digest of another token", { ath: "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" }, "ath"],
    ["no digest of a token", { ath: undefined }, "ath"],
    ["an old time", { iat: 1_799_999_900 }, "iat"],
    ["a time ahead", { iat: 1_800_000_060 }, "iat"],
    ["no time", { iat: undefined }, "iat"],
    ["a time as text", { iat: "1800000000" }, "iat"],
    ["no jti", { jti: undefined }, "jti"],
    ["a jti that is too long", { jti: "x".repeat(300) }, "jti"],
  ])("needs a proof without %s", (_, changes, said) => expectBadProof(changes, {}, said));

  test.each([
    ["an access token as its type", { typ: "at+jwt" }, "typ"],
    ["no type", { typ: undefined }, "typ"],
    ["no key", { jwk: undefined }, "typ, alg or jwk"],
    ["the key of another", { jwk: OTHER_KEY.publicKey }, "another key"],
    ["a symmetric key", { jwk: { kty: "oct", k: "c2VjcmV0" } }, "private key"],
    ["a private key", { jwk: { ...prover.key.publicKey, d: "c2VjcmV0" } }, "private key"],
  ])("needs a proof without %s", (_, header, said) => expectBadProof({}, header, said));

  test("needs a proof whose signature is right, and one of them", async () => {
    const token = await tokenFor();
    const proof = await prover.proof(token, server.seconds);
    const [header, payload] = proof.split(".");
    const signature = (await prover.proof(token, server.seconds)).split(".")[2];
    const none = `${Buffer.from(JSON.stringify({ typ: "dpop+jwt", alg: "none", jwk: prover.key.publicKey })).toString("base64url")}.${payload}.AA`;
    for (const wrong of [`${header}.${payload}.${signature}`, none, `${proof}, ${proof}`, "", "a.b.c"])
      expect(await refusalOf(guardWith(), bound(token, wrong))).toMatchObject({
        status: 401,
        error: "invalid_dpop_proof",
      });
    const missing = requestWith({ authorization: `DPoP ${token}` });
    expect((await refusalOf(guardWith(), missing)).error).toBe("invalid_dpop_proof");
  });

  test("takes a proof once, also at the same time, and for a while after its time", async () => {
    const guard = guardWith();
    const token = await tokenFor();
    const proof = await prover.proof(token, server.seconds, { iat: server.seconds + 9 });
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => guard.check(bound(token, proof))));
    expect(verdicts.filter(({ access }) => access !== null)).toHaveLength(1);
    server.time += 65_000;
    expect((await refusalOf(guard, bound(token, proof))).said).toContain("used before");
    server.time += 6000;
    expect((await refusalOf(guard, bound(token, proof))).said).toContain("too old");
    // Another client may use the same jti.
    const other = await Prover.make();
    const jti = "the same";
    const others = await tokenFor(other);
    const mine = await prover.proof(token, server.seconds, { jti });
    expect((await guard.check(bound(token, mine))).access).not.toBeNull();
    expect(
      (await guard.check(bound(others, await other.proof(others, server.seconds, { jti })))).access,
    ).not.toBeNull();
  });

  test("a proof that is refused for another fault is not used up", async () => {
    const guard = guardWith();
    const token = await tokenFor();
    const proof = await prover.proof(token, server.seconds);
    await refusalOf(guard, requestWith({ authorization: `DPoP ${token}`, dpop: proof }, "POST"));
    expect((await guard.check(bound(token, proof))).access).not.toBeNull();
  });

  test("proofs can be remembered where several processes see them", async () => {
    const used = new Set<string>();
    const proofs = { use: async (id: string) => used.size < used.add(id).size };
    const token = await tokenFor();
    const proof = await prover.proof(token, server.seconds);
    expect((await guardWith({ proofs }).check(bound(token, proof))).access).not.toBeNull();
    expect((await refusalOf(guardWith({ proofs }), bound(token, proof))).said).toContain("used before");
  });

  test("the address is the configured one, whatever the request says, also behind a proxy that shortens it", async () => {
    const token = await tokenFor();
    const ask = async (url: string, options: Partial<GuardOptions> = {}, htu = `${RESOURCE}/notes`) => {
      const proof = await prover.proof(token, server.seconds, { htu });
      const request = requestWith(
        { authorization: `DPoP ${token}`, dpop: proof, host: "evil.example" },
        "GET",
        url,
      );
      return (await guardWith(options).check(request)).access !== null;
    };
    expect(await ask("http://10.0.0.7:8080/api/notes?page=2#x")).toBe(true);
    expect(await ask("http://10.0.0.7:8080/api/notes", {}, "http://10.0.0.7:8080/api/notes")).toBe(false);
    expect(await ask("/notes")).toBe(false);
    expect(await ask("/notes", { strippedPath: "/api" })).toBe(true);
    expect(await ask("/api/notes", {}, "HTTPS://NOTES.example:443/api/notes?page=2#x")).toBe(true);
    expect(await ask("//api/notes")).toBe(false);
  });
});

describe("what a request demands", () => {
  test("each scope; a refusal names them all (RFC 6750 §3.1)", async () => {
    const token = bearer(await server.token({ scope: "notes.read profile" }));
    for (const scope of ["notes.read", "notes.read profile", ["profile", "notes.read"], undefined, []])
      expect((await guardWith().check(token, { scope })).access).not.toBeNull();
    const refusal = await refusalOf(guardWith(), token, { scope: ["notes.read", "notes.write"] });
    expect(refusal).toMatchObject({ status: 403, error: "insufficient_scope" });
    expect(refusal.challenge).toContain('scope="notes.read notes.write"');
    for (const scope of [undefined, ["notes.write"], 7])
      expect(
        (await refusalOf(guardWith(), bearer(await server.token({ scope })), { scope: "notes.write" }))
          .status,
      ).toBe(403);
  });

  test.each([
    [{ acr: "2", auth_time: 1_799_999_990 }, true],
    [{ acr: "1", auth_time: 1_799_999_990 }, false],
    [{ acr: undefined, auth_time: 1_799_999_990 }, false],
    [{ acr: 2, auth_time: 1_799_999_990 }, false],
    [{ acr: "2", auth_time: 1_799_999_699 }, false],
    [{ acr: "2", auth_time: undefined }, false],
    [{ acr: "2", auth_time: "1799999990" }, false],
  ])("a sign-in: %p is good enough: %p (RFC 9470 §3)", async (changes, isGood) => {
    const demand = { acr: ["3", "2"], maxAge: 300 };
    const request = bearer(await server.token(changes));
    const { access } = await guardWith().check(request, demand);
    expect(access !== null).toBe(isGood);
    if (isGood) return;
    const refusal = await refusalOf(guardWith(), request, demand);
    expect(refusal).toMatchObject({ status: 401, error: "insufficient_user_authentication" });
    expect(refusal.challenge).toContain('acr_values="3 2", max_age="300"');
  });
});

describe("challenges", () => {
  const METADATA = 'resource_metadata="https://notes.example/.well-known/oauth-protected-resource/api"';

  test("without a token: no error, but the scope and where the metadata are (RFC 6750 §3.1, RFC 9728 §5.1)", async () => {
    for (const authorization of ["", "Basic YTpi"]) {
      const refusal = await refusalOf(guardWith(), requestWith({ authorization }), { scope: "notes.read" });
      expect(refusal.status).toBe(401);
      expect(refusal.challenge).toStartWith(
        `Bearer scope="notes.read", ${METADATA}, DPoP scope="notes.read", ${METADATA}, algs="`,
      );
    }
  });

  test("a header that is no single token is a bad request", async () => {
    for (const authorization of ["Bearer", "Bearer ", "Bearer a b", "Bearer a, Bearer b", "DPoP ü"])
      expect(await refusalOf(guardWith(), requestWith({ authorization }))).toMatchObject({
        status: 400,
        error: "invalid_request",
      });
  });

  test("the document of another resource is a mistake", () => {
    expect(() => guardWith({ metadata: { resource: "https://other.example" } })).toThrow("another resource");
    expect(() => guardWith({ resource: `${RESOURCE}#a` })).toThrow("fragment");
    expect(guardWith({ resource: "https://notes.example/" }).metadataPath).toBe(
      "/.well-known/oauth-protected-resource",
    );
    expect(guardWith({ scopes: ["notes.read"], dpop: "required" }).metadata).toMatchObject({
      authorization_servers: [ISSUER],
      scopes_supported: ["notes.read"],
      dpop_bound_access_tokens_required: true,
    });
  });
});

/** The file as a copy without types, in the runtime that most people have. */
test.skipIf(Bun.which("node") === null)("the guard works in Node too, with every kind of key", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tessera-guard-"));
  try {
    const source = await Bun.file(join(import.meta.dir, "../../examples/resource-server/guard.ts")).text();
    writeFileSync(join(folder, "guard.mjs"), new Bun.Transpiler({ loader: "ts" }).transformSync(source));
    const requests = await Promise.all(
      ["ES256", "EdDSA", "PS256", "RS256"].map(async (algorithm) => {
        const own = await Prover.make(algorithm);
        const token = await server.token({ cnf: { jkt: own.thumbprint } }, {}, RSA_KEY);
        return { authorization: `DPoP ${token}`, dpop: await own.proof(token, server.seconds) };
      }),
    );
    const metadata = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` };
    const program = `
      import { createGuard } from "./guard.mjs";
      const answers = { keys: ${JSON.stringify(server.keys.map(({ publicKey }) => publicKey))} };
      const guard = createGuard({
        issuer: "${ISSUER}", resource: "${RESOURCE}", check: { by: "jwt" }, now: () => ${server.time},
        fetch: async (url) => Response.json(url.endsWith("/jwks") ? answers : ${JSON.stringify(metadata)}),
      });
      for (const headers of ${JSON.stringify(requests)}) {
        const handle = guard.serve({ scope: "notes.read" }, (_, { subject }) => new Response(subject));
        const answer = await handle(new Request("http://10.0.0.7/api/notes", { headers }));
        console.log(answer.status, await answer.text());
      }`;
    writeFileSync(join(folder, "program.mjs"), program);
    const node = Bun.spawnSync(["node", join(folder, "program.mjs")]);
    expect(node.stdout.toString()).toBe("200 ada\n".repeat(4));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
