/**
 * The schema of the configuration: one place for every setting, its default, its unit, its limits and its words.
 * values.ts has the kinds of values, sources.ts reads them from file, environment and flags, and checks.ts has the rules
 * between settings. `npm run docs` makes docs/configuration.md from the words here.
 *
 * Every lifetime is in seconds and says so in its name; every size is in bytes and says so.
 */
import * as v from "valibot";
import { isOutboundAllowance } from "../platform/outbound.ts";
import { ACCESS_TOKEN_FORMAT_NAMES } from "../protocol/catalogue.ts";
import { GRANT_TYPES, SHORT_GRANTS } from "../protocol/grant-types.ts";
import { hasClientIdCharacters } from "../protocol/identifiers.ts";
import { isShortScheme } from "../protocol/redirect-uri.ts";
import { isResourceIndicator } from "../protocol/resource-indicator.ts";
import { DEFAULT_SIGNING_ALGORITHM, SIGNING_ALGORITHMS } from "../protocol/signing-algorithms.ts";
import { person } from "./person-schema.ts";
import {
  claimMapping,
  count,
  databaseUrl,
  groupName,
  identifier,
  issuerUrl,
  listenHost,
  peopleWords,
  REFERENCES,
  scopeToken,
  seconds,
  secretText,
  serverKey,
  someText,
  table,
  text,
  webHost,
  wholeNumber,
  words,
  YEAR_SECONDS,
} from "./values.ts";

const accessTokenSeconds = (description: string) =>
  v.pipe(
    v.optional(wholeNumber(1, YEAR_SECONDS)),
    words({ description, fallback: "lifetimes.access_token_seconds" }),
  );

const BY_LANGUAGE = (english: string, german: string) =>
  `a table by language: { en = ${JSON.stringify(english)}, de = ${JSON.stringify(german)} }`;

const listener = v.pipe(
  table({
    host: v.pipe(
      v.optional(listenHost, "localhost"),
      words({
        allowed: "localhost, an address (127.0.0.1, ::1), 0.0.0.0 or :: for all, or a host name",
        description:
          "The address to listen on: localhost, 0.0.0.0 for all of IPv4, :: for all, or one address.",
      }),
    ),
    port: v.pipe(
      v.optional(wholeNumber(0, 65535), 8080),
      v.description("The port; 0 takes any that is free."),
    ),
    tls: v.pipe(
      v.optional(
        table({
          certificate: v.pipe(someText, v.description("The PEM file with the certificate and its chain.")),
          key: v.pipe(someText, v.description("The PEM file with the private key.")),
        }),
      ),
      words({
        fallback: "plain HTTP",
        description: "Speak TLS here. The files are read again when they change.",
      }),
    ),
  }),
  v.description("One address to listen on."),
);

const scope = table({
  name: v.pipe(scopeToken, v.description("The scope, as clients ask for it.")),
  description: v.pipe(
    peopleWords(300),
    words({
      allowed: `a text of 1 to 300 characters, or ${BY_LANGUAGE("Read your e-mail", "Ihre E-Mails lesen")}`,
      description:
        'What people read on the consent page: "Read your e-mail". The first language is the default.',
    }),
  ),
  sensitive: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether the consent page shows it first and as a warning, because it allows much."),
  ),
});

const resource = table({
  identifier: v.pipe(
    v.string(),
    v.maxCodePoints(500),
    v.check(
      isResourceIndicator,
      "an absolute URI without a fragment or a user name, its scheme and host in lower case and in ASCII",
    ),
    words({
      allowed:
        "an absolute URI without a fragment or a user name, its scheme and host in lower case (RFC 8707 §2)",
      description: "The API, as clients name it in `resource` and as tokens carry it in `aud`.",
    }),
  ),
  name: v.pipe(
    v.optional(peopleWords(100)),
    words({
      allowed: `a text of 1 to 100 characters, or ${BY_LANGUAGE("Mail", "E-Mail")}`,
      fallback: "the identifier",
      description: "Its name, as people read it.",
    }),
  ),
  scopes: v.pipe(
    v.optional(v.array(scopeToken), []),
    v.description("The scopes it uses, each declared in [[scopes]]. Empty: any."),
  ),
  access_token_seconds: accessTokenSeconds("How long access tokens for it live."),
  access_token_format: v.pipe(
    v.optional(v.picklist(ACCESS_TOKEN_FORMAT_NAMES), "opaque"),
    v.description(
      "`jwt`: the API checks tokens by itself, with the key set, and does not see that one was revoked (RFC 9068).",
    ),
  ),
  introspection_clients: v.pipe(
    v.optional(v.array(identifier), []),
    v.description("Identifiers of the clients that may introspect tokens meant for it."),
  ),
});

