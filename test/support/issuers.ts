/**
 * Issuers of other systems, as real servers on this machine: discovery, keys and tokens with the claims that each system really
 * signs. `answer` can be replaced, for issuers that misbehave.
 */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export interface SignOptions {
  readonly kid?: string | null;
  readonly typ?: string | null;
  /** The key of another issuer. */
  readonly key?: CryptoKey;
  readonly header?: Record<string, unknown>;
}

export interface TestIssuer {
  /** Its address, and `iss` of its tokens unless a trust domain is. */
  readonly url: string;
  readonly issuer: string;
  readonly kid: string;
  readonly key: CryptoKey;
  readonly publicJwk: Record<string, unknown>;
  /** The paths that were asked for. */
  readonly asked: string[];
  /** What it answers; null: as it should. */
  answer: ((path: string) => Response | Promise<Response> | null) | null;
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>;
  /** A new key in place of the old one. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

const ALGORITHM = "ES256";

/** `issuer`: what its tokens call it. Default: its address. `use`: of its keys. */
export async function startIssuer({
  issuer: named,
  slash = "",
  use = "sig",
}: {
  readonly issuer?: string;
  readonly slash?: "" | "/";
  readonly use?: string;
} = {}): Promise<TestIssuer> {
  const asked: string[] = [];
  let kid = crypto.randomUUID();
  let pair = await generateKeyPair(ALGORITHM, { extractable: true });
  let publicJwk: Record<string, unknown> = { ...(await exportJWK(pair.publicKey)), kid, use };
  const json = (body: unknown) => Response.json(body);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const special = await made.answer?.(pathname);
      if (special !== null && special !== undefined) return special;
      if (pathname === "/.well-known/openid-configuration")
        return json({
          issuer: made.issuer,
          jwks_uri: `${made.url}/keys`,
          response_types_supported: ["id_token"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: [ALGORITHM],
        });
      if (pathname === "/keys") return json({ keys: [publicJwk] });
      return new Response("", { status: 404 });
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const made: TestIssuer = {
    url,
    issuer: named ?? url + slash,
    get kid() {
      return kid;
    },
    get key() {
      return pair.privateKey;
    },
    get publicJwk() {
      return publicJwk;
    },
    asked,
    answer: null,
    sign: (claims, { kid: other = kid, typ = "JWT", key = pair.privateKey, header = {} } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({
          alg: ALGORITHM,
          ...(other !== null && { kid: other }),
          ...(typ !== null && { typ }),
          ...header,
        })
        .sign(key),
    async rotate() {
      kid = crypto.randomUUID();
      pair = await generateKeyPair(ALGORITHM, { extractable: true });
      publicJwk = { ...(await exportJWK(pair.publicKey)), kid, use };
    },
    stop: async () => server.stop(true),
  };
  return made;
}

/** A projected service account token of Kubernetes, as kube-apiserver 1.32 signs it: no typ, and used until it expires. */
export const kubernetesToken = (
  issuer: TestIssuer,
  now: number,
  {
    namespace = "prod",
    serviceAccount = "api",
    audience,
  }: { readonly namespace?: string; readonly serviceAccount?: string; readonly audience: string },
): Promise<string> =>
  issuer.sign(
    {
      aud: [audience],
      exp: now + 3607,
      iat: now,
      iss: issuer.issuer,
      jti: crypto.randomUUID(),
      "kubernetes.io": {
        namespace,
        node: { name: "worker-1", uid: crypto.randomUUID() },
        pod: { name: `${serviceAccount}-7d9f`, uid: crypto.randomUUID() },
        serviceaccount: { name: serviceAccount, uid: crypto.randomUUID() },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    },
    { typ: null },
  );

/** The token of a GitHub Actions job (`core.getIDToken(audience)`). */
export const githubToken = (
  issuer: TestIssuer,
  now: number,
  {
    repository = "acme/app",
    environment = "production",
    audience,
  }: { readonly repository?: string; readonly environment?: string; readonly audience: string },
): Promise<string> =>
  issuer.sign({
    jti: crypto.randomUUID(),
    sub: `repo:${repository}:environment:${environment}`,
    aud: audience,
    ref: "refs/heads/main",
    sha: "6a3f1c0d9be2c1d9d3a2a64c4dd7f8e5a0c4a2d1",
    repository,
    repository_owner: repository.split("/")[0],
    repository_owner_id: "42",
    repository_id: "4242",
    repository_visibility: "private",
    run_id: "1",
    run_number: "1",
    run_attempt: "1",
    runner_environment: "github-hosted",
    actor: "ada",
    actor_id: "7",
    workflow: "deploy",
    workflow_ref: `${repository}/.github/workflows/deploy.yml@refs/heads/main`,
    job_workflow_ref: `${repository}/.github/workflows/deploy.yml@refs/heads/main`,
    event_name: "push",
    ref_type: "branch",
    ref_protected: "true",
    environment,
    iss: issuer.issuer,
    nbf: now - 300,
    exp: now + 300,
    iat: now,
  });

/** A JWT-SVID of SPIRE: sub, aud, exp and iat; `iss` only if SPIRE is configured with one. */
export const spiffeToken = (
  issuer: TestIssuer,
  now: number,
  {
    path = "/ns/prod/sa/api",
    trustDomain = "prod.example",
    audience,
  }: { readonly path?: string; readonly trustDomain?: string; readonly audience: string },
): Promise<string> =>
  issuer.sign({ aud: [audience], exp: now + 300, iat: now, sub: `spiffe://${trustDomain}${path}` });
