/** Whole documents: a client's metadata, the configuration, and the data in forms of pages. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "valibot";
import { newClientRecord, registrationPolicy } from "../../../src/clients/clients.ts";
import { checkClientMetadata, describeClient } from "../../../src/clients/metadata.ts";
import { ConfigurationError } from "../../../src/configuration/error.ts";
import { type Configuration, configurationSchema } from "../../../src/configuration/schema.ts";
import { loadConfiguration } from "../../../src/configuration/sources.ts";
import type { Context } from "../../../src/operations/context.ts";

import { displayText } from "../../../src/pages/display.ts";
import { sealFormData, unsealFormData } from "../../../src/pages/forms.ts";
import { PageError } from "../../../src/pages/page-error.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import { createCatalogue } from "../../../src/protocol/catalogue.ts";
import type { ClientId } from "../../../src/protocol/identifiers.ts";
import { startTestServer, TEST_CONFIGURATION } from "../../support/server.ts";
import { mustBe, refusedWith } from "../checks.ts";
import { property, sharing, type Target } from "../target.ts";
import { anyText, spoilt, textOf } from "../texts.ts";

const ISSUER = "https://auth.example";
const configuration: Configuration = {
  ...parse(configurationSchema, { ...TEST_CONFIGURATION, issuer: ISSUER }),
  issuer: ISSUER,
};
export const policy = registrationPolicy(configuration, createCatalogue(configuration));

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  client_name: ["A name", "Ein Gerät"],
  client_uri: ["https://client.example/"],
  logo_uri: ["https://client.example/logo.png"],
  tos_uri: ["http://client.example/tos"],
  policy_uri: ["https://client.example/policy"],
  software_id: ["software"],
  software_version: ["1.0"],
  application_type: ["web", "native"],
  token_endpoint_auth_method: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
  scope: ["mail.read", "mail.read mail.send", "introspect", "files profile"],
  default_scope: ["mail.read"],
  software_statement: ["e30.e30.e30"],
  jwks_uri: ["https://client.example/jwks.json"],
};
const LISTS: Readonly<Record<string, readonly string[]>> = {
  redirect_uris: [
    "https://client.example/callback",
    "http://127.0.0.1/",
    "com.example.app:/x",
    "javascript:x",
  ],
  grant_types: [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "password",
  ],
  response_types: ["code", "token"],
  contacts: ["post@client.example"],
};

/** A valid document. */
const sound: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    redirect_uris: fc.constant(["https://client.example/callback"]),
    client_name: fc.constant("A name"),
    client_uri: fc.constant("https://client.example/"),
    software_id: fc.constant("software"),
    contacts: fc.constant(["post@client.example"]),
    scope: fc.constant("mail.read"),
    token_endpoint_auth_method: fc.constantFrom("none", "client_secret_basic"),
    response_types: fc.constant(["code"]),
  },
  { requiredKeys: ["redirect_uris"] },
);
const LONG = ["x".repeat(2001), [..."x".repeat(51)], ["x".repeat(2001)]];
const textMembers = Object.entries(TEXTS).map(([name, values]) =>
  fc.tuple(fc.constant(name), spoilt(fc.constantFrom(...values), 1)),
);
const listMembers = Object.entries(LISTS).map(([name, values]) =>
  fc.tuple(fc.constant(name), fc.array(spoilt(fc.constantFrom(...values), 1), { maxLength: 4 })),
);
const NAMES = [...Object.keys(TEXTS), ...Object.keys(LISTS), "__proto__", "constructor", "x", "jwks"];
const strange = fc.tuple(
  fc.constantFrom(...NAMES),
  fc.oneof(fc.jsonValue(), anyText, fc.constantFrom(...LONG)),
);

/** Some members have a value of another kind. */
export const clientMetadata: fc.Arbitrary<unknown> = fc
  .tuple(sound, fc.array(fc.oneof(fc.oneof(...textMembers, ...listMembers), strange), { maxLength: 3 }))
  .map(([members, changes]) => ({ ...members, ...Object.fromEntries<unknown>(changes) }));

const metadata = property("client metadata", 600, fc.oneof(clientMetadata, fc.jsonValue()), (value) => {
  // The value as a JSON body has it.
  const input: unknown = JSON.parse(JSON.stringify(value) ?? "null");
  const check = (members: unknown) => checkClientMetadata(members, policy);
  const reasons = [
    "client_metadata_refused",
    "redirect_uri_refused",
    "software_statement_unsupported",
    "body_malformed",
  ] as const;
  if (refusedWith(reasons, () => check(input))) return;
  const checked = check(input);
  mustBe(
    checked.scope.every((name) => policy.allowedScope.includes(name)),
    true,
    "no scope beyond the policy",
  );
  mustBe(
    checked.defaultScope.every((name) => checked.scope.includes(name)),
    true,
    "no default beyond the scope",
  );
  const client = newClientRecord(
    {
      clientId: "cl_x" as ClientId,
      source: "registration",
      metadata: checked,
      secrets: [],
      createdAt: 0,
    },
    systemRandom,
  );
  const answer = describeClient(client);
  for (const member of Object.values(answer))
    mustBe(JSON.stringify(member).length < 200_000, true, "of a size");
  // A client without a scope, or without a default scope, leaves the parameter out, and that means all scopes.
  if (checked.scope.length === 0 || checked.defaultScope.length === 0) return;
  mustBe(check(JSON.parse(JSON.stringify(answer))), checked, "what is answered registers the same");
});