const ALGORITHMS = SIGNING_ALGORITHMS.map(({ algorithm }) => algorithm);

const clientDeclaration = table({
  client_id: v.pipe(
    identifier,
    v.check(hasClientIdCharacters, "printable ASCII characters (RFC 6749 appendix A.1)"),
    v.description("The identifier of the client."),
  ),
  client_name: v.pipe(v.optional(text(100)), v.description("Its name, as people read it.")),
  client_uri: v.pipe(v.optional(v.string()), v.description("Its home page.")),
  logo: v.pipe(
    v.optional(someText),
    words({
      fallback: "the first letter of its name",
      description:
        "A file (svg, png, jpeg or webp) with its logo. This server shows it on the consent and account pages.",
    }),
  ),
  logo_uri: v.pipe(
    v.optional(v.string()),
    v.description("The address of its logo, for other programs. Pages load nothing from other sites."),
  ),
  tos_uri: v.pipe(v.optional(v.string()), v.description("Its terms of service.")),
  policy_uri: v.pipe(v.optional(v.string()), v.description("Its privacy policy.")),
  contacts: v.pipe(
    v.optional(v.array(v.string())),
    v.description("E-mail addresses of those responsible for it."),
  ),
  redirect_uris: v.pipe(
    v.optional(v.array(v.string()), []),
    v.description(
      "Where people may be sent back to, compared byte for byte (the port of a loopback URI may vary).",
    ),
  ),
  grant_types: v.pipe(
    v.optional(v.array(v.string())),
    words({
      allowed: `${GRANT_TYPES.join(", ")}; in short: ${Object.keys(SHORT_GRANTS).join(", ")}`,
      fallback: "code and refresh with a redirect URI, else client_credentials with a secret",
      description: "The grants it may use.",
    }),
  ),
  token_endpoint_auth_method: v.pipe(
    v.optional(v.string()),
    words({
      allowed: "client_secret_basic, client_secret_post, none",
      fallback: "client_secret_basic with a secret, else none",
      description: "How it proves who it is.",
    }),
  ),
  secrets: v.pipe(
    v.optional(v.array(secretText), []),
    words({
      secret: true,
      description: "Its secrets. Several can live at once, so that they can be rolled without an outage.",
    }),
  ),
  scope: v.pipe(
    v.optional(v.array(scopeToken)),
    words({ fallback: "all that exist", description: "The scopes it may have." }),
  ),
  default_scope: v.pipe(
    v.optional(v.array(scopeToken)),
    words({ fallback: "all that it may have", description: "The scopes it gets when it asks for none." }),
  ),
  require_pkce: v.pipe(
    v.optional(v.boolean(), true),
    v.description("Off only for a confidential client that cannot do PKCE, one at a time."),
  ),
  allow_http_redirects: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether its redirect URIs may have http on a network. Only for an intranet without TLS."),
  ),
  access_token_seconds: accessTokenSeconds("How long its access tokens live."),
  access_token_format: v.pipe(
    v.optional(v.picklist(ACCESS_TOKEN_FORMAT_NAMES)),
    words({
      fallback: "resources.access_token_format of the API that a token is for; opaque for this server alone",
      description:
        "The format of its access tokens, for one API or for this server alone. Tokens for several APIs are opaque.",
    }),
  ),
  first_party: v.pipe(
    v.optional(v.boolean()),
    words({
      fallback: "false",
      description: "Your own application: people are not asked before it gets access.",
    }),
  ),
  post_logout_redirect_uris: v.pipe(
    v.optional(v.array(v.string())),
    words({
      fallback: "none",
      description: "Where people may be sent after a sign-out, compared byte for byte.",
    }),
  ),
  backchannel_logout_uri: v.pipe(
    v.optional(v.string()),
    v.description("Where this server tells it that a person signed out."),
  ),
  backchannel_logout_session_required: v.pipe(
    v.optional(v.boolean()),
    words({ fallback: "false", description: "Whether those notices must name the session." }),
  ),
  id_token_claims: v.pipe(
    v.optional(v.picklist(["granted", "minimal"])),
    words({
      fallback: "granted",
      description:
        "What its ID tokens say. granted: all that its scopes grant; minimal: who signed in, and the rest is at userinfo.",
    }),
  ),
  id_token_signed_response_alg: v.pipe(
    v.optional(v.picklist(ALGORITHMS)),
    words({
      fallback: "RS256 if it is among signing.algorithms, else the first of them",
      description: "The algorithm that signs its ID tokens, one of signing.algorithms.",
    }),
  ),
  userinfo_signed_response_alg: v.pipe(
    v.optional(v.picklist(ALGORITHMS)),
    words({ fallback: "JSON, unsigned", description: "The algorithm that signs what userinfo answers it." }),
  ),
  subject_type: v.pipe(
    v.optional(v.picklist(["public", "pairwise"])),
    words({
      fallback: "public",
      description:
        "public: every application knows a person under one identifier; pairwise: the applications of each host have their own.",
    }),
  ),
  sector_identifier_uri: v.pipe(
    v.optional(v.string()),
    v.description(
      "An https URL whose host pairwise identifiers are for, if its redirect URIs do not all have the same host.",
    ),
  ),
  default_max_age: v.pipe(
    v.optional(wholeNumber(0, YEAR_SECONDS)),
    words({
      fallback: "no limit",
      description: "How old a sign-in may be, in seconds, before it is asked for again.",
    }),
  ),
  require_auth_time: v.pipe(
    v.optional(v.boolean()),
    words({ fallback: "false", description: "Whether its ID tokens must say when the person signed in." }),
  ),
  default_acr_values: v.pipe(
    v.optional(v.array(someText)),
    words({
      fallback: "none",
      description: "The levels of sign-in that it asks for when a request names none, the preferred first.",
    }),
  ),
  initiate_login_uri: v.pipe(
    v.optional(v.string()),
    v.description("An https URL at which a sign-in that begins elsewhere is started."),
  ),
  jwks_file: v.pipe(v.optional(someText), v.description("A JSON file with its public keys (a JWK set).")),
  jwks_uri: v.pipe(
    v.optional(v.string()),
    v.description("Where its public keys are. This server fetches them."),
  ),
  allowed_groups: v.pipe(
    v.optional(v.array(groupName)),
    words({ fallback: "all people", description: "The groups whose members may use it." }),
  ),
  denied_groups: v.pipe(
    v.optional(v.array(groupName)),
    v.description("The groups whose members may not use it, even if they are in an allowed one."),
  ),
  claims: v.pipe(
    v.optional(claimMapping),
    words({
      allowed:
        'a table of claims: { quota = "attribute:quota", admin = "group:admins", role = { editor = "group:editors", viewer = "everyone" } }',
      description: "Claims of your own for this application, and their sources.",
    }),
  ),
});

