/** Rules between settings, and between settings and this machine. The schema has the rules for a single value. */

import { accessSync, constants } from "node:fs";
import type { Listener } from "../platform/listen.ts";
import { isAddressRange } from "../platform/listen-addresses.ts";
import { SOCKET_PATH_BYTES } from "../platform/listen-unix.ts";
import { isLoopbackHost, isLoopbackUrl } from "../platform/network.ts";
import { isDelegable, OWN_SCOPES } from "../protocol/catalogue.ts";
import {
  type ClaimMapping,
  claimNameFault,
  claimSourceFault,
  MAPPING_CLAIMS,
  namedClaims,
} from "../protocol/claim-mapping.ts";
import { foldUsername, hasBearerCharacters, type Scope } from "../protocol/identifiers.ts";
import { isManagementScope } from "../protocol/management-scopes.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import { CLAIM_NAMES } from "../protocol/standard-claims.ts";
import { PICTURES } from "./appearance-schema.ts";
import { checkAuthorizationDetails } from "./authorization-details-checks.ts";
import type { Finding } from "./finding.ts";
import { nameOf } from "./mistakes.ts";
import type { Configuration } from "./schema.ts";
import { hashKind } from "./secrets.ts";
import { formatPath, nearest, type SettingPath } from "./settings.ts";
import { checkTrust } from "./trust-checks.ts";
import { REFERENCES, SECRET_DIGEST } from "./values.ts";

/** The issuer of a server without a configured one: the address of its first listener that has one. */
export function defaultIssuer(listeners: readonly Listener[]): string {
  const { host = "localhost", port = 8080, tls } = listeners.find(({ unix }) => unix === undefined) ?? {};
  const name = ["0.0.0.0", "::", "*"].includes(host) ? "localhost" : host.includes(":") ? `[${host}]` : host;
  const scheme = tls ? "https" : "http";
  return port === (tls ? 443 : 80) ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
}

/** All faults. An empty list means that the program can start. */
export function checkConfiguration(configuration: Configuration): Finding[] {
  return [
    ...checkAuthorizationDetails(configuration),
    ...checkDemo(configuration),
    ...checkFiles(configuration),
    ...checkListeners(configuration),
    ...checkMail(configuration),
    ...checkMetrics(configuration),
    ...checkPasskeyDomain(configuration),
    ...checkProxies(configuration),
    ...checkSignUp(configuration),
    ...checkTokenExchange(configuration),
    ...checkUnique(configuration),
    ...checkIssuerIsNoResource(configuration),
    ...checkScopes(configuration),
    ...checkClaims(configuration),
    ...checkSecrets(configuration),
    ...checkPasswords(configuration),
    ...checkTrust(configuration),
  ];
}

/** Settings that are allowed but deserve a warning at every start. */
export function configurationWarnings(configuration: Configuration): string[] {
  const { issuer, registration, database, sign_in, metrics, telemetry } = configuration;
  const warnings: string[] = [];
  if (sign_in.email_code && !sendsMail(configuration)) {
    warnings.push(
      "sign_in.email_code is true, but this server sends no mail: no code signs a person in. Set mail.",
    );
  }
  if (issuer.startsWith("http:") && !isLoopbackUrl(issuer)) {
    warnings.push(
      `The issuer ${issuer} is not https: passwords and tokens travel in the clear. Put TLS in front, or set listen.tls, and use an https issuer.`,
    );
  }
  if (metrics.listen !== undefined && metrics.token === undefined && !isLoopbackHost(metrics.listen.host)) {
    warnings.push(
      `metrics.listen is ${metrics.listen.host} and there is no metrics.token: every host that reaches this address can read the metrics. Set a token, or keep others from the port.`,
    );
  }
  const { otlp_endpoint: collector } = telemetry;
  if (collector?.startsWith("http:") && !isLoopbackUrl(collector)) {
    warnings.push(
      `telemetry.otlp_endpoint = ${collector} is not https: the headers for the collector and all log records travel in the clear.`,
    );
  }
  if (registration.mode === "token" && registration.initial_access_tokens.length === 0) {
    warnings.push(
      "registration.mode is 'token', but registration.initial_access_tokens is empty: no client can be registered.",
    );
  }
  if (database.url !== undefined && !isSafeWay(database.url)) {
    // The warning shows the URL without its user and password.
    warnings.push(
      `The way to PostgreSQL at ${new URL(database.url).host} is not protected: who sits on it can read and change everything. Say sslmode=verify-full in DATABASE_URL (…/database?sslmode=verify-full).`,
    );
  }
  return warnings;
}

