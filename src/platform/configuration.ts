/**
 * The schema of the configuration: one place for every setting, its default, its unit, its limits and its words.
 * Where settings come from (file, environment, flags) is in configuration-sources.ts; what must hold between settings
 * is in configuration-checks.ts; the reference in docs/configuration.md is made from the words here.
 *
 * Every lifetime is in seconds and says so in its name; every size is in bytes and says so.
 */
import { z } from "zod";

const YEAR_SECONDS = 365 * 86_400;

/** How a setting is explained, beyond its description. */
declare module "zod" {
  interface GlobalMeta {
    /** What is allowed, where the schema cannot say it. */
    allowed?: string;
    /** Never printed: the value is a secret or may hold one. */
    secret?: boolean;
    /** The default in words, where it depends on other settings. */
    fallback?: string;
  }
}

const seconds = (description: string, fallback: number, minimum = 1, maximum = 10 * YEAR_SECONDS) =>
  z.int().min(minimum).max(maximum).default(fallback).describe(description);
const count = (description: string, fallback: number, minimum = 1, maximum = 1_000_000_000) =>
  z.int().min(minimum).max(maximum).default(fallback).describe(description);

const identifier = z.string().min(1).max(200);
const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, "a name without spaces, quotes or backslashes (RFC 6749 §3.3)")
  .max(200);

/** A secret is given as itself, as a digest (`sha256:` and 64 hexadecimal digits), or as `{ env = "NAME" }`. */
const secretReference = z
  .union([z.string().min(1).max(500), z.strictObject({ env: z.string().min(1) })])
  .meta({ secret: true, allowed: 'the secret, "sha256:" and 64 hexadecimal digits, or { env = "NAME" }' });

const password = z.union([z.string().min(1).max(4096), z.strictObject({ env: z.string().min(1) })]).meta({
  secret: true,
  allowed: 'the password, or { env = "NAME" }',
  description: "The password. A changed one is set at the next start.",
});

const issuerUrl = z
  .string()
  .max(500)
  .superRefine((value, refinement) => {
    const refuse = (message: string) => refinement.addIssue({ code: "custom", message });
    if (!URL.canParse(value)) return refuse("an absolute URL such as https://auth.example.org");
    const url = new URL(value);
    // RFC 8414 §2: the issuer is a URL with no query or fragment; http is for a machine talking to itself.
    if (url.protocol !== "https:" && url.protocol !== "http:") return refuse("an https:// URL");
    if (url.search || url.hash || value.includes("?") || value.includes("#"))
      return refuse("without query and fragment (RFC 8414 §2)");
    if (url.username || url.password) return refuse("without a user name or password");
    const written = url.origin + (url.pathname === "/" ? "" : url.pathname.replace(/\/+$/, ""));
    if (written !== value) return refuse(`written exactly as clients will compare it: ${written}`);
  });

const accessTokenSeconds = (description: string) =>
  z
    .int()
    .min(1)
    .max(YEAR_SECONDS)
    .optional()
    .meta({ description, fallback: "lifetimes.access_token_seconds" });

const listener = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default("localhost")
      .describe("The address to listen on: localhost, 0.0.0.0 for all of IPv4, :: for all, or one address."),
    port: z.int().min(0).max(65535).default(8080).describe("The port; 0 takes any that is free."),
    tls: z
      .strictObject({
        certificate: z.string().min(1).describe("The PEM file with the certificate and its chain."),
        key: z.string().min(1).describe("The PEM file with the private key."),
      })
      .optional()
      .meta({
        fallback: "plain HTTP",
        description: "Speak TLS here. The files are read again when they change.",
      }),
  })
  .describe("One address to listen on.");

const scope = z.strictObject({
  name: scopeToken.describe("The scope, as clients ask for it."),
  description: z
    .string()
    .min(1)
    .max(300)
    .describe('What people read on the consent page: "Read your e-mail".'),
});

