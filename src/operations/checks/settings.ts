/** Checks of settings that are allowed and deserve a word, of secrets that are easy to guess, and of processes. */
import { availableParallelism } from "node:os";
import { readHash } from "../../accounts/password-hashes.ts";
import { declaredClientWarnings } from "../../clients/declared.ts";
import { secretText } from "../../clients/secret-reference.ts";
import { configurationWarnings } from "../../configuration/checks.ts";
import { isLoopbackUrl } from "../../platform/network.ts";
import { canSignFor } from "../../protocol/security-profile.ts";
import { everyClient } from "../clients.ts";
import { type Check, failure, foundOr, note, ok, skipped, warning } from "./check.ts";

const general: Check = {
  id: "settings.warnings",
  title: "Settings",
  about: "The configuration has none of the settings about which a start warns.",
  cure: "The warning names the setting: [configuration.md](configuration.md).",
  run: ({ configuration }) =>
    foundOr(
      "The configuration is fine.",
      configurationWarnings(configuration).map((words) =>
        warning(words, "docs/configuration.md has the setting."),
      ),
    ),
};

const demo: Check = {
  id: "settings.demo",
  title: "Demonstration",
  about: "The demonstration is off: its passwords and secrets are public.",
  cure: "Take `demo` out of the configuration.",
  run: ({ configuration }) =>
    foundOr("Off.", [
      configuration.demo &&
        warning(
          "The demonstration is on: everyone knows its passwords.",
          "Take demo out of the configuration.",
        ),
    ]),
};

const log: Check = {
  id: "settings.log",
  title: "Log",
  about:
    "The log has warnings and errors, and is not at the level for looking for faults, which fills disks.",
  cure: '`log.level = "info"`',
  run({
    configuration: {
      log: { level },
    },
  }) {
    const cure = 'Use log.level = "info".';
    if (level === "debug") return [warning("log.level is debug: every request gets lines.", cure)];
    if (level === "silent") return [warning("log.level is silent: faults stay unseen.", cure)];
    return [ok(`log.level is ${level}.`)];
  },
};

const registration: Check = {
  id: "settings.registration",
  title: "Registration",
  about:
    "Strangers cannot register applications or make accounts that you vouch for. That applications may register themselves is usual where MCP clients are used.",
  cure: '`registration.mode = "off"` without MCP clients; `sign_up.approval = true`: [registration.md](registration.md).',
  run({ configuration: { registration: settings, sign_up, issuer } }) {
    const isPublic = !isLoopbackUrl(issuer);
    const isOpen = settings.mode === "open";
    return foundOr("Strangers make nothing here that counts as yours.", [
      isOpen &&
        settings.vouched &&
        failure(
          "Anyone may register an application, and you vouch for each of them: people are not warned.",
          'Set registration.vouched = false, or registration.mode = "token".',
        ),
      isOpen &&
        !settings.vouched &&
        isPublic &&
        note(
          "Anyone may register an application. People are warned of those that you did not vouch for.",
          'Without MCP clients it is not needed: registration.mode = "off"',
        ),
      settings.mode !== "off" &&
        !settings.require_pkce &&
        warning(
          "Applications that register themselves may leave PKCE out (RFC 9700 section 2.1.1).",
          "Set registration.require_pkce = true once no such application is left.",
        ),
      sign_up.mode === "open" &&
        sign_up.domains.length === 0 &&
        !sign_up.approval &&
        warning(
          "Anyone may make an account, and it needs no approval.",
          "Set sign_up.approval = true or sign_up.domains, unless this is a public service.",
        ),
    ]);
  },
};

const resources: Check = {
  id: "settings.resources",
  title: "Unknown resources",
  about: "Tokens are for APIs that the configuration names, and not for any address that a client asks for.",
  cure: "Declare your APIs in `[[resources]]`.",
  run: ({ configuration }) =>
    foundOr("Tokens are for the APIs that you declared.", [
      configuration.unknown_resources === "accept" &&
        warning(
          "unknown_resources is accept: a client gets tokens for any address that it names.",
          'Declare your APIs in [[resources]], and set unknown_resources = "refuse".',
        ),
    ]),
};

const declared: Check = {
  id: "clients.declared",
  title: "Declared applications",
  about: "The applications of the configuration have long secrets, redirect URIs over https, and PKCE.",
  cure: "Change it in `[[clients]]` and in the application. Secrets: `openssl rand -hex 32`.",
  run: ({ configuration }) =>
    foundOr(
      configuration.clients.length === 0 ? "None is declared." : "They are fine.",
      declaredClientWarnings(configuration).map((words) =>
        warning(words, "Change it in [[clients]] and in the application."),
      ),
    ),
};

/** How many are looked at: reading a million would take minutes. */
const MOST_CLIENTS = 10_000;
const MOST_NAMED = 5;