/** The other values of sslmode encrypt at most; they accept any certificate. */
const VERIFYING = ["verify-ca", "verify-full"];

const isSafeWay = (databaseUrl: string): boolean =>
  isLoopbackUrl(databaseUrl) || VERIFYING.includes(new URL(databaseUrl).searchParams.get("sslmode") ?? "");

function* checkDemo({ demo, issuer }: Configuration): Generator<Finding> {
  // The demonstration's passwords and secrets are public, so its issuer must be this machine.
  if (demo && !isLoopbackUrl(issuer)) {
    yield {
      path: ["demo"],
      text: `demo = true is only for an issuer on this machine, such as http://localhost:8080; the issuer is ${issuer}.`,
    };
  }
}

/** What a monitoring system can send, and strangers cannot guess: nothing limits attempts at it. */
const LEAST_TOKEN = 20;

function* checkMetrics({ metrics }: Configuration): Generator<Finding> {
  const { token } = metrics;
  if (token === undefined) return;
  const path = ["metrics", "token"];
  const fault = secretFault("registration", token);
  if (fault !== null) yield { path, text: `metrics.token: ${fault}` };
  else if (token.length < LEAST_TOKEN)
    yield {
      path,
      text: `metrics.token has ${token.length} characters. It must have ${LEAST_TOKEN} or more: openssl rand -hex 32`,
    };
}

/** Links that give access, and the password of the mail server, travel on this way. */
function* checkMail({ mail }: Configuration): Generator<Finding> {
  if (mail === undefined) return;
  if (mail.security === "none" && !mail.allow_clear && !isLoopbackHost(mail.host)) {
    yield {
      path: ["mail", "security"],
      text: `mail.security = "none" is only for a mail server on this machine; ${mail.host} is another. Use "starttls" or "tls". Over a network that you trust: mail.allow_clear = true.`,
    };
  }
  if ((mail.user === undefined) !== (mail.password === undefined)) {
    const [there, missing] = mail.user === undefined ? ["password", "user"] : ["user", "password"];
    yield {
      path: ["mail", there],
      text: `mail.${there} is set, and mail.${missing} is not. A sign-in at the mail server needs both.`,
    };
  }
}

/** WebAuthn §5.1.2: browsers refuse any other domain. */
function* checkPasskeyDomain({ issuer, sign_in }: Configuration): Generator<Finding> {
  const { passkey_domain: domain } = sign_in;
  const { hostname } = new URL(issuer);
  if (domain === undefined || hostname === domain || hostname.endsWith(`.${domain}`)) return;
  yield {
    path: ["sign_in", "passkey_domain"],
    text: `sign_in.passkey_domain = ${JSON.stringify(domain)} must be the host of the issuer or a domain above it; the issuer is ${issuer}.`,
  };
}

