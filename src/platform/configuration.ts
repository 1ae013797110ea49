/**
 * The schema of the configuration: one place for every setting, its default, its unit and its limits.
 * Where settings come from (file, environment, flags) is in configuration-sources.ts.
 *
 * Every lifetime is in seconds and says so in its name; every size is in bytes and says so.
 */
import { z } from "zod";

const seconds = (fallback: number, minimum = 1, maximum = 10 * 365 * 86_400) =>
  z.int().min(minimum).max(maximum).default(fallback);
const count = (fallback: number, minimum = 1, maximum = 1_000_000_000) =>
  z.int().min(minimum).max(maximum).default(fallback);

const identifier = z.string().min(1).max(200);
const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, "a scope has no spaces, quotes or backslashes (RFC 6749 §3.3)")
  .max(200);

/** A secret is given as itself, as a digest (`sha256:` and 64 hexadecimal digits), or as `{ env = "NAME" }`. */
const secretReference = z.union([z.string().min(1).max(500), z.strictObject({ env: z.string().min(1) })]);

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
      return refuse("no query and no fragment (RFC 8414 §2)");
    if (url.username || url.password) return refuse("no user name or password in the URL");
    if (url.origin + (url.pathname === "/" ? "" : url.pathname) !== value)
      return refuse(
        `written exactly as clients will compare it: ${url.origin}${url.pathname === "/" ? "" : url.pathname}`,
      );
    if (value.endsWith("/")) return refuse("no slash at the end");
  });

const listener = z.strictObject({
  host: z.string().min(1).default("localhost"),
  port: z.int().min(0).max(65535).default(8080),
  tls: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).optional(),
});

const scope = z.strictObject({
  name: scopeToken,
  /** What people read on the consent page: "Read your e-mail". */
  description: z.string().min(1).max(300),
});

const resource = z.strictObject({
  /** RFC 8707 §2: an absolute URI without a fragment. */
  identifier: z
    .string()
    .max(500)
    .refine((value) => URL.canParse(value) && !value.includes("#"), "an absolute URI without a fragment"),
  name: z.string().min(1).max(100).optional(),
  scopes: z.array(scopeToken).default([]),
  access_token_seconds: z
    .int()
    .min(1)
    .max(86_400 * 365)
    .optional(),
  /** Identifiers of the clients that may introspect tokens meant for this resource. */
  introspection_clients: z.array(identifier).default([]),
});

const clientDeclaration = z.strictObject({
  client_id: identifier.regex(/^[\x20-\x7E]+$/, "printable ASCII characters (RFC 6749 appendix A.1)"),
  client_name: z.string().min(1).max(100).optional(),
  client_uri: z.string().optional(),
  logo_uri: z.string().optional(),
  tos_uri: z.string().optional(),
  policy_uri: z.string().optional(),
  contacts: z.array(z.string()).optional(),
  redirect_uris: z.array(z.string()).default([]),
  grant_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.string().optional(),
  /** Several secrets can live at once, so that they can be rolled without an outage. */
  secrets: z.array(secretReference).default([]),
  /** The scopes the client may have. Default: all that are declared. */
  scope: z.array(scopeToken).optional(),
  /** The scopes it gets when it asks for none. Default: all that it may have. */
  default_scope: z.array(scopeToken).optional(),
  /** Off only for a confidential client that cannot do PKCE, one at a time. */
  require_pkce: z.boolean().default(true),
  access_token_seconds: z
    .int()
    .min(1)
    .max(86_400 * 365)
    .optional(),
});

const person = z.strictObject({
  username: z.string().min(1).max(200),
  password: secretReference,
  name: z.string().max(200).optional(),
  email: z.string().max(320).optional(),
  administrator: z.boolean().default(false),
});

