/** The requirements of RFC 6749 that no test of a single endpoint or rule covers. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { declaredClientFaults } from "../../src/clients/declared.ts";
import { configurationSchema } from "../../src/configuration/schema.ts";
import { withReauthentication } from "../../src/endpoints/reauthentication.ts";
import { newFormId } from "../../src/operations/authorization.ts";
import { createCatalogue } from "../../src/protocol/catalogue.ts";
import { REASONS } from "../../src/protocol/errors.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { authorizePath, formsOf, redirectOf, VERIFIER } from "../support/code-flow.ts";
import {
  codeFor,
  expectRefusal,
  expectTokens,
  type Json,
  jsonOf,
  redeemCode,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { encodeForm, SECRET, startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
beforeAll(async () => {
  server = await startTestServer({ limits: { registrations_per_address: 1000 } });
  person = await server.addPerson("ada");
});
afterAll(() => server.close());

const register = (metadata: Json) =>
  server.fetch("/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(metadata),
  });
async function registered(metadata: Json = { redirect_uris: ["https://client.example/cb"] }): Promise<Json> {
  const response = await register(metadata);
  expect(response.status).toBe(201);
  return jsonOf(response);
}

describe("clients", () => {
  test(
    proves(
      "what a client says of its type counts, whatever it looks like",
      "RFC 6749 2.1-1",
      "RFC 6749 10.1-1",
    ),
    async () => {
      const appearances = [
        { redirect_uris: ["https://client.example/cb"], application_type: "web" },
        { redirect_uris: ["http://127.0.0.1/cb"], application_type: "native" },
        { redirect_uris: ["com.example.app:/cb"], application_type: "native" },
      ];
      for (const appearance of appearances) {
        const open = await registered({ ...appearance, token_endpoint_auth_method: "none" });
        expect(open.client_secret).toBeUndefined();
        const closed = await registered({ ...appearance, token_endpoint_auth_method: "client_secret_basic" });
        // The installation's own (§10.1).
        expect(textOf(closed, "client_secret")).toStartWith("tcs_");
      }
    },
  );

  test.each(["none", "client_secret_basic", "client_secret_post"])(
    proves(
      "whoever uses the authorization endpoint registers where it comes back to: %s",
      "RFC 6749 3.1.2.2-1",
      "RFC 6749 3.1.2.2-2",
      "RFC 6749 10.2-2",
      "RFC 6749 10.6-2",
      "RFC 6749 10.6-3",
    ),
    async (token_endpoint_auth_method) => {
      for (const redirect_uris of [undefined, []]) {
        const response = await register({ redirect_uris, token_endpoint_auth_method });
        await expectRefusal(response, 400, "invalid_redirect_uri");
      }
    },
  );

  test(proves("that the operator declares do so too", "RFC 6749 3.1.2.2-1", "RFC 6749 3.1.2.2-2"), () => {
    const { configuration } = server.context;
    const clients = parse(configurationSchema, {
      clients: [{ client_id: "nowhere", grant_types: ["authorization_code"] }],
    }).clients;
    const declared = { ...configuration, clients };
    const faults = declaredClientFaults({ configuration: declared, catalogue: createCatalogue(declared) });
    expect(faults).toHaveLength(1);
    expect(faults.join()).toContain("redirect_uris is missing");
  });

  test(
    proves(
      "are authenticated before a code is looked at",
      "OpenID Core 3.1.3.1-1",
      "OpenID Core 3.1.3.2-1",
      "RFC 6749 3.2.1-1",
      "RFC 6749 3.2.1-2",
      "RFC 6749 4.1.3-4",
      "RFC 6749 4.1.3-5",
      "RFC 6749 4.1.3-6",
      "RFC 6749 10.2-1",
      "RFC 6749 10.5-4",
    ),
    async () => {
      const code = await codeFor(server, person);
      const form = { grant_type: "authorization_code", code, code_verifier: VERIFIER };
      for (const who of [
        {},
        { client_id: "web" },
        { client_id: "web", client_secret: "" },
        { client_id: "web", client_secret: "wrong" },
      ]) {
        await expectRefusal(await server.post("/auth/token", { ...form, ...who }), 401, "invalid_client");
      }
      await expectTokens(await redeemCode(server, code));
    },
  );
});

test(
  proves(
    "the token endpoint reads one POST, with each parameter once, and nothing from its address",
    "RFC 6749 2.3.1-4",
    "RFC 6749 3.2-3",
    "RFC 6749 3.2-4",
    "RFC 6749 3.2-5",
    "RFC 6749 3.2-6",
  ),
  async () => {
    const form: [string, string][] = [
      ["grant_type", "client_credentials"],
      ["client_id", "service"],
      ["client_secret", SECRET],
    ];
    const harmless: [string, string][] = [
      ["scope", ""],
      ["resource", ""],
      ["vendor_parameter", "x"],
    ];
    await expectTokens(await server.post("/auth/token", [...form, ...harmless]));
    for (const [name, value] of [...form, ["vendor_parameter", "x"] as const]) {
      const twice = [...form, ["vendor_parameter", "x"], [name, value]] as const;
      const doubled = await server.post("/auth/token", twice as readonly (readonly [string, string])[]);
      await expectRefusal(doubled, 400, "invalid_request");
    }
    const query = encodeForm(form);
    await expectRefusal(await server.fetch(`/auth/token?${query}`), 405, "invalid_request");
    await expectRefusal(await server.post(`/auth/token?${query}`, {}), 400, "invalid_request");
    await expectRefusal(await server.post(`/auth/token?client_secret=x`, form), 400, "invalid_request");
  },
);

describe("the consent form (§10.12)", () => {
  const open = async (cookie: string) => {
    const page = await server.fetch(authorizePath({ prompt: "consent" }), { headers: { Cookie: cookie } });
    const form = (await formsOf(page)).find(({ action }) => action.endsWith("/consent"));
    if (form === undefined) throw new Error("There is no consent form.");
    const fields: Record<string, string> = { ...form.fields, decision: "allow" };
    return fields;
  };
  const send = (fields: Record<string, string>, cookie: string, site = "same-origin") =>
    server.post("/consent", fields, { Cookie: cookie, "Sec-Fetch-Site": site });

  test(
    proves(
      "counts only as it was shown, in the browser that it was shown in",
      "OpenID Core 3.1.2.3-4",
      "RFC 6749 10.12-1",
    ),
    async () => {
      const mine = await server.signIn(person);
      const theirs = await server.signIn(await server.addPerson("mallory"));
      const fields = await open(mine);
      const { form_token = "", ...unprotected } = fields;
      const [expiry = ""] = form_token.split(".");
      expect(expiry).not.toBe("");
      const refused = [
        await send(unprotected, mine),
        await send({ ...fields, form_token: `${expiry}.${"A".repeat(43)}` }, mine),
        await send(fields, mine, "cross-site"),
        await send(fields, theirs),
        await send(await open(theirs), mine),
        await send(fields, ""),
      ];
      for (const response of refused) {
        // The question is asked again, unless another site sent the form.
        const location = response.headers.get("location");
        expect(response.status).toBe(location === null ? 403 : 303);
        if (location !== null) expect(location).toStartWith("/auth/authorize?");
      }
      expect(redirectOf(await send(fields, mine)).searchParams.has("code")).toBe(true);
    },
  );

  test(proves("is the only way to say yes: no link allows anything", "RFC 6749 10.12-1"), async () => {
    const cookie = await server.signIn(await server.addPerson("wary"));
    for (const more of ["decision=allow", "allow=true", "consent=true", "prompt=consent&decision=allow"]) {
      const response = await server.fetch(`${authorizePath()}&${more}`, { headers: { Cookie: cookie } });
      expect(response.status).toBe(200);
      expect(response.headers.get("location")).toBeNull();
    }
    expect((await server.fetch("/consent?decision=allow", { headers: { Cookie: cookie } })).status).toBe(405);
  });
});

test(proves("codes live a minute, and never longer than ten", "RFC 6749 4.1.2-2", "RFC 6749 4.1.2-3"), () => {
  const lifetimes = (authorization_code_seconds?: number) =>
    parse(configurationSchema, { lifetimes: { authorization_code_seconds } }).lifetimes;
  expect(lifetimes().authorization_code_seconds).toBe(60);
  expect(lifetimes(600).authorization_code_seconds).toBe(600);
  expect(() => lifetimes(601)).toThrow();
});

test(
  proves("the one parameter of our own has a prefix of our own", "RFC 6749 8.2-1", "RFC 6749 8.2-2"),
  async () => {
    const response = await server.fetch(authorizePath());
    const { issuer, context } = server;
    const account = await server.addPerson("prefix");
    const returnTo = redirectOf(response).searchParams.get("return_to") ?? "";
    const session = { id: newFormId(context, account.subject), subject: account.subject };
    const back = new URL(withReauthentication(context, returnTo, session), issuer);
    const sent = new URL(authorizePath(), server.issuer);
    const added = [...back.searchParams.keys()].filter((name) => !sent.searchParams.has(name));
    expect(added).toEqual(["tessera_reauthenticated_after"]);
  },
);

/** Of RFC 6749, 6750, 7591, 8628, 8707, 9101, 9396, 9449, OpenID Connect Core and CIBA; the last is in no protocol. */
const KNOWN =
  `invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope
  access_denied unsupported_response_type server_error temporarily_unavailable invalid_token insufficient_scope
  invalid_redirect_uri invalid_client_metadata invalid_software_statement authorization_pending slow_down expired_token
  invalid_target invalid_authorization_details invalid_request_object invalid_request_uri request_uri_not_supported registration_not_supported login_required
  consent_required interaction_required unmet_authentication_requirements insufficient_user_authentication
  invalid_dpop_proof use_dpop_nonce unknown_user_id invalid_binding_message not_found`.split(/\s+/);
/** Of the management API, which is no endpoint of OAuth. */
const OF_MANAGEMENT = ["conflict", "not_found", "precondition_failed"];

test(proves("no error code is of our own making", "RFC 6749 8.5-1", "RFC 6749 8.5-2"), () => {
  const all = Object.values(REASONS).map(({ error }): string => error);
  const used = new Set(all.filter((error) => !OF_MANAGEMENT.includes(error)));
  expect([...used].filter((error) => !KNOWN.includes(error))).toEqual([]);
});
