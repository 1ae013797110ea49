/** An application, played as its recipe describes it: the same parameters, the same checks of claims and algorithms. */
import { expect } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from "jose";
import { authenticationMethodOf, grantTypesOf, type MadeClient } from "../../src/recipes/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { answerConsentAt, redirectOf } from "../support/code-flow.ts";
import { answerDevice, expectTokens, type Json, jsonOf, textOf } from "../support/flows.ts";
import { basic, encodeForm, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

/** The algorithm that a client gets which insists on none. */
const DEFAULT_ALGORITHM = "RS256";

export interface Applied {
  readonly tokens: Json;
  /** The claims of the ID token; null if the application reads none. */
  readonly claims: JWTPayload | null;
  /** The answer of userinfo; null if the application does not ask. */
  readonly userinfo: Json | null;
}

export class Application {
  readonly #server: TestServer;
  readonly #made: MadeClient;
  readonly #metadata: Json;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  private constructor(server: TestServer, made: MadeClient, metadata: Json) {
    this.#server = server;
    this.#made = made;
    this.#metadata = metadata;
    this.#keys = createRemoteJWKSet(new URL(textOf(metadata, "jwks_uri")), {
      [customFetch]: (url) => server.fetch(String(url)),
    });
  }

  /** Reads the metadata, as an application that is given the issuer does, and refuses those of another issuer. */
  static async start(server: TestServer, made: MadeClient): Promise<Application> {
    const metadata = await jsonOf(await server.fetch("/.well-known/openid-configuration"));
    expect(metadata.issuer).toBe(server.issuer);
    return new Application(server, made, metadata);
  }

  get #clientId(): string {
    return this.#made.client.clientId;
  }

  /** The metadata must name what the application uses. Some libraries compare before they begin. */
  checkMetadata(required: readonly string[]): void {
    const { part } = this.#made;
    for (const member of required) expect(Object.keys(this.#metadata)).toContain(member);
    const lists: Record<string, string[]> = {
      response_types_supported: ["code"],
      token_endpoint_auth_methods_supported: [authenticationMethodOf(part)],
      id_token_signing_alg_values_supported: [part.algorithm ?? DEFAULT_ALGORITHM],
      grant_types_supported: [...grantTypesOf(part)],
      ...(typeof part.pkce === "string" && { code_challenge_methods_supported: ["S256"] }),
      response_modes_supported: [part.responseMode ?? "query"],
      scopes_supported: [...part.scope],
    };
    for (const [member, names] of Object.entries(lists)) {
      for (const name of names)
        expect({ member, has: this.#metadata[member] }).toEqual({
          member,
          has: expect.arrayContaining([name]),
        });
    }
  }

  /** The whole code flow of a signed-in person to one of the redirect URIs. */
  async signIn(cookie: string, redirectUri: string): Promise<Applied> {
    const { part } = this.#made;
    const nonce = part.nonce === false ? undefined : randomBytes(16).toString("base64url");
    const state = randomBytes(16).toString("base64url");
    const verifier = typeof part.pkce === "string" ? randomBytes(32).toString("base64url") : undefined;
    const query = encodeForm({
      response_type: "code",
      client_id: this.#clientId,
      redirect_uri: redirectUri,
      scope: part.scope.join(" "),
      state,
      nonce,
      response_mode: part.responseMode,
      code_challenge: verifier && createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: verifier && "S256",
      ...part.parameters,
    });
    const url = `${textOf(this.#metadata, "authorization_endpoint")}?${query}`;
    const answer = await this.#answerOf(await answerConsentAt(this.#server, cookie, url), redirectUri);
    expect(answer.error ?? "none").toBe("none");
    expect(answer.state).toBe(state);
    // RFC 9207: an application that knows the parameter compares it.
    expect(answer.iss).toBe(this.#server.issuer);
    const code = answer.code ?? "";
    // Portainer un-escapes the code once more.
    expect(decodeURIComponent(code)).toBe(code);
    const tokens = await this.#redeem({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    return this.#read(tokens, nonce);
  }

  /** The parameters of the answer: in the address, or in the form that the page posts. */
  async #answerOf(response: Response, redirectUri: string): Promise<Record<string, string>> {
    if (this.#made.part.responseMode !== "form_post") {
      const target = redirectOf(response);
      expect(response.headers.get("location")).toStartWith(redirectUri);
      return Object.fromEntries(target.searchParams);
    }
    const fields: Record<string, string> = {};
    const actions: string[] = [];
    await new HTMLRewriter()
      .on("form", {
        element(form) {
          actions.push(form.getAttribute("action") ?? "");
        },
      })
      .on("form input[type=hidden]", {
        element(input) {
          fields[input.getAttribute("name") ?? ""] = input.getAttribute("value") ?? "";
        },
      })
      .transform(response)
      .text();
    expect(actions).toContain(redirectUri.replaceAll("&", "&amp;"));
    return fields;
  }

  /** A device, or a terminal on a machine without a browser. */
  async signInByDevice(person: AccountRecord): Promise<Applied> {
    const { part } = this.#made;
    const { form, headers } = this.#credentials();
    const started = await jsonOf(
      await this.#server.post(
        textOf(this.#metadata, "device_authorization_endpoint"),
        { ...form, scope: part.scope.join(" ") },
        headers,
      ),
    );
    const code = textOf(started, "device_code");
    await answerDevice(this.#server, code, person);
    return this.#read(await this.#redeem({ grant_type: DEVICE_GRANT, device_code: code }), undefined);
  }

  async refresh({ tokens }: Applied): Promise<Applied> {
    const again = await this.#redeem({
      grant_type: "refresh_token",
      refresh_token: textOf(tokens, "refresh_token"),
    });
    return this.#read(again, undefined);
  }

  /** RP-Initiated Logout 1.0 §2: the application sends the person to sign out. Returns where the person ends. */
  async signOut(cookie: string, { tokens }: Applied, returnTo: string): Promise<string | null> {
    const query = encodeForm({
      id_token_hint: textOf(tokens, "id_token"),
      post_logout_redirect_uri: returnTo,
      client_id: this.#clientId,
    });
    const url = `${textOf(this.#metadata, "end_session_endpoint")}?${query}`;
    const response = await this.#server.fetch(url, { headers: { Cookie: cookie } });
    return response.headers.get("location");
  }

  /** Back-Channel Logout 1.0 §2.6, as Immich and Nextcloud check a notice. Returns the session that ended. */
  async heedNotice(token: string): Promise<unknown> {
    const { payload } = await jwtVerify(token, this.#keys, {
      issuer: this.#server.issuer,
      audience: this.#clientId,
      algorithms: [this.#made.part.algorithm ?? DEFAULT_ALGORITHM],
      currentDate: new Date(this.#server.clock.millis()),
      // Immich takes no notice that is older.
      maxTokenAge: 120,
      requiredClaims: ["iss", "aud", "iat", "exp", "jti", "events"],
    });
    expect(payload.events).toEqual({ "http://schemas.openid.net/event/backchannel-logout": {} });
    expect(payload).not.toHaveProperty("nonce");
    return payload.sid;
  }

  async introspect(token: string): Promise<Json> {
    const { form, headers } = this.#credentials();
    const response = await this.#server.post(
      textOf(this.#metadata, "introspection_endpoint"),
      { ...form, token },
      headers,
    );
    return jsonOf(response);
  }

  #credentials() {
    const { part, secret } = this.#made;
    const client_id = this.#clientId;
    if (part.secret === "none") return { form: { client_id }, headers: {} };
    if (secret === null) throw new Error("A confidential client without a secret.");
    return part.secret === "body"
      ? { form: { client_id, client_secret: secret }, headers: {} }
      : { form: {}, headers: basic(client_id, secret) };
  }

  async #redeem(wanted: Record<string, string | undefined>): Promise<Json> {
    const { form, headers } = this.#credentials();
    const endpoint = textOf(this.#metadata, "token_endpoint");
    const response = await this.#server.post(endpoint, { ...wanted, ...form }, headers);
    if (this.#made.part.signedFor === undefined) return expectTokens(response);
    expect(response.status).toBe(200);
    return jsonOf(response);
  }

  async #read(tokens: Json, nonce: string | undefined): Promise<Applied> {
    const { part } = this.#made;
    const claims = part.idToken === null ? null : await this.#verify(textOf(tokens, "id_token"), nonce);
    if (part.signedFor !== undefined) await this.#verifyAccessToken(textOf(tokens, "access_token"));
    const userinfo = part.userinfo === null ? null : await this.#userinfo(textOf(tokens, "access_token"));
    // OpenID Connect Core §5.3.2: a client must not use an answer about another person.
    if (claims !== null && userinfo !== null) expect(userinfo.sub).toBe(claims.sub);
    return { tokens, claims, userinfo };
  }

  /** OpenID Connect Core §3.1.3.7. */
  async #verify(idToken: string, nonce: string | undefined): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(idToken, this.#keys, {
      issuer: this.#server.issuer,
      audience: this.#clientId,
      algorithms: [this.#made.part.algorithm ?? DEFAULT_ALGORITHM],
      currentDate: new Date(this.#server.clock.millis()),
      requiredClaims: ["sub", "exp", "iat"],
    });
    expect(protectedHeader.kid).toBeString();
    expect([payload.aud].flat()).toEqual([this.#clientId]);
    // Nextcloud and others: a party that is there must be the client.
    if (payload.azp !== undefined) expect(payload.azp).toBe(this.#clientId);
    expect(payload.nonce).toBe(nonce);
    return payload;
  }

  /** RFC 9068 §4. The audience is the address of the application. */
  async #verifyAccessToken(token: string): Promise<void> {
    const audience = this.#made.client.clientUri ?? "no address";
    const { payload } = await jwtVerify(token, this.#keys, {
      issuer: this.#server.issuer,
      audience,
      typ: "at+jwt",
      algorithms: [DEFAULT_ALGORITHM],
      currentDate: new Date(this.#server.clock.millis()),
    });
    expect(payload.client_id).toBe(this.#clientId);
  }

  /** Whether a page of the origin may read the answers of the endpoints that it asks (CORS). */
  async checkBrowser(origin: string): Promise<void> {
    for (const member of ["jwks_uri", "token_endpoint", "userinfo_endpoint"]) {
      const url = textOf(this.#metadata, member);
      const method = member === "token_endpoint" ? "POST" : "GET";
      const asked = await this.#server.fetch(url, {
        method: "OPTIONS",
        headers: {
          Origin: origin,
          "Access-Control-Request-Method": method,
          "Access-Control-Request-Headers": "authorization",
        },
      });
      expect({ member, status: asked.status }).toEqual({ member, status: 204 });
      expect(["*", origin]).toContain(asked.headers.get("access-control-allow-origin") ?? "nothing");
      const answer = await this.#server.fetch(url, { method, headers: { Origin: origin } });
      expect(["*", origin]).toContain(answer.headers.get("access-control-allow-origin") ?? "nothing");
    }
  }

  async #userinfo(accessToken: string): Promise<Json> {
    const headers = { Authorization: `Bearer ${accessToken}` };
    return jsonOf(await this.#server.fetch(textOf(this.#metadata, "userinfo_endpoint"), { headers }));
  }
}
