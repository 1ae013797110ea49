/** RFC 6749 §3.2: the steps that all grant types share. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parseScope } from "../../src/protocol/scope.ts";
import { challengeOf, VERIFIER } from "../support/code-flow.ts";
import { headersOf } from "../support/expect.ts";
import { codeFor, expectRefusal, expectTokens, redeemCode, requestToken, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const CLIENT_CREDENTIALS = { grant_type: "client_credentials" };

describe("the token endpoint", () => {
  test("replays the example of RFC 6749 §4.4.2", async () => {
    const body = await expectTokens(
      await server.post("/auth/token", CLIENT_CREDENTIALS, basic("service", SECRET)),
    );
    expect(body.refresh_token).toBeUndefined();
    expect(body.expires_in).toBe(3600);
  });

  test(
    proves(
      "needs a grant_type, and says so before it asks who is there",
      "RFC 6749 4.1.3-1",
      "RFC 6749 4.4.2-1",
      "RFC 6749 6-1",
    ),
    async () => {
      for (const form of [{}, { grant_type: "" }, { client_id: "service" }]) {
        const body = await expectRefusal(await server.post("/auth/token", form), 400, "invalid_request");
        expect(body.error_description).toBe("The parameter 'grant_type' is missing.");
      }
    },
  );

  test.each([
    "password",
    "implicit",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "constructor",
    "CLIENT_CREDENTIALS",
    " client_credentials",
  ])(proves("does not know the grant type %j", "RFC 9700 2.4-1"), async (grant_type) => {
    await expectRefusal(await requestToken(server, "service", { grant_type }), 400, "unsupported_grant_type");
  });

  test("tells nobody about grant types before they say who they are", async () => {
    await expectRefusal(
      await server.post("/auth/token", { grant_type: "password", client_id: "nobody" }),
      401,
      "invalid_client",
    );
  });

  // Threat class 24: a client gets nothing that it is not registered for, with any grant.
  test.each([
    ["service", "authorization_code"],
    ["service", "refresh_token"],
    ["service", DEVICE_GRANT],
    ["web", "client_credentials"],
    ["web", DEVICE_GRANT],
    ["spa", "client_credentials"],
    ["television", "authorization_code"],
    ["television", "client_credentials"],
    ["mail-server", "client_credentials"],
    ["mail-server", "refresh_token"],
  ])(proves("%s is not registered for %s", "threat 24"), async (clientId, grant_type) => {
    const response = await requestToken(server, clientId, {
      grant_type,
      code: "x",
      refresh_token: "x",
      device_code: "x",
    });
    await expectRefusal(response, 400, "unauthorized_client");
  });

  test.each([
    ["authorization_code", "web", "code"],
    ["refresh_token", "web", "refresh_token"],
    [DEVICE_GRANT, "television", "device_code"],
  ])(
    proves("the grant type %s needs its own parameter", "RFC 6749 4.1.3-2", "RFC 6749 6-2"),
    async (grant_type, clientId, name) => {
      for (const form of [{ grant_type }, { grant_type, [name]: "" }]) {
        const body = await expectRefusal(await requestToken(server, clientId, form), 400, "invalid_request");
        expect(body.error_description).toBe(`The parameter '${name}' is missing.`);
      }
    },
  );

  test(
    proves("answers a failed Basic attempt with 401 and the challenge of that scheme", "RFC 6749 5.2-2"),
    async () => {
      const response = await server.post("/auth/token", CLIENT_CREDENTIALS, basic("service", "wrong"));
      expect(response.headers.get("www-authenticate")).toBe('Basic realm="Tessera", charset="UTF-8"');
      await expectRefusal(response, 401, "invalid_client");
    },
  );

  test(
    proves(
      "answers a failed attempt in the body with 401, which agents wait for, and no password box (threat class 57)",
      "RFC 6749 2.2-1",
      "RFC 6749 2.3.1-2",
      "RFC 6749 4.4.2-2",
      "RFC 6749 4.4.2-3",
      "RFC 6749 10.2-1",
    ),
    async () => {
      for (const form of [
        { client_id: "service", client_secret: "wrong" },
        { client_id: "nobody" },
        { client_id: "service" },
        {},
      ]) {
        const response = await server.post("/auth/token", { ...CLIENT_CREDENTIALS, ...form });
        // RFC 9110 §15.5.2 wants a challenge; for Basic a browser would ask the person for a password.
        const names = "client_id" in form ? ', error="invalid_client", error_description=' : "";
        expect(response.headers.get("www-authenticate")).toStartWith(`Bearer realm="Tessera"${names}`);
        await expectRefusal(response, 401, "invalid_client");
      }
    },
  );

  test(
    proves(
      "answers an unknown client, a wrong secret and a missing secret with the same bytes",
      "RFC 9700 2.5-1",
    ),
    async () => {
      const attempts = [
        { client_id: "nobody", client_secret: "x" },
        { client_id: "service", client_secret: "x" },
        { client_id: "service" },
        { client_id: "nobody" },
        { client_id: "spa", client_secret: "x" },
      ];
      const answers = new Set<string>();
      for (const form of attempts) {
        const response = await server.post("/auth/token", { ...CLIENT_CREDENTIALS, ...form });
        answers.add(`${response.status} ${JSON.stringify(headersOf(response))} ${await response.text()}`);
      }
      expect(answers.size).toBe(1);
    },
  );

  test(
    proves("refuses two credentials, and two clients in one request", "threat 46", "RFC 6749 2.3-2"),
    async () => {
      const headers = basic("service", SECRET);
      await expectRefusal(
        await server.post("/auth/token", { ...CLIENT_CREDENTIALS, client_secret: SECRET }, headers),
        400,
        "invalid_request",
      );
      await expectRefusal(
        await server.post("/auth/token", { ...CLIENT_CREDENTIALS, client_id: "web" }, headers),
        400,
        "invalid_request",
      );
    },
  );

  test("takes every live secret of a client, so that they can be rolled", async () => {
    for (const secret of [SECRET, "another live secret of it"]) {
      await expectTokens(await server.post("/auth/token", CLIENT_CREDENTIALS, basic("service", secret)));
    }
  });

  test(proves("ignores parameters it does not know (§3.2)", "RFC 6749 3.2-5"), async () => {
    await expectTokens(
      await requestToken(server, "service", { ...CLIENT_CREDENTIALS, audience: "x", foo: "bar" }),
    );
  });

  test("says with error_uri where help is, in the words of the public reason", async () => {
    const body = await expectRefusal(
      await server.post("/auth/token", { ...CLIENT_CREDENTIALS, client_id: "service", client_secret: "x" }),
      401,
      "invalid_client",
    );
    expect(body.error_uri).toBe("https://auth.example/help/errors#client_unknown");
  });

  test(
    proves(
      "a refused attempt by Basic costs no code, as Go tries Basic first and then the body",
      "RFC 6749 4.1.3-7",
    ),
    async () => {
      const person = await server.addPerson("gopher");
      const code = await codeFor(server, person, { client_id: "spa", redirect_uri: "https://spa.example/" });
      for (let attempt = 0; attempt < 10; attempt += 1) {
        await expectRefusal(
          await server.post(
            "/auth/token",
            { grant_type: "authorization_code", code, redirect_uri: "https://spa.example/" },
            basic("spa", "x"),
          ),
          401,
          "invalid_client",
        );
      }
      const body = await expectTokens(
        await redeemCode(server, code, { redirect_uri: "https://spa.example/" }, "spa"),
      );
      expect(textOf(body, "scope")).toBe("mail.read");
    },
  );

  test.each(["", " ", "Bearer stale", "Basic c3BhOg=="])(
    "a public client may send the header %j that proves nothing",
    async (Authorization) => {
      const person = await server.addPerson(`nothing ${JSON.stringify(Authorization)}`);
      const code = await codeFor(server, person, { client_id: "spa", redirect_uri: "https://spa.example/" });
      const response = await server.post(
        "/auth/token",
        {
          grant_type: "authorization_code",
          code,
          redirect_uri: "https://spa.example/",
          code_verifier: VERIFIER,
          client_id: "spa",
        },
        { Authorization },
      );
      await expectTokens(response);
    },
  );

  test("keeps its challenge helper honest: RFC 7636 appendix B", () => {
    expect(challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
  });
});

describe("client_credentials (RFC 6749 §4.4)", () => {
  test(
    proves(
      "gives the client's default scopes if none are asked, never a refresh token, and the client as subject",
      "RFC 9700 4.14.2-1",
      "RFC 6749 3.3-2",
      "RFC 6749 4.4.3-1",
    ),
    async () => {
      const body = await expectTokens(await requestToken(server, "service", CLIENT_CREDENTIALS));
      expect(body.scope).toBe("profile email mail.read mail.send files");
      expect(body.refresh_token).toBeUndefined();
    },
  );

  test("gives the scope that was asked", async () => {
    const body = await expectTokens(
      await requestToken(server, "service", { ...CLIENT_CREDENTIALS, scope: "files mail.read" }),
    );
    expect(body.scope).toBe("files mail.read");
  });

  test.each([
    ["an unknown scope", { scope: "everything" }, "invalid_scope"],
    ["a scope it is not registered for", { scope: "introspect" }, "invalid_scope"],
    ["a malformed scope", { scope: "mail.read\tfiles" }, "invalid_scope"],
    ["a scope with a quote", { scope: '"' }, "invalid_scope"],
    ["an unknown resource", { resource: "https://other.example/" }, "invalid_target"],
    ["a malformed resource", { resource: "mail" }, "invalid_target"],
    ["a resource with a fragment", { resource: "https://mail.example/#x" }, "invalid_target"],
    [
      "a resource that uses none of the scopes",
      { scope: "files", resource: "https://mail.example/" },
      "invalid_target",
    ],
  ])(proves("refuses %s", "RFC 6749 10.3-4"), async (_, form, error) => {
    await expectRefusal(
      await requestToken(server, "service", { ...CLIENT_CREDENTIALS, ...form }),
      400,
      error,
    );
  });

  test(
    proves(
      "narrows the scope to what the resource uses, and says so (RFC 8707 §2.2)",
      "RFC 6749 3.3-1",
      "RFC 6749 5.1-5",
    ),
    async () => {
      const body = await expectTokens(
        await requestToken(server, "service", {
          ...CLIENT_CREDENTIALS,
          scope: "files mail.read",
          resource: "HTTPS://MAIL.example",
        }),
      );
      expect(body.scope).toBe("mail.read");
    },
  );

  test("names no API in a token without any scope, as nobody agreed to what a client does for itself", async () => {
    const { store } = server.context;
    const client = await store.findClient("service");
    if (client === null) throw new Error("There is no such client.");
    await store.putClient({ ...client, scope: [], defaultScope: [] });
    try {
      const asked = { ...CLIENT_CREDENTIALS, resource: "https://mail.example/" };
      await expectRefusal(await requestToken(server, "service", asked), 400, "invalid_target");
      expect(
        (await expectTokens(await requestToken(server, "service", CLIENT_CREDENTIALS))).scope,
      ).toBeUndefined();
    } finally {
      await store.putClient(client);
    }
  });

  test(
    proves(
      "is for clients with a secret only, even if somebody stored the grant type for another",
      "RFC 6749 2.3-1",
      "RFC 6749 4.4-1",
    ),
    async () => {
      const { store } = server.context;
      const client = await store.findClient("spa");
      if (client === null) throw new Error("There is no such client.");
      await store.putClient({ ...client, grantTypes: ["client_credentials"] });
      try {
        await expectRefusal(await requestToken(server, "spa", CLIENT_CREDENTIALS), 401, "invalid_client");
      } finally {
        await store.putClient(client);
      }
    },
  );

  test("a scope that the operator took away is refused by name, and is no default any more", async () => {
    const { store } = server.context;
    const client = await store.findClient("service");
    if (client === null) throw new Error("There is no such client.");
    const scope = parseScope("gone files");
    await store.putClient({ ...client, scope, defaultScope: scope });
    try {
      const asked = { ...CLIENT_CREDENTIALS, scope: "gone" };
      const body = await expectRefusal(await requestToken(server, "service", asked), 400, "invalid_scope");
      expect(body.error_description).toBe("The scope 'gone' does not exist here.");
      const silent = await expectTokens(await requestToken(server, "service", CLIENT_CREDENTIALS));
      expect(silent.scope).toBe("files");
    } finally {
      await store.putClient(client);
    }
  });

  test("an empty scope counts as none, and an empty resource too", async () => {
    const body = await expectTokens(
      await requestToken(server, "service", { ...CLIENT_CREDENTIALS, scope: "", resource: "" }),
    );
    expect(body.scope).toBe("profile email mail.read mail.send files");
  });
});

describe("lifetimes of access tokens", () => {
  test("the shortest of the client's and the resource's own counts, else the general one", async () => {
    const special = await startTestServer({
      lifetimes: { access_token_seconds: 1000 },
      resources: [
        { identifier: "https://mail.example/", scopes: ["mail.read"], access_token_seconds: 300 },
        { identifier: "https://files.example/api", scopes: ["files"], access_token_seconds: 2000 },
      ],
      clients: [
        { client_id: "service", secrets: [SECRET] },
        {
          client_id: "web",
          secrets: [SECRET],
          grant_types: ["client_credentials"],
          access_token_seconds: 500,
        },
      ],
    });
    try {
      const seconds = async (clientId: string, scope: string) =>
        (await expectTokens(await requestToken(special, clientId, { ...CLIENT_CREDENTIALS, scope })))
          .expires_in;
      expect(await seconds("service", "profile")).toBe(1000);
      expect(await seconds("service", "mail.read")).toBe(300);
      expect(await seconds("service", "files")).toBe(2000);
      expect(await seconds("service", "files mail.read")).toBe(300);
      expect(await seconds("web", "profile")).toBe(500);
      expect(await seconds("web", "mail.read")).toBe(300);
      expect(await seconds("web", "files")).toBe(500);
    } finally {
      await special.close();
    }
  });
});
