/** RFC 9207: iss in every kind of answer to a client, and in the metadata. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { answerConsent, authorizePath, decodeEntities, redirectOf } from "../support/code-flow.ts";
import { jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

describe.each(["https://auth.example", "https://h.example/tenant", "http://localhost:8080"])(
  "%s",
  (issuer) => {
    let server: TestServer;
    let cookie = "";
    beforeAll(async () => {
      server = await startTestServer({ issuer });
      cookie = await server.signIn(await server.addPerson("ada"));
    });
    afterAll(() => server.close());

    const open = (changes: Record<string, string>, headers: Record<string, string> = { Cookie: cookie }) =>
      server.fetch(authorizePath(changes), { headers });

    const responses: readonly (readonly [string, string | null, () => Promise<Response>])[] = [
      ["a code", null, () => answerConsent(server, cookie)],
      ["a code without a question", null, () => open({ prompt: "none" })],
      [
        "a refusal by the person",
        "access_denied",
        () => answerConsent(server, cookie, { prompt: "consent" }, "deny"),
      ],
      ["a fault in the request", "invalid_scope", () => open({ scope: "everything" })],
      ["login_required", "login_required", () => open({ prompt: "none" }, {})],
      ["consent_required", "consent_required", () => open({ prompt: "none", scope: "files" })],
    ];
    test.each(responses)(
      proves(
        "%s is answered with iss, once, identical to issuer",
        "RFC 9207 2-1",
        "RFC 9207 2.3-1",
        "RFC 9207 2.3-2",
      ),
      async (_, error, respond) => {
        const { searchParams } = redirectOf(await respond());
        expect(searchParams.get("error")).toBe(error);
        expect(searchParams.has("code")).toBe(error === null);
        const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
        expect(searchParams.getAll("iss")).toEqual([textOf(metadata, "issuer")]);
        expect(metadata.issuer).toBe(issuer);
      },
    );

    test(proves("the metadata say that it is supported", "RFC 9207 2.3-3"), async () => {
      for (const name of ["oauth-authorization-server", "openid-configuration"]) {
        const metadata = await jsonOf(await server.fetch(`/.well-known/${name}`));
        expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
      }
    });

    test(
      proves("the link on the page that asks before people are sent on has it too", "RFC 9207 2-1"),
      async () => {
        const registered = await server.fetch("/auth/register", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({
            redirect_uris: ["https://hosted.example/callback"],
            token_endpoint_auth_method: "none",
          }),
        });
        const client_id = textOf(await jsonOf(registered), "client_id");
        const redirect_uri = "https://hosted.example/callback";
        const page = await (await open({ client_id, redirect_uri, scope: "everything" }, {})).text();
        const link = /href="(https:\/\/hosted\.example\/callback\?[^"]*)"/.exec(page)?.[1] ?? "";
        const { searchParams } = new URL(decodeEntities(link));
        expect(searchParams.get("error")).toBe("invalid_scope");
        expect(searchParams.getAll("iss")).toEqual([issuer]);
      },
    );
  },
);