/** Part of every secret in the documents below, and of nothing else. */
const CANARY = "canary-secret-4711-0815";
const SECRET_BLOCKS = [
  `[[clients]]\nclient_id = "web"\nredirect_uris = ["https://client.example/"]\nsecrets = ["${CANARY}"]\n`,
  `[[clients]]\nclient_id = "web"\nsecrets = "${CANARY}"\n`,
  `[[people]]\nusername = "ada"\npassword = "${CANARY}"\n`,
  `[[people]]\nusername = "ada"\npassword = ["${CANARY}"]\n`,
  `[registration]\nmode = "token"\ninitial_access_tokens = ["${CANARY}"]\n`,
  `[database]\nurl = "postgres://tessera:${CANARY}@database.example/%zz"\n`,
];
const BLOCKS = [
  'issuer = "https://auth.example"\nworkers = 2\n',
  'server_key = "short"\n',
  "[lifetimes]\naccess_token_seconds = 600\nform_seconds = 60\n",
  '[[listen]]\nhost = "localhost"\nport = 8080\n',
  '[[scopes]]\nname = "mail.read"\ndescription = "Read your e-mail"\n',
  '[[resources]]\nidentifier = "https://mail.example/"\nscopes = ["mail.read"]\n',
  '[log]\nlevel = "debug"\n',
  'unknown_resources = "accept"\n[appearance]\naccent_color = "#1f5eff"\n',
];
const toml = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: spoilt(fc.constantFrom(...BLOCKS), 2) },
      fc.constantFrom(...SECRET_BLOCKS),
    ),
    {
      maxLength: 5,
    },
  )
  .map((blocks) => blocks.join(""));
const variables = fc.dictionary(
  textOf([
    "LIFETIMES",
    "__",
    "ACCESS_TOKEN_SECONDS",
    "LISTEN",
    "0",
    "1",
    "PORT",
    "LOG",
    "LEVEL",
    "ISSUER",
    "CLIENTS",
  ]).map((name) => `TESSERA_${name}`),
  fc.oneof(anyText, fc.constantFrom("600", "true", "[]", "{}", '{"level":"debug"}', "[[[[", "a,b")),
  { maxKeys: 2 },
);
const settings = fc.array(
  textOf([
    "lifetimes",
    ".",
    "access_token_seconds",
    "listen",
    "0",
    "port",
    "=",
    "600",
    "log.level=debug",
    "scopes",
    "[]",
  ]),
  { maxLength: 2 },
);

const configurations = sharing(
  "configurations",
  300,
  {
    open: async () => mkdtempSync(join(tmpdir(), "tessera-fuzz-")),
    close: async (folder) => rmSync(folder, { recursive: true }),
  },
  () => fc.record({ text: toml, env: variables, set: settings }),
  (folder, { text, env, set }) => {
    const file = join(folder, "tessera.toml");
    writeFileSync(file, text);
    const load = () =>
      loadConfiguration({ file, env: { ...env, TESSERA_CONFIG: undefined }, flags: { set } });
    try {
      mustBe(load(), load(), "read alike every time");
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      mustBe(error.message.includes(CANARY), false, `a secret is told: ${error.message}`);
      mustBe(/\bat .*\.tsx?:\d+/.test(error.message), false, `no words for people: ${error.message}`);
    }
  },
);

const sealed = sharing(
  "data that travels through a form",
  300,
  { open: () => startTestServer(), close: (server) => server.close() },
  ({ context }) =>
    fc
      .record({ text: anyText.map((text) => text.toWellFormed()), edits: spoilt(fc.constant("x"), 1) })
      .chain(({ text }) => {
        const cookie = context.sessionCookie.anonymous();
        const made = sealFormData(context, cookie, "consent", text, "acc_somebody");
        return fc.record({
          text: fc.constant(text),
          cookie: fc.constant(cookie),
          made: fc.constant(made),
          sent: spoilt(fc.constant(made), 2),
        });
      }),
  ({ context }, { text, cookie, made, sent }) => {
    const opened = unseal(context, cookie, sent);
    if (sent === made) mustBe(opened?.text, text, "comes back unchanged");
    // A number may have leading zeros.
    else if (opened !== null) mustBe(sent.replace(/\.0+/, "."), made, "another text says the same");
    mustBe(unseal(context, context.sessionCookie.anonymous(), sent), null, "worthless in another browser");
  },
);

function unseal(context: Context, cookie: string, sent: string) {
  try {
    return unsealFormData(context, cookie, "consent", sent);
  } catch (error) {
    if (error instanceof PageError) return null;
    throw error;
  }
}

const shown = property("texts of strangers on pages", 300, anyText, (text) => {
  const line = displayText(text);
  mustBe(
    /[\p{Cc}\u202A-\u202E\u2066-\u2069\u200E\u200F\u2028\u2029]/u.test(line),
    false,
    "one line, one way",
  );
  mustBe([...line].length <= 100, true, "not too long");
  mustBe(displayText(line), line, "written once and for all");
});

export const DOCUMENT_TARGETS: readonly Target[] = [metadata, configurations, sealed, shown];