export const configurationSchema = z.strictObject({
  /** Who this server is, exactly as clients compare it. Default: made from the first listener. */
  issuer: issuerUrl.optional(),
  /** Where the database and the keys live. */
  data: z.string().min(1).default("./data"),
  /** Seeds a person and clients so that every flow can be tried at once. Never in production. */
  demo: z.boolean().default(false),
  listen: z
    .array(listener)
    .min(1)
    .default([{ host: "localhost", port: 8080 }]),
  /** Addresses or networks of proxies whose X-Forwarded-For is believed (for limits only, never for a URL). */
  trusted_proxies: z.array(z.string()).default([]),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
      format: z.enum(["text", "json"]).default("text"),
    })
    .prefault({}),
  appearance: z
    .strictObject({
      name: z.string().min(1).max(60).default("Tessera"),
      /** A file (svg, png, jpeg or webp) shown above every page. */
      logo: z.string().optional(),
      accent_color: z
        .string()
        .regex(/^#[0-9a-fA-F]{6}$/, "a colour such as #1f5eff")
        .default("#2f5bd0"),
    })
    .prefault({}),
  lifetimes: z
    .strictObject({
      access_token_seconds: seconds(3600, 1, 86_400 * 365),
      /** A refresh token that is not used for this long expires. */
      refresh_token_seconds: seconds(90 * 86_400),
      /** A retry of a lost answer within this window gets the same successor again. */
      refresh_retry_window_seconds: seconds(30, 0, 600),
      authorization_code_seconds: seconds(60, 1, 600),
      device_code_seconds: seconds(900, 30, 3600),
      device_interval_seconds: seconds(5, 1, 60),
      session_idle_seconds: seconds(14 * 86_400, 60),
      session_absolute_seconds: seconds(90 * 86_400, 60),
      setup_link_seconds: seconds(86_400, 60),
      /** How long a page with a form may stay open before it must be loaded again. */
      form_seconds: seconds(3600, 60, 86_400),
    })
    .prefault({}),
  limits: z
    .strictObject({
      request_body_bytes: count(65_536, 1024, 16_777_216),
      parameters_per_request: count(64, 8, 10_000),
      password_bytes: count(1024, 64, 4096),
      minimum_password_characters: count(8, 1, 128),
      /** How many passwords are checked at the same time, and how many more may wait. */
      password_checks_at_once: count(2, 1, 64),
      password_checks_waiting: count(100, 0, 10_000),
      sign_in_failures_per_account: count(10),
      sign_in_failures_per_address: count(50),
      sign_in_window_seconds: seconds(900, 1, 86_400),
      user_code_failures_per_account: count(10),
      user_code_failures_per_address: count(20),
      user_code_window_seconds: seconds(900, 1, 86_400),
      registrations_per_address: count(60),
      registration_window_seconds: seconds(3600, 1, 86_400),
      device_requests_per_address: count(120),
      device_request_window_seconds: seconds(600, 1, 86_400),
      /** Wrong verifiers or redirect URIs that an authorization code survives. */
      code_redemption_failures: count(5, 1, 100),
    })
    .prefault({}),
  registration: z
    .strictObject({
      /** `open`: anyone may register. `token`: with an initial access token. `off`: nobody. */
      mode: z.enum(["open", "token", "off"]).default("open"),
      initial_access_tokens: z.array(secretReference).default([]),
      /** Scopes a registered client may have. Default: all declared ones that concern a person. */
      scope: z.array(scopeToken).optional(),
      /** Scopes that a client which registered itself without a token may get by client_credentials. */
      client_credentials_scope: z.array(scopeToken).default([]),
      /** A registration that nobody used for this long goes away. */
      unused_seconds: seconds(30 * 86_400, 60),
    })
    .prefault({}),
  scopes: z.array(scope).default([]),
  resources: z.array(resource).default([]),
  /** What a `resource` that is not listed gets: `refuse` answers invalid_target, `accept` binds the token to it. */
  unknown_resources: z.enum(["refuse", "accept"]).default("refuse"),
  clients: z.array(clientDeclaration).default([]),
  people: z.array(person).default([]),
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