export const configurationSchema = table({
  issuer: v.pipe(
    v.optional(issuerUrl),
    words({
      fallback: "made from the first listener: http://localhost:8080",
      allowed:
        "an https:// URL without query, fragment or slash at the end; http:// for this machine, and elsewhere with a warning",
      description:
        "Who this server is, exactly as clients compare it. Every URL it gives out begins with it.",
    }),
  ),
  data: v.pipe(
    v.optional(someText, "./data"),
    v.description("The folder of the embedded database, from the folder the program is started in."),
  ),
  database: v.pipe(
    v.optional(
      table({
        url: v.pipe(
          v.optional(databaseUrl),
          words({
            fallback: "an embedded database in the data folder",
            description:
              "The PostgreSQL database that all nodes share. DATABASE_URL and DATABASE_URL_FILE set it too.",
          }),
        ),
        schema: v.pipe(
          v.optional(
            v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_]{0,62}$/, "small letters, digits and _")),
            "tessera",
          ),
          words({
            allowed: "small letters, digits and _",
            description: "The schema of the PostgreSQL database that holds the tables.",
          }),
        ),
        connections: count("How many connections to PostgreSQL each process keeps at most.", 10, 1, 1000),
        connect_timeout_seconds: seconds("How long a new connection to PostgreSQL may take.", 5, 1, 300),
        statement_timeout_seconds: seconds(
          "How long a statement of a request may take on PostgreSQL, waiting for locks included.",
          5,
          1,
          300,
        ),
      }),
      {},
    ),
    v.description("Where everything is kept."),
  ),
  server_key: v.pipe(
    v.optional(serverKey),
    words({
      secret: true,
      allowed: `32 random bytes as base64url, without padding, ${REFERENCES}`,
      fallback: "made at the first start and kept in the database",
      description: "The server's own secret, to keep it out of the database. All nodes need the same one.",
    }),
  ),
  workers: count("How many processes share the ports and the work.", 1, 1, 256),
  demo: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Seeds a person and clients so that every flow can be tried at once. Never in production."),
  ),
  listen: v.pipe(
    v.optional(v.pipe(v.array(listener), v.minLength(1)), [{ host: "localhost", port: 8080 }]),
    v.description("Where to listen; several at once are fine."),
  ),
  trusted_proxies: v.pipe(
    v.optional(v.array(v.string()), []),
    words({
      allowed: "addresses (10.0.0.7), networks (10.0.0.0/8, fd00::/8) or the word loopback",
      description: "Proxies whose X-Forwarded-For is believed: for limits and the log only, never for a URL.",
    }),
  ),
  log: v.pipe(
    v.optional(
      table({
        level: v.pipe(
          v.optional(v.picklist(["debug", "info", "warn", "error", "silent"]), "info"),
          v.description("The least important events that get a line on standard error."),
        ),
        format: v.pipe(
          v.optional(v.picklist(["text", "json"]), "text"),
          v.description("For people, or for programs."),
        ),
      }),
      {},
    ),
    v.description("The log."),
  ),
  appearance: v.pipe(
    v.optional(
      table({
        name: v.pipe(v.optional(text(60), "Tessera"), v.description("The name on every page.")),
        logo: v.pipe(
          v.optional(v.string()),
          words({
            fallback: "none",
            description: "A file (svg, png, jpeg or webp) shown above every page.",
          }),
        ),
        accent_color: v.pipe(
          v.optional(v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, "a colour such as #1f5eff")), "#2f5bd0"),
          words({
            allowed: "a colour such as #1f5eff",
            description: "The colour of buttons and links.",
          }),
        ),
      }),
      {},
    ),
    v.description("How the pages look."),
  ),
  signing: v.pipe(
    v.optional(
      table({
        algorithms: v.pipe(
          v.optional(v.pipe(v.array(v.picklist(ALGORITHMS)), v.minLength(1)), [DEFAULT_SIGNING_ALGORITHM]),
          v.description("The algorithms for which the server has keys. Clients expect RS256 by default."),
        ),
        rotation_seconds: seconds("How long a key signs before the next one does.", 90 * 86_400, 3600),
        publish_seconds: seconds(
          "How long a key is published before it signs, so that APIs with an older key set never meet a signature of it.",
          7 * 86_400,
          300,
        ),
      }),
      {},
    ),
    v.description("The keys that sign tokens."),
  ),
  lifetimes: v.pipe(
    v.optional(
      table({
        access_token_seconds: seconds("How long an access token lives.", 3600, 1, YEAR_SECONDS),
        jwt_access_token_seconds: seconds(
          "How long an access token lives that an API checks by itself. The API does not see that it was revoked.",
          600,
          1,
          YEAR_SECONDS,
        ),
        id_token_seconds: seconds("How long an ID token is valid.", 3600, 60, YEAR_SECONDS),
        refresh_token_seconds: seconds(
          "A refresh token that is not used for this long expires.",
          90 * 86_400,
        ),
        refresh_retry_window_seconds: seconds(
          "A retry within this window after a lost answer gets the same answer again.",
          10,
          0,
          600,
        ),
        authorization_code_seconds: seconds("How long an authorization code lives.", 60, 1, 600),
        device_code_seconds: seconds("How long a person has to enter a device's code.", 900, 30, 3600),
        device_interval_seconds: seconds("How long a device waits between two polls.", 5, 1, 60),
        session_idle_seconds: seconds("A session that is not used for this long ends.", 14 * 86_400, 60),
        session_absolute_seconds: seconds("A session ends after this long, used or not.", 90 * 86_400, 60),
        known_browser_seconds: seconds(
          "How long a browser in which a person has signed in is known to their account, so that strangers who guess at it do not keep the person out. 0: no browser is.",
          90 * 86_400,
          0,
        ),
        setup_link_seconds: seconds("How long the link that creates the administrator works.", 86_400, 60),
        strict_transport_seconds: seconds(
          "How long a browser that got an answer keeps to https for this host (Strict-Transport-Security), if the issuer is https. With 0 it forgets that it should.",
          YEAR_SECONDS,
          0,
          2 * YEAR_SECONDS,
        ),
        form_seconds: seconds(
          "How long a page with a form may stay open before it must be loaded again.",
          3600,
          60,
          86_400,
        ),
      }),
      {},
    ),
    v.description("How long things live."),
  ),
  limits: v.pipe(
    v.optional(
      table({
        request_body_bytes: count("The longest request body.", 65_536, 1024, 16_777_216),
        parameters_per_request: count("The most parameters in one request.", 64, 8, 10_000),
        password_bytes: count("The longest password; longer ones are refused, not cut.", 1024, 64, 4096),
        minimum_password_characters: count("The shortest new password.", 8, 1, 128),
        password_checks_at_once: count("How many passwords are checked at the same time.", 2, 1, 64),
        password_checks_waiting: count(
          "How many more password checks may wait; further ones are refused.",
          100,
          0,
          10_000,
        ),
        sign_in_failures_per_account: count("Wrong passwords for one account within the window.", 10),
        sign_in_failures_per_address: count("Wrong passwords from one address within the window.", 50),
        sign_in_failures_per_browser: count(
          "Wrong passwords for an account in a day from a browser in which a person has signed in to it before. Further attempts count as those of strangers.",
          10,
        ),
        sign_in_window_seconds: seconds("The window for sign-in failures.", 900, 1, 86_400),
        sessions_per_person: count(
          "In how many browsers one person may be signed in; beyond that the oldest session ends.",
          50,
          1,
          10_000,
        ),
        client_secret_failures_per_address: count(
          "Wrong secrets for one client from one address within the window.",
          30,
        ),
        client_secret_window_seconds: seconds("The window for wrong client secrets.", 900, 1, 86_400),
        user_code_failures_per_account: count(
          "Wrong device codes typed by one person within the window.",
          10,
        ),
        user_code_failures_per_address: count("Wrong device codes from one address within the window.", 20),
        user_code_window_seconds: seconds("The window for wrong device codes.", 900, 1, 86_400),
        tokens_per_registered_client: count(
          "Token responses in an hour for a client that registered itself and that the operator does not vouch for.",
          10_000,
        ),
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
          "The server closes a connection that is idle for this long, or whose request body takes longer to arrive.",
          60,
          1,
          255,
        ),
        stop_seconds: seconds("How long a stop waits for requests that are under way.", 10, 0, 300),
      }),
      {},
    ),
    v.description("How much is allowed."),
  ),
  registration: v.pipe(
    v.optional(
      table({
        mode: v.pipe(
          v.optional(v.picklist(["open", "token", "off"]), "open"),
          v.description(
            "Who may register clients. open: anyone; token: with an initial access token; off: no one.",
          ),
        ),
        initial_access_tokens: v.pipe(
          v.optional(v.array(secretText), []),
          words({
            secret: true,
            description: "The tokens that allow registration where mode is token.",
          }),
        ),
        scope: v.pipe(
          v.optional(v.array(scopeToken)),
          words({
            fallback: "all that exist but introspect",
            description: "The scopes that a registered client may have.",
          }),
        ),
        client_credentials_scope: v.pipe(
          v.optional(v.array(scopeToken), []),
          v.description("The scopes that a client which registered itself may get by client_credentials."),
        ),
        grant_types: v.pipe(
          v.optional(v.array(v.picklist(GRANT_TYPES)), [...GRANT_TYPES]),
          v.description("The grant types that a client may register itself for."),
        ),
        require_pkce: v.pipe(
          v.optional(v.boolean(), true),
          v.description(
            "Off: a client with a secret that registered itself meanwhile may leave PKCE out. Public clients never may.",
          ),
        ),
        private_use_schemes: v.pipe(
          v.optional(
            v.array(
              v.pipe(
                v.string(),
                v.check(isShortScheme, "a private-use scheme in lower case, without the colon"),
              ),
            ),
            [
              "audiobookshelf",
              "claude",
              "cursor",
              "kiro",
              "oc",
              "raycast",
              "trae",
              "vscode",
              "vscode-insiders",
              "vscodium",
              "warp",
              "windsurf",
              "windsurf-next",
              "zed",
            ],
          ),
          v.description(
            "Schemes of redirect URIs that are allowed although they name no domain (RFC 8252 §8.4).",
          ),
        ),
        vouched: v.pipe(
          v.optional(v.boolean(), false),
          v.description(
            "Whether you vouch for every client that registers. Only where strangers cannot register. See: tessera client vouch --help",
          ),
        ),
        unused_seconds: seconds("A registration that is not used for this long is removed.", 30 * 86_400, 60),
        unused_kept: count(
          "How many unused registrations are kept. Beyond that the oldest are removed, after an hour.",
          10_000,
        ),
      }),
      {},
    ),
    v.description("Clients that register themselves (RFC 7591)."),
  ),
  outbound: v.pipe(
    v.optional(
      table({
        allow: v.pipe(
          v.optional(
            v.array(
              v.pipe(
                v.string(),
                v.check(
                  isOutboundAllowance,
                  "an address, a network (10.0.0.0/8) or a host name in lower case",
                ),
              ),
            ),
            [],
          ),
          words({
            allowed: "addresses (10.0.0.7), networks (10.0.0.0/8, fd00::/8) or host names (nextcloud.lan)",
            description:
              "Where this server may fetch keys and send sign-out notices although it is not on the public Internet. A host name may also have http.",
          }),
        ),
        timeout_seconds: seconds("How long such a request may take in all.", 5, 1, 60),
      }),
      {},
    ),
    v.description("Requests that this server makes itself, to addresses of clients."),
  ),
  scopes: v.pipe(
    v.optional(v.array(scope), []),
    v.description("The scopes of your APIs, with the words people read."),
  ),
  claims: v.pipe(
    v.optional(
      table({
        scopes: v.pipe(
          v.optional(v.record(scopeToken, v.union([v.array(v.string()), claimMapping])), {}),
          words({
            allowed:
              'a table of scopes: { nextcloud = ["quota", "groups"] }, or with sources as in the claims of a client',
            fallback: "none",
            description:
              "Claims of your own that a scope gives. In a list each is a standard claim, or else the attribute of that name.",
          }),
        ),
      }),
      {},
    ),
    v.description("What applications are told of people, beside the standard claims."),
  ),
  resources: v.pipe(v.optional(v.array(resource), []), v.description("Your APIs (RFC 8707).")),
  introspection: v.pipe(
    v.optional(
      table({
        trusted_clients: v.pipe(
          v.optional(v.array(identifier), []),
          v.description(
            "Identifiers of the clients that may introspect every token, such as that of a mail server.",
          ),
        ),
      }),
      {},
    ),
    v.description("Introspection (RFC 7662)."),
  ),
  webfinger: v.pipe(
    v.optional(
      table({
        domains: v.pipe(
          v.optional(v.array(webHost), []),
          v.description(
            "Domains of mail addresses whose people this server signs in. Send /.well-known/webfinger of each domain here.",
          ),
        ),
      }),
      {},
    ),
    v.description("Discovery by mail address (RFC 7033), for services such as Tailscale."),
  ),
  unknown_resources: v.pipe(
    v.optional(v.picklist(["refuse", "accept"]), "refuse"),
    v.description(
      "The answer to a `resource` that is not listed. refuse: invalid_target; accept: a token bound to it.",
    ),
  ),
  clients: v.pipe(
    v.optional(v.array(clientDeclaration), []),
    v.description("Clients of this server. One that is no longer declared is disabled at the next start."),
  ),
  people: v.pipe(
    v.optional(v.array(person), []),
    v.description("People, for demonstrations and tests. Others are added with `tessera user add`."),
  ),
});

/** The configuration as the file may state it. */
export type ConfigurationInput = v.InferInput<typeof configurationSchema>;
/** The configuration as the program uses it: checked, with every default filled in. */
export type Configuration = v.InferOutput<typeof configurationSchema> & { issuer: string };
export type ClientDeclaration = v.InferOutput<typeof clientDeclaration>;
