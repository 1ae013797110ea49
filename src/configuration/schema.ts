/**
 * The schema of the configuration: every setting, its default, its unit, its limits and its words. The files
 * *-schema.ts beside this one have the larger tables.
 * values.ts has the kinds of values, sources.ts reads them from file, environment and flags, and checks.ts has the rules
 * between settings. `npm run docs` makes docs/configuration.md from the words here.
 *
 * Every lifetime is in seconds and says so in its name; every size is in bytes and says so.
 */
import * as v from "valibot";
import { isOutboundAllowance } from "../platform/outbound.ts";
import { AUTHENTICATION_LEVELS } from "../protocol/authentication-level.ts";
import { DEFAULT_SIGNING_ALGORITHM, SIGNING_NAMES } from "../protocol/signing-algorithms.ts";
import { account, places } from "./account-schema.ts";
import { appearance } from "./appearance-schema.ts";
import { audit } from "./audit-schema.ts";
import { authorizationDetailsType } from "./authorization-details-schema.ts";
import { backup } from "./backup-schema.ts";
import { lifetimes, limits } from "./bounds-schema.ts";
import { clientCertificates } from "./client-certificates-schema.ts";
import { clientDeclaration } from "./client-schema.ts";
import { clientIdMetadataDocuments } from "./document-schema.ts";
import { dpop } from "./dpop-schema.ts";
import { exchangeRule } from "./exchange-schema.ts";
import { listenerAt } from "./listen-schema.ts";
import { mail } from "./mail-schema.ts";
import { metrics } from "./metrics-schema.ts";
import { passwords } from "./password-schema.ts";
import { person } from "./person-schema.ts";
import { registration } from "./registration-schema.ts";
import { resource } from "./resource-schema.ts";
import { signIn } from "./sign-in-schema.ts";
import { signUp } from "./sign-up-schema.ts";
import { telemetry } from "./telemetry-schema.ts";
import { idJagAudience, trustedIssuer } from "./trust-schema.ts";
import {
  byLanguage,
  claimMapping,
  count,
  databaseUrl,
  identifier,
  issuerUrl,
  optional,
  peopleWords,
  REFERENCES,
  scopeToken,
  seconds,
  serverKey,
  someText,
  table,
  webHost,
  words,
} from "./values.ts";
import { webhook } from "./webhook-schema.ts";

const scope = table({
  name: v.pipe(scopeToken, v.description("The scope, as clients ask for it.")),
  description: v.pipe(
    peopleWords(300),
    words({
      allowed: `a text of 1 to 300 characters, or ${byLanguage("Read your e-mail", "Ihre E-Mails lesen")}`,
      description:
        'What people read on the consent page: "Read your e-mail". The first language is the default.',
    }),
  ),
  sensitive: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Whether the consent page shows it first and as a warning, because it allows much."),
  ),
  minimum_acr: optional(v.picklist(AUTHENTICATION_LEVELS), {
    fallback: "any sign-in",
    description: "2: clients get it only after a sign-in with a second factor.",
  }),
});

