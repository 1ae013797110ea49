/** `client add`, `client set` and the configuration file: what an application that signs people in needs. */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);
const data = temporaryFolder();
const client = (...args: string[]) => tessera(["client", ...args, "--data", data]);
const json = async (...args: string[]) => JSON.parse((await client(...args, "--json")).out);

const KEY = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "one" };
const keyFile = (content: string) => {
  const file = join(temporaryFolder(), "keys.json");
  writeFileSync(file, content);
  return file;
};

const REDIRECT = ["--redirect-uri", "https://files.example/cb"];

describe("an application that signs people in", () => {
  test("gets all of it by options, shows it, and loses it by empty texts", async () => {
    const made = await json(
      ...["add", "--id", "files", ...REDIRECT, "--post-logout-uri", "https://files.example/bye"],
      ...["--backchannel-logout", "http://files.lan/logout"],
      ...["--id-token-claims", "minimal", "--id-token-alg", "RS256", "--userinfo-alg", "RS256"],
      ...["--introspection-alg", "RS256"],
      ...["--subject-type", "pairwise", "--sector-uri", "https://files.example/sector.json"],
      ...["--max-age", "3600", "--login-page", "https://files.example/login"],
      ...["--jwks", keyFile(JSON.stringify({ keys: [KEY] })), "--first-party"],
      ...["--request-object-alg", "EdDSA", "--require-signed-requests", "--name-in", "de=Dateien"],
      ...["--require-pushed-requests", "--answer-alg", "RS256"],
      "--dpop",
    );
    const members = {
      post_logout_redirect_uris: ["https://files.example/bye"],
      backchannel_logout_uri: "http://files.lan/logout",
      id_token_claims: "minimal",
      id_token_signed_response_alg: "RS256",
      userinfo_signed_response_alg: "RS256",
      introspection_signed_response_alg: "RS256",
      subject_type: "pairwise",
      sector_identifier_uri: "https://files.example/sector.json",
      default_max_age: 3600,
      initiate_login_uri: "https://files.example/login",
      jwks: { keys: [{ ...KEY }] },
      first_party: true,
      request_object_signing_alg: "EdDSA",
      require_signed_request_object: true,
      require_pushed_authorization_requests: true,
      authorization_signed_response_alg: "RS256",
      dpop_bound_access_tokens: true,
      "client_name#de": "Dateien",
    };
    expect(made).toMatchObject(members);
    expect(await json("show", "files")).toMatchObject(members);
    const { out } = await client("show", "files");
    for (const words of [
      "first party ",
      "pairwise",
      "http://files.lan/logout",
      "signed with RS256",
      "1 of its own",
      "signed only, pushed only, signed with EdDSA",
      "signed with RS256 if it asks for response_mode=jwt",
      "bound to its key (DPoP)",
    ])
      expect(out).toContain(words);
    const cleared = await json(
      ...["set", "files", "--post-logout-uri", "", "--backchannel-logout", ""],
      ...[
        "--id-token-claims",
        "granted",
        "--id-token-alg",
        "",
        "--userinfo-alg",
        "",
        "--introspection-alg",
        "",
        "--subject-type",
        "public",
      ],
      ...["--sector-uri", "", "--max-age", "", "--login-page", "", "--jwks", "", "--no-first-party"],
      ...["--request-object-alg", "", "--no-require-signed-requests", "--name-in", "de="],
      ...["--no-require-pushed-requests", "--answer-alg", ""],
      "--no-dpop",
    );
    for (const name of Object.keys(members)) expect(Object.keys(cleared)).not.toContain(name);
  });

  test("asks people, once it has the grant type: by polling, or with pings and signatures", async () => {
    const asking = ["--grant", "ciba", "--scope", "openid"];
    expect(await json("add", "--id", "agent", ...asking)).toMatchObject({
      grant_types: ["urn:openid:params:grant-type:ciba"],
      backchannel_token_delivery_mode: "poll",
    });
    const refused = await client("set", "agent", "--delivery", "ping");
    expect(refused.err).toContain("backchannel_client_notification_endpoint");
    const pinged = ["--delivery", "ping", "--ping-url", "https://agent.example/ping"];
    const keys = ["--jwks", keyFile(JSON.stringify({ keys: [KEY] })), "--asking-alg", "EdDSA"];
    expect((await client("set", "agent", ...pinged, ...keys)).out).toContain("it does not sign with EdDSA");
    expect((await client("show", "agent")).out).toMatch(
      /asks people +pinged at https:\/\/agent\.example\/ping, requests signed with EdDSA\n/,
    );
    const back = await json("set", "agent", "--delivery", "", "--ping-url", "", "--asking-alg", "");
    expect(back).toMatchObject({ backchannel_token_delivery_mode: "poll" });
    expect(back).not.toHaveProperty("backchannel_authentication_request_signing_alg");
    await json("add", "--id", "wiki", ...REDIRECT);
    expect((await client("set", "wiki", "--grant", "ciba")).out).toContain("ask people who are elsewhere");
  });

  test("gets access tokens of the format that the operator wants, and goes by the API otherwise", async () => {
    const made = await json("add", "--id", "vms", ...REDIRECT, "--access-token-format", "jwt");
    expect(made.access_token_format).toBe("jwt");
    expect((await client("show", "vms")).out).toMatch(/access tokens +jwt\n/);
    const opaque = await client("set", "vms", "--access-token-format", "opaque");
    expect(opaque.out).toContain("an API that expects a JWT refuses them");
    const none = await client("set", "vms", "--access-token-format", "");
    expect(none.out).toContain("the format that the API wants");
    expect((await json("show", "vms")).access_token_format).toBeNull();
    const signed = await client("set", "vms", "--access-token-format", "jwt");
    expect(signed.out).toContain("even if it was revoked");
    const wrong = await client("set", "vms", "--access-token-format", "paseto");
    expect(wrong.code).not.toBe(0);
    expect(wrong.err).toContain("Write opaque or jwt.");
  });

  test("is told what a change means", async () => {
    await json("add", "--id", "told", ...REDIRECT);
    const { out } = await client(
      "set",
      "told",
      "--subject-type",
      "pairwise",
      "--first-party",
      "--id-token-alg",
      "RS256",
    );
    expect(out).toContain("another identifier (sub)");
    expect(out).toContain("People are not asked any more");
    expect(out).toContain("New ID tokens are signed with RS256");
    expect((await client("set", "told", "--no-first-party")).out).toContain("People are asked");
    expect((await client("set", "told", "--dpop")).out).toContain("without a DPoP proof are refused");
    expect((await client("set", "told", "--no-dpop")).out).toContain("stay bound");
  });

  test("is not locked out: signed requests need its keys", async () => {
    const refused = await client("add", "--id", "keyless", ...REDIRECT, "--require-signed-requests");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("require_signed_request_object needs the keys of the client");
    await json("add", "--id", "keyed", ...REDIRECT, "--jwks-uri", "https://files.example/keys");
    const { out } = await client(
      "set",
      "keyed",
      "--require-signed-requests",
      "--request-object-alg",
      "ES256",
    );
    expect(out).toContain("Authorization requests that it did not sign are refused from now on.");
    expect(out).toContain("another algorithm than ES256 are refused");
    expect((await client("set", "keyed", "--jwks-uri", "")).err).toContain("needs the keys of the client");
  });

  test("is told that its requests must be pushed, and what the strict profile needs", async () => {
    await json("add", "--id", "pushed", ...REDIRECT);
    const { out } = await client("set", "pushed", "--require-pushed-requests");
    expect(out).toContain("Authorization requests that it did not push are refused from now on.");
    const refused = await client("set", "pushed", "--profile", "fapi-2.0");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("security_profile 'fapi-2.0' needs a client that proves itself with a key");
    expect((await client("set", "pushed", "--profile", "fapi-1.0")).err).toContain(
      "use fapi-2.0 or fapi-2.0-message-signing",
    );
  });

  test("may ask for authorization details of types that are declared", async () => {
    const types = [{ type: "payment", title: "Pay", resources: ["https://bank.example/"] }];
    const declared = ["--set", `authorization_details_types=${JSON.stringify(types)}`];
    const resources = ["--set", 'resources=[{"identifier":"https://bank.example/"}]'];
    const made = await json(
      "add",
      "--id",
      "shop",
      ...REDIRECT,
      "--details-type",
      "payment",
      ...declared,
      ...resources,
    );
    expect(made.authorization_details_types).toEqual(["payment"]);
    expect((await client("show", "shop")).out).toContain("payment");
    const wrong = await client("set", "shop", "--details-type", "nonsense", ...declared, ...resources);
    expect(wrong.err).toContain("The type 'nonsense' of authorization_details_types does not exist here");
    expect((await json("set", "shop", "--details-type", "")).authorization_details_types).toBeUndefined();
  });

  test("has a name for each language, of which each is checked as the first", async () => {
    await json("add", "--id", "named", "--name", "Files", ...REDIRECT, "--name-in", "de=Dateien");
    const more = await json("set", "named", "--name-in", "pt-BR=Arquivos");
    expect(more).toMatchObject({
      client_name: "Files",
      "client_name#de": "Dateien",
      "client_name#pt-BR": "Arquivos",
    });
    expect((await client("set", "named", "--name-in", "german language=x")).err).toContain(
      "tag of a language",
    );
    expect((await client("set", "named", "--name-in", "de=\u202Ex")).err).toContain("invisible");
  });

  test("jwks_uri takes the place of keys, and the other way round", async () => {
    const file = keyFile(JSON.stringify({ keys: [KEY] }));
    await json("add", "--id", "keys", ...REDIRECT, "--jwks", file);
    const fetched = await json("set", "keys", "--jwks-uri", "https://files.example/keys");
    expect(fetched.jwks).toBeUndefined();
    expect((await json("set", "keys", "--jwks", file)).jwks_uri).toBeUndefined();
  });

  test.each([
    [
      "an algorithm for which the server has no key",
      ["--id-token-alg", "ES256"],
      "'ES256' is not supported; use RS256",
    ],
    ["a private key", ["--jwks", () => keyFile(JSON.stringify({ keys: [{ ...KEY, d: "x" }] }))], "private"],
    ["a file that is not JSON", ["--jwks", () => keyFile("-----BEGIN")], "neither JSON nor PEM"],
    ["a file that is not there", ["--jwks", "/no/such/file"], "cannot be read"],
    [
      "a sign-in page without TLS",
      ["--login-page", "http://files.example/login"],
      "initiate_login_uri must be an https",
    ],
    ["half a second", ["--max-age", "0.5"], "whole number"],
  ] as const)("is refused %s", async (_, args, words) => {
    const given = args.map((arg) => (typeof arg === "string" ? arg : arg()));
    const { code, err } = await client("add", "--name", "x", ...REDIRECT, ...given);
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(words);
  });
});

