/** RFC 8707: invalid resources at every endpoint that takes them. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { authorizePath, redirectOf } from "../support/code-flow.ts";
import {
  codeFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  postAs,
  redeemCode,
  refresh,
  requestToken,
  serviceToken,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const QUERY = "https://tenants.example/api?tenant=7";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer({
    // With this setting only the form of a resource can be invalid.
    unknown_resources: "accept",
    resources: [
      ...(TEST_CONFIGURATION.resources ?? []),
      { identifier: QUERY, scopes: ["mail.read"], introspection_clients: ["mail-server"] },
    ],
  });
  person = await server.addPerson("ada");
});
afterAll(() => server.close());

const MALFORMED = [
  "mail",
  "/api",
  "//mail.example/",
  "?tenant=7",
  "https://",
  "https://mail.example/#part",
  "urn:x#",
];

describe.each(MALFORMED)("the resource %j", (resource) => {
  test(proves("is refused by the authorization endpoint", "RFC 8707 2-1", "RFC 8707 2-2"), async () => {
    const location = redirectOf(await server.fetch(authorizePath({ resource })));
    expect(location.searchParams.get("error")).toBe("invalid_target");
  });

  test(
    proves("is refused by the token endpoint, for every grant type", "RFC 8707 2-1", "RFC 8707 2-2"),
    async () => {
      const code = await codeFor(server, person);
      await expectRefusal(await redeemCode(server, code, { resource }), 400, "invalid_target");
      const tokens = await tokensFor(server, person);
      const refreshed = await refresh(server, textOf(tokens, "refresh_token"), { resource });
      await expectRefusal(refreshed, 400, "invalid_target");
      const own = await requestToken(server, "service", { grant_type: "client_credentials", resource });
      await expectRefusal(own, 400, "invalid_target");
    },
  );

  test(
    proves("is refused by the device authorization endpoint", "RFC 8707 2-1", "RFC 8707 2-2"),
    async () => {
      const response = await postAs(server, "television", "/auth/device", { resource });
      await expectRefusal(response, 400, "invalid_target");
    },
  );
});

test(proves("a resource with a query is taken as it is", "RFC 8707 2-3", "RFC 8707 2-4"), async () => {
  const token = await serviceToken(server, { scope: "mail.read", resource: QUERY });
  expect((await introspectAs(server, "service", token)).aud).toBe(QUERY);
});

test(
  proves(
    "a token is active for the resource servers of the resource that was named, and for no others",
    "RFC 8707 2-4",
    "RFC 9728 7.4-1",
  ),
  async () => {
    const tokens = await tokensFor(server, person, {
      scope: "mail.read files",
      resource: "https://files.example/api",
    });
    const token = textOf(tokens, "access_token");
    expect((await introspectAs(server, "web", token)).aud).toBe("https://files.example/api");
    expect(await introspectAs(server, "mail-server", token)).toEqual({ active: false });
    const userinfo = await server.fetch("/auth/userinfo", { headers: { Authorization: `Bearer ${token}` } });
    await expectRefusal(userinfo, 401, "invalid_token");
    const forMail = await codeFor(server, person, { scope: "mail.read", resource: "https://mail.example/" });
    const mail = textOf(await expectTokens(await redeemCode(server, forMail)), "access_token");
    expect((await introspectAs(server, "mail-server", mail)).aud).toBe("https://mail.example/");
  },
);