const resource = z.strictObject({
  identifier: z
    .string()
    .max(500)
    .refine(
      // What a request may name (protocol/resource-indicator.ts), written as it is kept.
      (value) =>
        /^[a-z][a-z0-9+.-]*:(?!\/\/[^/?]*[@A-Z])[\x21\x22\x24-\x5B\x5D-\x7E]*$/.test(value) &&
        !/^https?:(?!\/\/[^/?])/.test(value) &&
        URL.canParse(value),
      "an absolute URI without a fragment or a user name, its scheme and host in lower case and in ASCII",
    )
    .meta({
      allowed:
        "an absolute URI without a fragment or a user name, its scheme and host in lower case (RFC 8707 §2)",
      description: "The API, as clients name it in `resource` and as tokens carry it in `aud`.",
    }),
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ fallback: "the identifier", description: "What people read for it." }),
  scopes: z
    .array(scopeToken)
    .default([])
    .describe("The scopes it uses, each declared in [[scopes]]. Empty: any."),
  access_token_seconds: accessTokenSeconds("How long access tokens for it live."),
  introspection_clients: z
    .array(identifier)
    .default([])
    .describe("Identifiers of the clients that may introspect tokens meant for it."),
});

const clientDeclaration = z.strictObject({
  client_id: identifier
    .regex(/^[\x20-\x7E]+$/, "printable ASCII characters (RFC 6749 appendix A.1)")
    .describe("The identifier of the client."),
  client_name: z.string().min(1).max(100).optional().describe("What people read for it."),
  client_uri: z.string().optional().describe("Its home page."),
  logo_uri: z.string().optional().describe("Its logo."),
  tos_uri: z.string().optional().describe("Its terms of service."),
  policy_uri: z.string().optional().describe("Its privacy policy."),
  contacts: z.array(z.string()).optional().describe("E-mail addresses of those responsible for it."),
  redirect_uris: z
    .array(z.string())
    .default([])
    .describe(
      "Where people may be sent back to, compared byte for byte (the port of a loopback URI may vary).",
    ),
  grant_types: z.array(z.string()).optional().meta({
    allowed:
      "authorization_code (or code), refresh_token (or refresh), client_credentials, urn:ietf:params:oauth:grant-type:device_code (or device)",
    fallback: "code and refresh with a redirect URI, else client_credentials with a secret",
    description: "The grants it may use.",
  }),
  token_endpoint_auth_method: z.string().optional().meta({
    allowed: "client_secret_basic, client_secret_post, none",
    fallback: "client_secret_basic with a secret, else none",
    description: "How it proves who it is.",
  }),
  secrets: z.array(secretReference).default([]).meta({
    secret: true,
    description: "Its secrets. Several can live at once, so that they can be rolled without an outage.",
  }),
  scope: z
    .array(scopeToken)
    .optional()
    .meta({ fallback: "all that exist", description: "The scopes it may have." }),
  default_scope: z
    .array(scopeToken)
    .optional()
    .meta({ fallback: "all that it may have", description: "The scopes it gets when it asks for none." }),
  require_pkce: z
    .boolean()
    .default(true)
    .describe("Off only for a confidential client that cannot do PKCE, one at a time."),
  access_token_seconds: accessTokenSeconds("How long its access tokens live."),
});

const person = z.strictObject({
  username: z.string().min(1).max(200).describe("What the person signs in with, in any case."),
  password,
  name: z.string().max(200).optional().describe("What applications are told."),
  email: z.string().max(320).optional().describe("What applications with the scope `email` are told."),
  administrator: z.boolean().default(false).describe("May administer this server."),
});

const databaseUrl = z
  .string()
  .max(2000)
  .refine(
    (value) => URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol) && isDecodable(value),
    "of the form postgres://user:password@host:5432/database",
  )
  .meta({ secret: true, allowed: "a URL of the form postgres://user:password@host:5432/database" });