function* checkFiles({
  listen,
  appearance,
  clients,
  mail,
  metrics,
  places,
  client_certificates,
  trusted_issuers,
}: Configuration): Generator<Finding> {
  const files: [SettingPath, string][] = listen.flatMap(({ tls }, index): [SettingPath, string][] =>
    tls === undefined
      ? []
      : [
          [["listen", index, "tls", "certificate"], tls.certificate],
          [["listen", index, "tls", "key"], tls.key],
        ],
  );
  if (metrics.listen?.tls !== undefined) {
    const { certificate, key } = metrics.listen.tls;
    files.push([["metrics", "listen", "tls", "certificate"], certificate]);
    files.push([["metrics", "listen", "tls", "key"], key]);
  }
  if (mail?.authority !== undefined) files.push([["mail", "authority"], mail.authority]);
  if (places.database !== undefined) files.push([["places", "database"], places.database]);
  for (const name of PICTURES) {
    const file = appearance[name];
    if (file !== undefined) files.push([["appearance", name], file]);
  }
  for (const [index, { logo, jwks_file }] of clients.entries()) {
    if (logo !== undefined) files.push([["clients", index, "logo"], logo]);
    if (jwks_file !== undefined) files.push([["clients", index, "jwks_file"], jwks_file]);
  }
  const authorities = client_certificates?.authorities;
  if (authorities !== undefined) files.push([["client_certificates", "authorities"], authorities]);
  for (const [index, { jwks_file }] of trusted_issuers.entries()) {
    if (jwks_file !== undefined) files.push([["trusted_issuers", index, "jwks_file"], jwks_file]);
  }
  for (const [path, file] of files) {
    if (!isReadable(file)) {
      yield {
        path,
        text: `${formatPath(path)} = ${JSON.stringify(file)}: there is no such file, or this user may not read it.`,
      };
    }
  }
}