const firstOf = (names: readonly string[]): string =>
  names.slice(0, MOST_NAMED).join(", ") +
  (names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} others` : "");

const exemptions: Check = {
  id: "clients.pkce",
  title: "PKCE",
  about:
    "Every application that you added does PKCE (RFC 9700 section 2.1.1), without which a stolen code is a sign-in.",
  cure: "`tessera client set ID --pkce`, if the application can do it by now.",
  async run(context) {
    const exempt: string[] = [];
    let seen = 0;
    for await (const { clientId, requirePkce, disabledAt, source } of everyClient(context)) {
      seen += 1;
      if (seen > MOST_CLIENTS) break;
      if (!requirePkce && disabledAt === null && source === "operator") exempt.push(clientId);
    }
    if (exempt.length === 0) return [ok("No application that you added is exempt.")];
    return [
      warning(
        `Exempt from PKCE: ${firstOf(exempt)}.`,
        `If the application can do it by now: tessera client set ${exempt[0]} --pkce`,
      ),
    ];
  },
};

const profiles: Check = {
  id: "clients.profile",
  title: "Strict profile",
  about:
    "The server signs with an algorithm that the security profiles of its applications allow. Without one it does nothing for these applications.",
  cure: "`signing.algorithms` has PS256, ES256 or EdDSA: [strict-profile.md](strict-profile.md).",
  async run(context) {
    const { algorithms } = context.configuration.signing;
    const unserved: string[] = [];
    let seen = 0;
    for await (const { clientId, securityProfile, disabledAt } of everyClient(context)) {
      seen += 1;
      if (seen > MOST_CLIENTS) break;
      if (disabledAt === null && !canSignFor({ securityProfile }, algorithms)) unserved.push(clientId);
    }
    if (unserved.length === 0) return [ok("The server can sign for every application.")];
    return [
      failure(
        `signing.algorithms has none that the profile of these applications allows: ${firstOf(unserved)}.`,
        `Add one: signing.algorithms = ${JSON.stringify([...algorithms, "ES256"])}`,
      ),
    ];
  },
};

/** The same bound as for the secrets of clients. */
const SHORT_TOKEN = 20;

const tokens: Check = {
  id: "secrets.registration",
  title: "Initial access tokens",
  about: "The tokens with which applications may be registered are long enough that they cannot be guessed.",
  cure: "`openssl rand -hex 32`",
  run({
    configuration: {
      registration: { initial_access_tokens, mode },
    },
  }) {
    if (mode !== "token") return [skipped("None is used.")];
    const known = initial_access_tokens.flatMap((reference) => secretText(reference) ?? []);
    return foundOr("They are long.", [
      known.some((text) => text.length < SHORT_TOKEN) &&
        warning(
          `One of registration.initial_access_tokens is shorter than ${SHORT_TOKEN} characters.`,
          "Generate one: openssl rand -hex 32",
        ),
    ]);
  },
};

/** OWASP, Password Storage Cheat Sheet (2025): the least work for each form. A salted SHA is always too quick. */
function isQuick({ form, work }: { readonly form: string; readonly work: string }): boolean {
  const [first = 0, second = 0] = (work.match(/\d+/g) ?? []).map(Number);
  switch (form) {
    case "argon2":
      return first * second < 19_456 * 2;
    case "bcrypt":
      return first < 10;
    case "scrypt":
      return first < 2 ** 15;
    case "PBKDF2":
      // `sha256 600000 1`: the first number is a part of the digest's name.
      return second < (/sha512/.test(work) ? 210_000 : 600_000) / 4;
    default:
      return true;
  }
}

const hashes: Check = {
  id: "secrets.passwords",
  title: "Declared passwords",
  about:
    "The password hashes in the configuration take work to guess. One of another server is renewed when its person signs in, and the one in the file stays as it is.",
  cure: "Make them with argon2 or bcrypt of cost 12, or let these people set a password: `tessera user reset-link NAME`.",
  run({ configuration: { people } }) {
    const quick = people.filter(({ password_hash: hash }) => {
      const read = hash === undefined ? null : readHash(hash);
      return read !== null && !("fault" in read) && isQuick(read);
    });
    const short = people.filter(({ password }) => password !== undefined && [...password].length < 12);
    const namesOf = (found: typeof people) => found.map(({ username }) => username).join(", ");
    return foundOr("None is weak.", [
      quick.length > 0 &&
        warning(
          `The password hashes of ${namesOf(quick)} are quick to guess for someone who reads the configuration.`,
          "Make them with argon2 or bcrypt of cost 12, or let these people set a password: tessera user reset-link NAME",
        ),
      short.length > 0 &&
        warning(
          `The passwords of ${namesOf(short)} in the configuration are short.`,
          "Declared people are for demonstrations and tests; add others with tessera user add.",
        ),
    ]);
  },
};

const workers: Check = {
  id: "server.workers",
  title: "Workers",
  about: "There are no more processes than the machine has processors: more of them only take memory.",
  cure: "Set `workers` to the number of processors.",
  run({ configuration: { workers: wanted } }) {
    const processors = availableParallelism();
    const words = `${wanted === 1 ? "1 process" : `${wanted} processes`} on ${processors === 1 ? "1 processor" : `${processors} processors`}.`;
    return wanted > processors ? [warning(words, `Set workers = ${processors}.`)] : [ok(words)];
  },
};

export const SETTINGS_CHECKS = [
  general,
  demo,
  log,
  registration,
  resources,
  declared,
  exemptions,
  profiles,
  tokens,
  hashes,
  workers,
] as const;