export const configurationSchema = table({
  issuer: optional(issuerUrl, {
    fallback: "made from the first listener: http://localhost:8080",
    allowed:
      "an https:// URL without query, fragment or slash at the end; http:// for this machine, and elsewhere with a warning",
    description: "Who this server is, exactly as clients compare it. Every URL it gives out begins with it.",
  }),
  data: v.pipe(
    v.optional(someText, "./data"),
    v.description("The folder of the embedded database, from the folder the program is started in."),
  ),
  database: v.pipe(
    v.optional(
      table({
        url: optional(databaseUrl, {
          fallback: "an embedded database in the data folder",
          description:
            "The PostgreSQL database that all nodes share. DATABASE_URL and DATABASE_URL_FILE set it too.",
        }),
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
  backup,
  server_key: optional(serverKey, {
    secret: true,
    allowed: `32 random bytes as base64url, without padding, ${REFERENCES}`,
    fallback: "made at the first start and kept in the database",
    description: "The server's own secret, to keep it out of the database. All nodes need the same one.",
  }),
  former_server_keys: v.pipe(
    v.optional(v.array(serverKey), []),
    words({
      secret: true,
      allowed: `32 random bytes as base64url each, ${REFERENCES}`,
      description:
        "The values that server_key had before, until nothing needs them: tessera server-key list.",
    }),
  ),
  client_certificates: optional(clientCertificates, {
    fallback: "clients cannot authenticate with certificates",
    description:
      "Clients that authenticate with the certificate of their TLS (RFC 8705), which ends at a proxy.",
  }),
  client_assertion_audience: v.pipe(
    v.optional(v.picklist(["issuer", "compatible"]), "issuer"),
    v.description(
      "What aud of client assertions (private_key_jwt) may be. issuer: the issuer alone, as a string. compatible: the URLs of the token endpoint and of the backchannel authentication endpoint too, for clients that know nothing better.",
    ),
  ),
  workers: count("How many processes share the ports and the work.", 1, 1, 256),
  demo: v.pipe(
    v.optional(v.boolean(), false),
    v.description("Seeds a person and clients so that every flow can be tried at once. Never in production."),
  ),
  require_pushed_authorization_requests: v.pipe(
    v.optional(v.boolean(), false),
    v.description(
      "Whether the authorization requests of all clients count only if they were pushed (RFC 9126). One client: clients.require_pushed_authorization_requests.",
    ),
  ),
  listen: v.pipe(
    v.optional(v.pipe(v.array(listenerAt(8080)), v.minLength(1)), [{ host: "localhost", port: 8080 }]),
    v.description("Where to listen; several at once are fine."),
  ),
  trusted_proxies: v.pipe(
    v.optional(v.array(v.string()), []),
    words({
      allowed:
        "addresses (10.0.0.7), networks (10.0.0.0/8, fd00::/8), the words loopback and unix (for listen.unix)",
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
  appearance: v.pipe(v.optional(appearance, {}), v.description("How the pages look.")),
  signing: v.pipe(
    v.optional(
      table({
        algorithms: v.pipe(
          v.optional(v.pipe(v.array(v.picklist(SIGNING_NAMES)), v.minLength(1)), [DEFAULT_SIGNING_ALGORITHM]),
          v.description("The algorithms for which the server has keys. Clients expect RS256 by default."),
        ),
        rotation_seconds: seconds("How long a key signs before the next one does.", 90 * 86_400, 3600),
        publish_seconds: seconds(
          "How long a key is published before it signs, so that APIs with an older key set never meet a signature of it.",
          7 * 86_400,
          300,
        ),
        key_files: v.pipe(
          v.optional(v.array(someText), []),
          words({
            allowed: "paths of files, each with one private key: PEM, or a JWK",
            description:
              "Keys of your own, instead of those that the server makes. All are published; the last one of each algorithm signs. The files are read again at SIGHUP.",
          }),
        ),
      }),
      {},
    ),
    v.description("The keys that sign tokens."),
  ),
  account,
  audit,
  authorization_details_types: v.pipe(
    v.optional(v.pipe(v.array(authorizationDetailsType), v.maxLength(100)), []),
    v.description(
      "The types of authorization details that clients may ask people for (RFC 9396): docs/strict-profile.md.",
    ),
  ),
  places,
  sign_in: signIn,
  sign_up: signUp,
  lifetimes,
  limits,
  registration,
  client_id_metadata_documents: clientIdMetadataDocuments,
  dpop,
  mail,
  metrics,
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
              "Where this server may fetch keys, send sign-out notices and call webhooks although it is not on the public Internet. A host name may also have http.",
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
  passwords,
  telemetry,
  token_exchange: v.pipe(
    v.optional(v.pipe(v.array(exchangeRule), v.maxLength(200)), []),
    v.description(
      "Which clients may exchange tokens for others, to call an API for the person or client behind them (RFC 8693).",
    ),
  ),
  trusted_issuers: v.pipe(
    v.optional(v.pipe(v.array(trustedIssuer), v.maxLength(100)), []),
    v.description(
      "Issuers whose tokens authenticate workloads or stand for people: docs/workloads.md, docs/agents.md.",
    ),
  ),
  id_jag_audiences: v.pipe(
    v.optional(v.pipe(v.array(idJagAudience), v.maxLength(100)), []),
    v.description(
      "Other authorization servers for which clients get assertions that stand for people (ID-JAG): docs/agents.md.",
    ),
  ),
  webhooks: v.pipe(
    v.optional(v.pipe(v.array(webhook), v.maxLength(20)), []),
    v.description("Where the server tells of what happens: docs/webhooks.md."),
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
