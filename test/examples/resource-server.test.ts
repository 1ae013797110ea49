/** The guard of examples/resource-server in Bun.serve, Hono and Express, with the tokens of a real server, over sockets. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import * as oauth from "oauth4webapi";
import {
  type Access,
  createGuard,
  type Guard,
  type GuardOptions,
} from "../../examples/resource-server/guard.ts";
import { knownResources } from "../../src/operations/management/server.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type ExpressServer, startExpress } from "../interop/mcp/guarded-express.ts";
import { discover, insecure } from "../interop/strict.ts";
import { formsOf, redirectOf, VERIFIER } from "../support/code-flow.ts";
import { newProofKey, type ProofKey, proofFor, requestBound } from "../support/dpop.ts";
import { codeFor, jsonOf, redeemCode, textOf } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { addAppBehind, answerStep, appCode } from "../support/second-factor.ts";
import { basic, SECRET, TEST_CONFIGURATION } from "../support/server.ts";
import { codeForm, WEB_CALLBACK } from "../support/token-requests.ts";

const READ = { scope: "notes.read" };
const DANGER = { scope: "notes.read", acr: "2", maxAge: 300 };

const listen = (): Bun.Server<undefined> =>
  Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(null, { status: 503 }) });

let tessera: ListeningServer;
let express: ExpressServer;
let bun: Bun.Server<undefined>;
let hono: Bun.Server<undefined>;
let ada: AccountRecord;

const urlOf = ({ port }: { readonly port?: number | undefined }) => `http://localhost:${port}/api`;
const INTROSPECTION: GuardOptions["check"] = {
  by: "introspection",
  clientId: "notes-api",
  clientSecret: SECRET,
};

beforeAll(async () => {
  bun = listen();
  hono = listen();
  express = await startExpress();
  const resourceAt = (server: { readonly port?: number | undefined }, more: object = {}) => ({
    identifier: urlOf(server),
    name: "Notes",
    scopes: ["notes.read", "notes.write"],
    introspection_clients: ["notes-api"],
    ...more,
  });
  tessera = await startListeningServer({
    scopes: [
      { name: "notes.read", description: "Read your notes" },
      { name: "notes.write", description: "Write notes for you" },
    ],
    resources: [
      resourceAt(bun, { access_token_format: "jwt" }),
      resourceAt(hono),
      resourceAt(express, { documentation_uri: "https://notes.example/docs" }),
    ],
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "notes-api", grant_types: [], secrets: [SECRET] },
    ],
  });
  const guardOf = (server: { readonly port?: number | undefined }, check: GuardOptions["check"]): Guard => {
    const known = knownResources(tessera.context).find(({ identifier }) => identifier === urlOf(server));
    return createGuard({
      issuer: tessera.issuer,
      resource: urlOf(server),
      check,
      metadata: known?.metadata ?? {},
      // Tests move the clock of the server.
      now: tessera.clock.millis,
    });
  };

  const ofBun = guardOf(bun, { by: "jwt" });
  const answer = (_: Request, access: Access) => Response.json(access);
  bun.reload({
    fetch: () => new Response(null, { status: 404 }),
    routes: {
      [ofBun.metadataPath]: ofBun.metadataResponse,
      "/api/notes": ofBun.serve(READ, answer),
      "/api/danger": ofBun.serve(DANGER, answer),
    },
  });

  const ofHono = guardOf(hono, INTROSPECTION);
  const app = new Hono<{ Variables: { access: Access } }>();
  app.get(ofHono.metadataPath, () => ofHono.metadataResponse());
  app.use("/api/notes", ofHono.hono(READ));
  app.use("/api/danger", ofHono.hono(DANGER));
  for (const path of ["/api/notes", "/api/danger"]) app.get(path, (c) => c.json(c.get("access")));
  hono.reload({ fetch: (request: Request) => app.fetch(request) });

  express.protect(guardOf(express, INTROSPECTION), { "/api/notes": READ, "/api/danger": DANGER });
  ada = await addPersonWithPassword(tessera, "ada");
});
afterAll(async () => {
  express.close();
  await Promise.all([bun.stop(true), hono.stop(true)]);
  await tessera.close();
});

const SERVERS = [
  ["Bun.serve, with signed tokens", () => bun],
  ["Hono, with introspection", () => hono],
  ["Express, with introspection", () => express],
] as const;

const tokenFor = async (resource: string, scope = "notes.read"): Promise<string> => {
  const code = await codeFor(tessera, ada, { scope, resource });
  return textOf(await jsonOf(await redeemCode(tessera, code)), "access_token");
};
const get = (url: string, authorization?: string) =>
  fetch(url, {
    headers: authorization === undefined ? {} : { Authorization: authorization },
    keepalive: false,
  });

describe.each(SERVERS)("behind the guard of %s", (_, server) => {
  test("a request with a token for it goes on, and says whose it is", async () => {
    const resource = urlOf(server());
    const answer = await get(`${resource}/notes`, `Bearer ${await tokenFor(resource)}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      subject: ada.subject,
      clientId: "web",
      scope: ["notes.read"],
      claims: { acr: "1", iss: tessera.issuer },
    });
  });

  test(
    proves("one without a token learns where to get one", "RFC 9728 5.1-1", "RFC 9728 3-1", "RFC 9728 3.2-1"),
    async () => {
      const resource = urlOf(server());
      const refused = await get(`${resource}/notes`);
      expect(refused.status).toBe(401);
      const challenge = refused.headers.get("www-authenticate") ?? "";
      const address = /^Bearer .*?resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? "";
      expect(address).toBe(`${new URL(resource).origin}/.well-known/oauth-protected-resource/api`);
      const document = await get(address);
      expect(document.status).toBe(200);
      expect(document.headers.get("content-type")).toStartWith("application/json");
      // As a client reads it: the library checks that it is of this resource.
      const known = await oauth.processResourceDiscoveryResponse(new URL(resource), document);
      expect(known).toMatchObject({ authorization_servers: [tessera.issuer], resource_name: "Notes" });
      const issuer = new URL(known.authorization_servers?.[0] ?? "");
      const metadata = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
      );
      expect(metadata.protected_resources).toContain(resource);
    },
  );

  test("tokens for others, for other things, and none at all are refused, each with its error", async () => {
    const resource = urlOf(server());
    const errorOf = async (authorization: string) => {
      const answer = await get(`${resource}/notes`, authorization);
      return [answer.status, ((await answer.json()) as { error: string }).error];
    };
    const [other = ""] = SERVERS.map(([, each]) => urlOf(each())).filter((url) => url !== resource);
    expect(await errorOf(`Bearer ${await tokenFor(other)}`)).toEqual([401, "invalid_token"]);
    expect(await errorOf(`Bearer ${await tokenFor(resource, "notes.write")}`)).toEqual([
      403,
      "insufficient_scope",
    ]);
    expect(await errorOf("Bearer tat_unknown")).toEqual([401, "invalid_token"]);
    expect(await errorOf(`DPoP ${await tokenFor(resource)}`)).toEqual([401, "invalid_token"]);
    const code = await codeFor(tessera, ada, { scope: "openid notes.read", resource });
    const { id_token: idToken } = await jsonOf(await redeemCode(tessera, code));
    expect(await errorOf(`Bearer ${idToken}`)).toEqual([401, "invalid_token"]);
  });

  test(
    proves(
      "a token of this server that is bound to a key works with that key alone",
      "RFC 9449 6-1",
      "RFC 9449 7-1",
    ),
    async () => {
      const resource = urlOf(server());
      const [key, other] = [await newProofKey(), await newProofKey()];
      const code = await codeFor(tessera, ada, { scope: "notes.read", resource });
      const tokens = await jsonOf(await requestBound(tessera, "web", codeForm(code, WEB_CALLBACK), key));
      const token = textOf(tokens, "access_token");
      const url = `${resource}/notes`;
      const ask = async (by: ProofKey, scheme = "DPoP") => {
        const now = tessera.clock.seconds();
        const DPoP = await proofFor(by, { method: "GET", url, accessToken: token }, now);
        return (
          await fetch(url, { headers: { Authorization: `${scheme} ${token}`, DPoP }, keepalive: false })
        ).status;
      };
      expect(await ask(key)).toBe(200);
      expect(await ask(other)).toBe(401);
      expect(await ask(key, "Bearer")).toBe(401);
    },
  );

  test("a revoked token is refused at once, unless the API checks signatures", async () => {
    const resource = urlOf(server());
    const token = await tokenFor(resource);
    expect((await get(`${resource}/notes`, `Bearer ${token}`)).status).toBe(200);
    await tessera.post("/auth/revoke", { token }, basic("web", SECRET));
    expect((await get(`${resource}/notes`, `Bearer ${token}`)).status).toBe(server() === bun ? 200 : 401);
  });
});

test("a client of DPoP (RFC 9449) uses each of them: bound, with a new proof each time, and never as a bearer", async () => {
  const as = await discover(tessera, "oauth2");
  const client: oauth.Client = { client_id: "web" };
  for (const [, server] of SERVERS) {
    const resource = urlOf(server());
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
    const code = await codeFor(tessera, ada, { scope: "notes.read", resource });
    const callback = new URL(`${WEB_CALLBACK}?${new URLSearchParams({ code, iss: tessera.issuer })}`);
    const tokens = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(
        as,
        client,
        oauth.ClientSecretBasic(SECRET),
        oauth.validateAuthResponse(as, client, callback, oauth.expectNoState),
        WEB_CALLBACK,
        VERIFIER,
        { DPoP, ...insecure },
      ),
    );
    expect(tokens.token_type).toBe("dpop");
    const url = new URL(`${resource}/notes`);
    for (let each = 0; each < 2; each += 1) {
      const answer = await oauth.protectedResourceRequest(
        tokens.access_token,
        "GET",
        url,
        undefined,
        undefined,
        {
          DPoP,
          ...insecure,
        },
      );
      expect(await answer.json()).toMatchObject({
        subject: ada.subject,
        key: await DPoP.calculateThumbprint(),
      });
    }
    const stolen = await get(url.href, `Bearer ${tokens.access_token}`);
    expect([stolen.status, await stolen.json()]).toMatchObject([401, { error: "invalid_token" }]);
    const another = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
    const refused = await oauth
      .protectedResourceRequest(tokens.access_token, "GET", url, undefined, undefined, {
        DPoP: another,
        ...insecure,
      })
      .catch((error: unknown) => error);
    if (!(refused instanceof oauth.WWWAuthenticateChallengeError)) throw refused;
    const challenge = refused.cause.find(({ scheme }) => scheme === "dpop");
    expect(challenge?.parameters.error).toBe("invalid_dpop_proof");
  }
});

test(
  proves(
    "a client goes up a step: the challenge, the authorization request that it asks for, and the request again",
    "RFC 9470 3-1",
    "RFC 9470 4-1",
  ),
  async () => {
    const as = await discover(tessera, "oauth2");
    const client: oauth.Client = { client_id: "web" };
    const redirectUri = "https://client.example/callback";
    const person = await addPersonWithPassword(tessera, "grace");
    const browser = openBrowser(tessera);
    await browser.signIn("grace");
    // Her session has one proof, and she has a second factor.
    const secret = await addAppBehind(tessera, person.subject);
    const here = (response: Response) => (response.headers.get("location") ?? "").replace(tessera.issuer, "");

    /** The code flow for this resource. The browser answers what it is asked. */
    const obtain = async (resource: string, more: Record<string, string>) => {
      const verifier = oauth.generateRandomCodeVerifier();
      const query = new URLSearchParams({
        client_id: "web",
        redirect_uri: redirectUri,
        response_type: "code",
        scope: "notes.read",
        resource,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...more,
      });
      let asked = await browser.get(`/auth/authorize?${query}`);
      const isAsked = here(asked).includes("step_up=1");
      if (isAsked) {
        const done = await answerStep(browser, await browser.get(here(asked)), appCode(tessera, secret));
        asked = await browser.get(here(done));
      }
      const form =
        asked.status === 200
          ? (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"))
          : undefined;
      const answer =
        form === undefined ? asked : await browser.post("/consent", { ...form.fields, decision: "allow" });
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        oauth.ClientSecretBasic(SECRET),
        oauth.validateAuthResponse(as, client, redirectOf(answer), oauth.expectNoState),
        redirectUri,
        verifier,
        insecure,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
      return { token: tokens.access_token, isAsked };
    };
    const call = (resource: string, token: string) =>
      oauth.protectedResourceRequest(
        token,
        "GET",
        new URL(`${resource}/danger`),
        undefined,
        undefined,
        insecure,
      );

    for (const [, server] of SERVERS) {
      const resource = urlOf(server());
      const isFirst = server() === bun;
      // The session of the browser has the second factor after the first time.
      const weak = isFirst ? (await obtain(resource, {})).token : await tokenFor(resource);
      const refused = await call(resource, weak).catch((error: unknown) => error);
      if (!(refused instanceof oauth.WWWAuthenticateChallengeError)) throw refused;
      const parameters = refused.cause.find(({ scheme }) => scheme === "bearer")?.parameters ?? {};
      expect(refused.status).toBe(401);
      expect(parameters).toMatchObject({
        error: "insufficient_user_authentication",
        acr_values: "2",
        max_age: "300",
      });
      const { acr_values = "", max_age = "" } = parameters;
      const { token, isAsked } = await obtain(resource, { acr_values, max_age });
      expect(isAsked).toBe(isFirst);
      const answer = await call(resource, token);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ subject: person.subject, claims: { acr: "2" } });
    }
  },
);