function* checkListeners({ listen, workers }: Configuration): Generator<Finding> {
  for (const [index, { host, port, tls, unix }] of listen.entries()) {
    if (unix === undefined) continue;
    const path = ["listen", index, "unix"];
    const name = formatPath(path);
    // Host and port of a listener that names none.
    if (host !== "localhost" || port !== 8080 || tls !== undefined) {
      yield {
        path,
        text: `${name} takes the place of host, port and tls, which this listener has too. Write a [[listen]] for each.`,
      };
    }
    if (Buffer.byteLength(unix) > SOCKET_PATH_BYTES) {
      yield {
        path,
        text: `${name} = ${JSON.stringify(unix)} is too long for the path of a socket. It must have at most ${SOCKET_PATH_BYTES} bytes.`,
      };
    }
    if (workers > 1) {
      yield {
        path,
        text: `${name}: only one process can take a unix socket, and workers = ${workers}. Use a port of this machine (host = "127.0.0.1"), or workers = 1.`,
      };
    }
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function* checkClaims({ claims, clients, scopes }: Configuration): Generator<Finding> {
  const known: string[] = [...OWN_SCOPES, ...scopes].map(({ name }) => name);
  for (const [scope, mapping] of Object.entries(claims.scopes)) {
    const path = ["claims", "scopes", scope];
    if (!known.includes(scope)) {
      yield { path, text: `${formatPath(path)}: there is no scope '${scope}'. Declare it in [[scopes]].` };
    }
    yield* mappingFindings(path, Array.isArray(mapping) ? namedClaims(mapping, CLAIM_NAMES) : mapping);
  }
  for (const [index, client] of clients.entries())
    yield* mappingFindings(["clients", index, "claims"], client.claims ?? {});
}

function* mappingFindings(path: SettingPath, mapping: ClaimMapping): Generator<Finding> {
  const entries = Object.entries(mapping);
  if (entries.length > MAPPING_CLAIMS) {
    yield { path, text: `${formatPath(path)} has ${entries.length} claims. It may have ${MAPPING_CLAIMS}.` };
  }
  for (const [name, source] of entries) {
    const fault = claimNameFault(name, source);
    const wrong = claimSourceFault(source, CLAIM_NAMES);
    const place = [...path, name];
    if (fault !== null) yield { path: place, text: `${formatPath(path)}: the claim '${name}' ${fault}.` };
    else if (wrong !== null)
      yield { path: place, text: `${formatPath(place)} = ${JSON.stringify(source)} ${wrong}.` };
  }
}

function* checkProxies({ trusted_proxies, client_certificates }: Configuration): Generator<Finding> {
  if (client_certificates !== undefined && trusted_proxies.length === 0) {
    yield {
      path: ["client_certificates"],
      text: "client_certificates: the certificates of clients come from a proxy, and trusted_proxies names none. Name the proxy where the TLS of these clients ends.",
    };
  }
  for (const [index, range] of trusted_proxies.entries()) {
    if (isAddressRange(range)) continue;
    yield {
      path: ["trusted_proxies", index],
      text: `trusted_proxies.${index} = ${JSON.stringify(range)} is not allowed. It must be an address (10.0.0.7), a network (10.0.0.0/8, fd00::/8) or one of the words loopback and unix.`,
    };
  }
}

/** Whether this server sends mail. */
export const sendsMail = (configuration: object): boolean =>
  "mail" in configuration && configuration.mail !== undefined;

/** Without a mail that proves the address, a person can write any. */
function* checkSignUp(configuration: Configuration): Generator<Finding> {
  const { domains } = configuration.sign_up;
  if (domains.length === 0 || sendsMail(configuration)) return;
  yield {
    path: ["sign_up", "domains"],
    text: `sign_up.domains = ${JSON.stringify(domains)}: this server sends no mail, so it cannot tell to whom an address belongs, and the list would keep out no stranger. Set mail, or leave the list out and use sign_up.approval.`,
  };
}

function* checkIssuerIsNoResource({ issuer, resources }: Configuration): Generator<Finding> {
  for (const [index, { identifier }] of resources.entries()) {
    if (!sameResource(identifier, issuer)) continue;
    yield {
      path: ["resources", index, "identifier"],
      text: `resources.${index}.identifier = ${JSON.stringify(identifier)} is the issuer, which is a resource by itself. Choose the address of the API.`,
    };
  }
}

/** A rule about an API or a scope that does not exist gives nothing, and says so nowhere else. */
function* checkTokenExchange(configuration: Configuration): Generator<Finding> {
  const { issuer, resources, token_exchange: rules } = configuration;
  const isDeclared = (name: string) => resources.some(({ identifier }) => sameResource(identifier, name));
  for (const [index, { from_resources = [], resources: targets, scopes = [] }] of rules.entries()) {
    for (const [member, names] of Object.entries({ from_resources, resources: targets })) {
      for (const [place, name] of names.entries()) {
        if (isDeclared(name) || (member === "from_resources" && sameResource(name, issuer))) continue;
        const path = ["token_exchange", index, member, place];
        yield {
          path,
          text: sameResource(name, issuer)
            ? `${formatPath(path)} = ${JSON.stringify(name)} is this server itself. An exchanged token is for your APIs only.`
            : `${formatPath(path)} = ${JSON.stringify(name)}: there is no such API. Declare it in [[resources]].`,
        };
      }
    }
    for (const [place, name] of scopes.entries()) {
      if (isDelegable(name as Scope)) continue;
      const path = ["token_exchange", index, "scopes", place];
      yield {
        path,
        text: `${formatPath(path)} = ${JSON.stringify(name)}: no exchanged token has this scope, which is for this server itself.`,
      };
    }
  }
}

const same = (one: string, other: string): boolean => one === other;
const sameUsername = (one: string, other: string): boolean => foldUsername(one) === foldUsername(other);

function* checkUnique({ scopes, resources, clients, people, webhooks }: Configuration): Generator<Finding> {
  const lists = [
    ["scopes", "name", scopes.map((entry) => entry.name), same],
    ["resources", "identifier", resources.map((entry) => entry.identifier), sameResource],
    ["clients", "client_id", clients.map((entry) => entry.client_id), same],
    ["webhooks", "name", webhooks.map((entry) => entry.name), same],
    ["people", "username", people.map((entry) => entry.username), sameUsername],
  ] as const;
  for (const [list, member, values, isSame] of lists) {
    for (const [index, value] of values.entries()) {
      if (values.findIndex((earlier) => isSame(earlier, value)) === index) continue;
      const key = `${list}.${index}.${member}`;
      yield {
        path: [list, index, member],
        text: `${key} = ${JSON.stringify(value)} is there twice. Each must be different.`,
      };
    }
  }
}

function* checkScopes(configuration: Configuration): Generator<Finding> {
  const known = new Set<string>([...OWN_SCOPES, ...configuration.scopes].map((entry) => entry.name));
  const { registration } = configuration;
  const named: [SettingPath, readonly string[]][] = [
    [["registration", "scope"], registration.scope ?? []],
    [["registration", "client_credentials_scope"], registration.client_credentials_scope],
    ...configuration.resources.map((resource, index): [SettingPath, readonly string[]] => [
      ["resources", index, "scopes"],
      resource.scopes,
    ]),
    ...configuration.token_exchange.map((rule, index): [SettingPath, readonly string[]] => [
      ["token_exchange", index, "scopes"],
      rule.scopes ?? [],
    ]),
    ...configuration.clients.flatMap((client, index): [SettingPath, readonly string[]][] => [
      [["clients", index, "scope"], client.scope ?? []],
      [["clients", index, "default_scope"], client.default_scope ?? []],
    ]),
  ];
  for (const [path, scope] of named) {
    for (const name of scope) {
      if (path[0] === "registration" && isManagementScope(name))
        yield {
          path,
          text: `${nameOf(path, configuration)}: a client that registers itself cannot have the scope '${name}', because it could manage this server.`,
        };
      if (known.has(name)) continue;
      const near = nearest(name, known);
      yield {
        path,
        text: `${nameOf(path, configuration)}: the scope '${name}' does not exist. ${near ? `Did you mean '${near}'? Otherwise declare` : "Declare"} it in [[scopes]].`,
      };
    }
  }
}

function* checkSecrets(configuration: Configuration): Generator<Finding> {
  const secrets: [SettingPath, string][] = [
    ...configuration.registration.initial_access_tokens.map((secret, index): [SettingPath, string] => [
      ["registration", "initial_access_tokens", index],
      secret,
    ]),
    ...configuration.clients.flatMap((client, index) =>
      client.secrets.map((secret, place): [SettingPath, string] => [
        ["clients", index, "secrets", place],
        secret,
      ]),
    ),
    ...configuration.people.flatMap(({ password }, index): [SettingPath, string][] =>
      password === undefined ? [] : [[["people", index, "password"], password]],
    ),
  ];
  for (const [path, secret] of secrets) {
    const fault = secretFault(String(path[0]), secret);
    if (fault !== null) yield { path, text: `${nameOf(path, configuration)}: ${fault}` };
  }
}

function* checkPasswords({ people }: Configuration): Generator<Finding> {
  for (const [index, { username, password, password_hash }] of people.entries()) {
    if ((password === undefined) !== (password_hash === undefined)) continue;
    yield {
      path: ["people", index, "password"],
      text: `people.${index}: ${JSON.stringify(username)} needs a password or a password_hash${password === undefined ? "" : ", and not both"}.`,
    };
  }
}

function secretFault(list: string, secret: string): string | null {
  const isPassword = list === "people";
  // A malformed digest would count as the secret itself, but people do not keep digests as safe as secrets.
  if (/^sha-?[0-9]+:/i.test(secret)) {
    if (isPassword) return `a password cannot be given as a digest. Write the password, ${REFERENCES}.`;
    return SECRET_DIGEST.test(secret)
      ? null
      : 'a digest is "sha256:" and 64 hexadecimal digits; this one is not.';
  }
  const kind = hashKind(secret);
  if (kind !== null) {
    return isPassword
      ? `this is a hash (${kind}), not the password. Write it as password_hash.`
      : `this is a hash (${kind}), not the secret. Write the secret itself, or "sha256:" and its SHA-256.`;
  }
  // RFC 6750 §2.1: clients cannot send a token with other characters.
  if (list === "registration" && !hasBearerCharacters(secret)) {
    return "clients send it as a bearer token, so it has only letters, digits and -._~+/ (and = at its end).";
  }
  return null;
}
