/**
 * RFC 8414 §2 and §4: the texts that can be an issuer, and the comparison of strings. Registration is the endpoint that
 * reads JSON.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { safeParse } from "valibot";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { expectRefusal, type Json, jsonOf, postRegistration } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const CALLBACK = "https://client.example.org/callback";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test.each([
  "https://example.com/",
  "https://example.com/issuer1/",
  "https://example.com/issuer1?a=b",
  "https://example.com/issuer1#a",
  "ftp://example.com",
  "example.com",
])(proves("%s cannot be the issuer", "RFC 8414 2-1", "RFC 8414 3.1-2"), (issuer) => {
  expect(safeParse(configurationSchema, { issuer }).success).toBe(false);
});

describe("JSON strings", () => {
  test(proves("are read without their escaping", "RFC 8414 4-1"), async () => {
    const response = await server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: String.raw`{
        "redirect\u005furis": ["https:\/\/client.example.org\u002fcallback"],
        "token_endpoint_auth_method": "non\u0065",
        "grant_types": ["authorization\u005fcode"]
      }`,
    });
    expect(response.status).toBe(201);
    expect(await jsonOf(response)).toMatchObject({
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"],
    });
  });

  // "Ö" as one code point and as two: equal to people, and after normalization.
  test.each(["\u00d6de", "O\u0308de", "\ufb01sh", "fish"])(
    proves("are kept without normalization: %j", "RFC 8414 4-2"),
    async (client_name) => {
      const response = await postRegistration(server, { redirect_uris: [CALLBACK], client_name });
      expect((await jsonOf(response)).client_name).toBe(client_name);
    },
  );

  test.each([
    ["a fullwidth letter", { token_endpoint_auth_method: "\uff4eone" }],
    ["another case", { token_endpoint_auth_method: "None" }],
    ["a ligature", { grant_types: ["\u24d0uthorization_code"] }],
    ["a combining mark", { scope: "mail.read\u0301" }],
    ["an invisible character", { response_types: ["code\u200b"] }],
  ] as const)(
    proves("are other values with %s", "RFC 8414 4-2", "RFC 8414 4-3"),
    async (_, changes: Json) => {
      await expectRefusal(
        await postRegistration(server, { redirect_uris: [CALLBACK], ...changes }),
        400,
        "invalid_client_metadata",
      );
    },
  );

  test(
    proves("are other member names with a look-alike in them", "RFC 8414 4-2", "RFC 8414 4-3"),
    async () => {
      const response = await postRegistration(server, {
        redirect_uris: [CALLBACK],
        "\uff43lient_name": "Fullwidth",
        Client_Name: "Capital",
      });
      expect(response.status).toBe(201);
      expect(Object.keys(await jsonOf(response))).not.toContain("client_name");
    },
  );
});