describe("a declared client", () => {
  const show = async (declared: Record<string, unknown>) => {
    const folder = temporaryFolder();
    const clients = [{ client_id: "files", redirect_uris: ["https://files.example/cb"], ...declared }];
    const set = `clients=${JSON.stringify(clients)}`;
    return tessera(["config", "check", "--data", folder, "--set", set]);
  };

  test("may state the same", async () => {
    const { code, err } = await show({
      ...{ first_party: true, id_token_claims: "minimal", id_token_signed_response_alg: "RS256" },
      ...{ post_logout_redirect_uris: ["https://files.example/bye"], subject_type: "pairwise" },
      ...{ backchannel_logout_uri: "http://files.lan/logout", backchannel_logout_session_required: true },
      ...{ default_max_age: 60, require_auth_time: true, default_acr_values: ["1"] },
      jwks_file: keyFile(JSON.stringify({ keys: [KEY] })),
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test.each([
    [{ jwks_file: "/no/such/file" }, "there is no such file"],
    [{ id_token_signed_response_alg: "ES256" }, "'ES256' is not supported; use RS256"],
    [{ initiate_login_uri: "http://files.example" }, "initiate_login_uri must be an https"],
    [
      { redirect_uris: ["https://a.example/", "https://b.example/"], subject_type: "pairwise" },
      "sector_identifier_uri",
    ],
  ])("%p is refused before the start", async (declared, words) => {
    const { code, err } = await show(declared);
    expect(code).toBe(1);
    expect(err).toContain(words);
  });

  test("is warned of a first-party program on people's own computers", async () => {
    const { out, err } = await show({ first_party: true, redirect_uris: ["http://localhost/cb"] });
    expect(out + err).toContain("any program there can get access without asking");
  });
});