function isDecodable(url: string): boolean {
  try {
    const { username, password, pathname } = new URL(url);
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** The scopes that every server has: its own userinfo and introspection use them. The catalogue gives them words. */
export const OWN_SCOPE_NAMES: readonly string[] = ["profile", "email", "introspect"];

export const configurationSchema = z.strictObject({
  issuer: issuerUrl.optional().meta({
    fallback: "made from the first listener: http://localhost:8080",
    allowed:
      "an https:// URL without query, fragment or slash at the end; http:// for this machine, and elsewhere with a warning",
    description: "Who this server is, exactly as clients compare it. Every URL it gives out begins with it.",
  }),
  data: z
    .string()
    .min(1)
    .default("./data")
    .describe("The folder of the embedded database, from the folder the program is started in."),
  database: z
    .strictObject({
      url: databaseUrl.optional().meta({
        fallback: "an embedded database in the data folder",
        description: "The PostgreSQL database that all nodes share. DATABASE_URL sets it too.",
      }),
      schema: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}$/, "small letters, digits and _")
        .default("tessera")
        .meta({
          allowed: "small letters, digits and _",
          description: "The schema of the PostgreSQL database that holds the tables.",
        }),
      connections: count("How many connections to PostgreSQL each process keeps at most.", 10, 1, 1000),
      connect_timeout_seconds: seconds("How long a new connection to PostgreSQL may take.", 5, 1, 300),
      statement_timeout_seconds: seconds(
        "How long a statement of a request may take on PostgreSQL, waiting for locks included.",
        5,
        1,
        300,
      ),
    })
    .prefault({})
    .describe("Where everything is kept."),
  server_key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, "32 random bytes as base64url: 43 characters")
    .optional()
    .meta({
      secret: true,
      allowed: "32 random bytes as base64url, without padding",
      fallback: "made at the first start and kept in the database",
      description: "The server's own secret, if it is not to be in the database. All nodes need the same.",
    }),
  workers: count("How many processes share the ports and the work.", 1, 1, 256),
  demo: z
    .boolean()
    .default(false)
    .describe("Seeds a person and clients so that every flow can be tried at once. Never in production."),
  listen: z
    .array(listener)
    .min(1)
    .default([{ host: "localhost", port: 8080 }])
    .describe("Where to listen; several at once are fine."),
  trusted_proxies: z.array(z.string()).default([]).meta({
    allowed: "addresses (10.0.0.7), networks (10.0.0.0/8, fd00::/8) or the word loopback",
    description: "Proxies whose X-Forwarded-For is believed: for limits and the log only, never for a URL.",
  }),
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error", "silent"])
        .default("info")
        .describe("What is worth a line on standard error."),
      format: z.enum(["text", "json"]).default("text").describe("For people, or for programs."),
    })
    .prefault({})
    .describe("The log."),
  appearance: z
    .strictObject({
      name: z.string().min(1).max(60).default("Tessera").describe("The name on every page."),
      logo: z
        .string()
        .optional()
        .meta({ fallback: "none", description: "A file (svg, png, jpeg or webp) shown above every page." }),
      accent_color: z
        .string()
        .regex(/^#[0-9a-fA-F]{6}$/, "a colour such as #1f5eff")
        .default("#2f5bd0")
        .meta({ allowed: "a colour such as #1f5eff", description: "The colour of buttons and links." }),
    })
    .prefault({})
    .describe("How the pages look."),
  lifetimes: z
    .strictObject({
      access_token_seconds: seconds("How long an access token lives.", 3600, 1, YEAR_SECONDS),
      refresh_token_seconds: seconds("A refresh token that is not used for this long expires.", 90 * 86_400),
      refresh_retry_window_seconds: seconds(
        "A retry of a lost answer within this window gets the same successor again.",
        30,
        0,
        600,
      ),
      authorization_code_seconds: seconds("How long an authorization code lives.", 60, 1, 600),
      device_code_seconds: seconds("How long a person has to enter a device's code.", 900, 30, 3600),
      device_interval_seconds: seconds("How long a device waits between two polls.", 5, 1, 60),
      session_idle_seconds: seconds("A session that is not used for this long ends.", 14 * 86_400, 60),
      session_absolute_seconds: seconds("A session ends after this long, used or not.", 90 * 86_400, 60),
      setup_link_seconds: seconds("How long the link that creates the administrator works.", 86_400, 60),
      form_seconds: seconds(
        "How long a page with a form may stay open before it must be loaded again.",
        3600,
        60,
        86_400,
      ),
    })
    .prefault({})
    .describe("How long things live."),
  limits: z
    .strictObject({
      request_body_bytes: count("The longest request body.", 65_536, 1024, 16_777_216),
      parameters_per_request: count("The most parameters in one request.", 64, 8, 10_000),
      password_bytes: count("The longest password; longer ones are refused, not cut.", 1024, 64, 4096),
      minimum_password_characters: count("The shortest new password.", 8, 1, 128),
      password_checks_at_once: count("How many passwords are checked at the same time.", 2, 1, 64),
      password_checks_waiting: count(
        "How many more password checks may wait; the next are told to come back.",
        100,
        0,
        10_000,
      ),
      sign_in_failures_per_account: count("Wrong passwords for one account within the window.", 10),
      sign_in_failures_per_address: count("Wrong passwords from one address within the window.", 50),
      sign_in_window_seconds: seconds("The window for sign-in failures.", 900, 1, 86_400),
      user_code_failures_per_account: count("Wrong device codes typed by one person within the window.", 10),
      user_code_failures_per_address: count("Wrong device codes from one address within the window.", 20),
      user_code_window_seconds: seconds("The window for wrong device codes.", 900, 1, 86_400),
      registrations_per_address: count("Client registrations from one address within the window.", 60),
      registration_window_seconds: seconds("The window for registrations.", 3600, 1, 86_400),
      device_requests_per_address: count("Device flows started from one address within the window.", 120),
      device_request_window_seconds: seconds("The window for device flows.", 600, 1, 86_400),
      code_redemption_failures: count(
        "Wrong verifiers or redirect URIs that an authorization code survives.",
        5,
        1,
        100,
      ),
      clean_up_interval_seconds: seconds("How often expired rows are removed.", 60, 1, 3600),
      connection_idle_seconds: seconds(
        "A connection on which nothing happens for this long, or a body takes longer to arrive, is closed.",
        60,
        1,
        255,
      ),
      stop_seconds: seconds("How long a stop waits for requests that are under way.", 10, 0, 300),
    })
    .prefault({})
    .describe("How much is allowed."),
  registration: z
    .strictObject({
      mode: z
        .enum(["open", "token", "off"])
        .default("open")
        .describe(
          "Who may register clients. open: anyone; token: with an initial access token; off: nobody.",
        ),
      initial_access_tokens: z
        .array(secretReference)
        .default([])
        .meta({ secret: true, description: "The tokens that allow registration where mode is token." }),
      scope: z.array(scopeToken).optional().meta({
        fallback: "all that exist but introspect",
        description: "The scopes that a registered client may have.",
      }),
      client_credentials_scope: z
        .array(scopeToken)
        .default([])
        .describe("The scopes that a client which registered itself may get by client_credentials."),
      grant_types: z
        .array(
          z.enum([
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
          ]),
        )
        .default([
          "authorization_code",
          "refresh_token",
          "client_credentials",
          "urn:ietf:params:oauth:grant-type:device_code",
        ])
        .describe("The grant types that a client may register itself for."),
      private_use_schemes: z
        .array(z.string().regex(/^[a-z][a-z0-9+-]*$/, "a scheme in lower case, without the colon"))
        .default(["cursor", "vscode", "vscode-insiders"])
        .describe("Schemes of redirect URIs that are allowed although they name no domain (RFC 8252 §8.4)."),
      unused_seconds: seconds("A registration that nobody used for this long goes away.", 30 * 86_400, 60),
      unused_kept: count(
        "How many registrations that nobody used are kept. Beyond that the oldest go, after an hour.",
        10_000,
      ),
    })
    .prefault({})
    .describe("Clients that register themselves (RFC 7591)."),
  scopes: z.array(scope).default([]).describe("The scopes of your APIs, with the words people read."),
  resources: z.array(resource).default([]).describe("Your APIs (RFC 8707)."),
  unknown_resources: z
    .enum(["refuse", "accept"])
    .default("refuse")
    .describe(
      "What a `resource` that is not listed gets. refuse: invalid_target; accept: a token bound to it.",
    ),
  clients: z
    .array(clientDeclaration)
    .default([])
    .describe("Clients of this server. One that is no longer declared is removed at the next start."),
  people: z
    .array(person)
    .default([])
    .describe("People, for demonstrations and tests. Others are added with `tessera user add`."),
});

/** What may be written in the file. */
export type ConfigurationInput = z.input<typeof configurationSchema>;
/** The configuration as the program uses it: checked, with every default filled in. */
export type Configuration = z.output<typeof configurationSchema> & { issuer: string };
export type SecretReference = z.output<typeof secretReference>;
export type ListenerConfiguration = z.output<typeof listener>;
export type ClientDeclaration = z.output<typeof clientDeclaration>;
export type PersonDeclaration = z.output<typeof person>;
export type ResourceDeclaration = z.output<typeof resource>;
