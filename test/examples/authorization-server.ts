/** An authorization server made by hand, for tokens that Tessera would not issue. It answers through a function, without sockets. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export const ISSUER = "https://as.example/tenant";
export const RESOURCE = "https://notes.example/api";

interface Key {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: JWK;
}

export async function makeKey(kid: string, algorithm = "ES256"): Promise<Key> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const publicKey = { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: "sig" };
  return { kid, algorithm, privateKey: pair.privateKey, publicKey };
}

export class HandmadeServer {
  /** What is in the key set now. */
  keys: Key[] = [];
  /** What introspection answers, by token. */
  readonly introspected = new Map<string, Record<string, unknown>>();
  /** The paths that were asked, in order. */
  readonly asked: string[] = [];
  isDown = false;
  issuer = ISSUER;
  /** In milliseconds. */
  time = 1_800_000_000_000;

  get seconds(): number {
    return this.time / 1000;
  }

  readonly now = (): number => this.time;

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname } = new URL(url);
    this.asked.push(pathname);
    if (this.isDown) throw new TypeError("connection refused");
    switch (pathname) {
      case "/.well-known/oauth-authorization-server/tenant":
        return Response.json({
          issuer: this.issuer,
          jwks_uri: `${ISSUER}/jwks`,
          introspection_endpoint: `${ISSUER}/introspect`,
        });
      case "/tenant/jwks":
        return Response.json({ keys: this.keys.map(({ publicKey }) => publicKey) });
      case "/tenant/introspect": {
        // So that requests at the same time really wait.
        await Bun.sleep(1);
        const token = new URLSearchParams(String(init.body)).get("token") ?? "";
        return Response.json(this.introspected.get(token) ?? { active: false });
      }
      default:
        return new Response(null, { status: 404 });
    }
  };

  claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const claims: Record<string, unknown> = {
      iss: ISSUER,
      aud: RESOURCE,
      sub: "ada",
      client_id: "app",
      scope: "notes.read",
      iat: this.seconds,
      exp: this.seconds + 600,
      jti: crypto.randomUUID(),
      ...changes,
    };
    for (const [name, value] of Object.entries(claims)) if (value === undefined) delete claims[name];
    return claims;
  }

  async token(
    changes: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key = this.keys[0],
  ): Promise<string> {
    if (key === undefined) throw new Error("There is no key.");
    return new SignJWT(this.claims(changes))
      .setProtectedHeader({ alg: key.algorithm, typ: "at+jwt", kid: key.kid, ...header })
      .sign(key.privateKey);
  }
}

/** A client with a key of its own, which makes proofs. */
export class Prover {
  readonly key: Key;
  readonly thumbprint: string;

  constructor(key: Key, thumbprint: string) {
    this.key = key;
    this.thumbprint = thumbprint;
  }

  static async make(algorithm = "ES256"): Promise<Prover> {
    const key = await makeKey("proof", algorithm);
    return new Prover(key, await calculateJwkThumbprint(key.publicKey));
  }

  /** RFC 9449 §4.2: a proof for `GET https://notes.example/api/notes` with this token, with changes. */
  async proof(
    token: string,
    seconds: number,
    changes: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
  ): Promise<string> {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
    const { kid: _, use: __, alg: ___, ...jwk } = this.key.publicKey;
    const claims = {
      htm: "GET",
      htu: `${RESOURCE}/notes`,
      iat: seconds,
      jti: crypto.randomUUID(),
      ath: Buffer.from(digest).toString("base64url"),
      ...changes,
    };
    return new SignJWT(JSON.parse(JSON.stringify(claims)))
      .setProtectedHeader({ alg: this.key.algorithm, typ: "dpop+jwt", jwk, ...header })
      .sign(this.key.privateKey);
  }
}
