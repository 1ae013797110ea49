/** Applies the clients and people of the configuration. Every start does so; it changes what has changed in the file. */
import type { NewPasswords } from "../accounts/new-password.ts";
import { passwordHashFault } from "../accounts/password-hashes.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { emailFault, newAccountRecord, personNameFault, usernameFault } from "../accounts/people.ts";
import { attributesFault, groupsFault, PROFILE_TEXT_NAMES, profileFault } from "../accounts/profile.ts";
import {
  checkedDeclaration,
  type DeclarationContext,
  declaredClient,
  isAsDeclared,
} from "../clients/declared.ts";
import { ConfigurationError, configurationMistakes } from "../configuration/error.ts";
import type { PersonDeclaration } from "../configuration/person-schema.ts";
import type { Configuration } from "../configuration/schema.ts";
import type { Log } from "../platform/log.ts";
import { FACTS_BYTES } from "../protocol/fact-size.ts";
import { type ClientId, foldUsername } from "../protocol/identifiers.ts";
import type { AccountChanges, ProfileChanges } from "../rules/account-changes.ts";
import { SERVER_ACT } from "../rules/events.ts";
import { sortedGroups } from "../rules/group.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { PersonProfile, PostalAddress } from "../store/tables/people.ts";
import { disableClient, everyClient, findClient, putClient, removeClient } from "./clients.ts";
import type { DecideContext } from "./decide.ts";
import { createGroup, findGroup, findGroupLike } from "./groups.ts";
import { collect } from "./paging.ts";
import {
  createAccount,
  declareAccount,
  disableAccount,
  everyDeclaredAccount,
  findAccountBySignInName,
  findAccountByUsername,
  removeAccount,
} from "./people.ts";

interface ApplyContext extends DeclarationContext, DecideContext {
  readonly log: Log;
}

export interface DeclarationOptions {
  /** The identifiers of the demonstration's clients, which go when it ends. */
  readonly demoClients?: ReadonlySet<string>;
  /** Whether a start removes what is no longer declared. Default: it disables it. */
  readonly prunes?: boolean;
}

const NO_CLIENTS: ReadonlySet<string> = new Set();

/**
 * Throws ConfigurationError if nothing is declared now and something was before: a start with the wrong file, or without
 * one, must not disable all of it.
 */
export async function requireStillDeclared(
  context: ApplyContext,
  { demoClients = NO_CLIENTS, prunes = false }: DeclarationOptions,
): Promise<void> {
  const { clients, people } = context.configuration;
  if (prunes || people.length > 0 || clients.some(({ client_id }) => !demoClients.has(client_id))) return;
  const isLeft = ({ disabledBy }: Pick<ClientRecord, "disabledBy">) => disabledBy !== "left_out";
  const leftClients = (await collect(everyClient(context, "configuration"))).filter(isLeft).length;
  const leftPeople = (await collect(everyDeclaredAccount(context))).filter(isLeft).length;
  if (leftClients + leftPeople === 0) return;
  throw new ConfigurationError(
    `The configuration declares no client and no person, but at an earlier start it declared ${counts(leftClients, leftPeople)}. If this is the wrong file, name the right one: --config FILE. To remove what was declared, with all access that it has, start once with --prune.`,
  );
}

/**
 * Throws ConfigurationError if a declared client is for a group, or closed to a group, that neither exists nor is a group of a declared
 * person. A misspelt group of `denied_groups` would let in the people whom it should keep out.
 */
export async function requireDeclaredGroups(context: ApplyContext): Promise<void> {
  const { clients, people } = context.configuration;
  const made = new Set(people.flatMap(({ groups = [] }) => groups));
  const problems: string[] = [];
  for (const { client_id, allowed_groups = [], denied_groups = [] } of clients) {
    for (const group of new Set([...allowed_groups, ...denied_groups])) {
      if (made.has(group) || (await findGroup(context, group)) !== null) continue;
      const like = await findGroupLike(context, group);
      problems.push(
        `The client '${client_id}' names the group '${group}', which does not exist. ${
          like === null ? `Make it: tessera group add ${group}` : `There is '${like.name}'.`
        }`,
      );
    }
  }
  if (problems.length > 0) throw configurationMistakes(problems);
}

const counts = (clients: number, people: number): string =>
  [
    ...(clients === 0 ? [] : [clients === 1 ? "1 client" : `${clients} clients`]),
    ...(people === 0 ? [] : [people === 1 ? "1 person" : `${people} people`]),
  ].join(" and ");

/**
 * The declared clients that exist already. Throws ConfigurationError if a declaration is not valid, or if a client of its
 * identifier has another source.
 */
async function findDeclaredClients(context: ApplyContext): Promise<Map<ClientId, ClientRecord>> {
  const found = new Map<ClientId, ClientRecord>();
  for (const declared of context.configuration.clients) {
    const { clientId } = checkedDeclaration(declared, context);
    const known = await findClient(context, clientId);
    if (known === null) continue;
    if (known.source === "registration" || known.source === "operator") {
      throw new ConfigurationError(
        `The client '${clientId}' is declared in the configuration but was created by ${
          known.source === "registration" ? "registration" : "the command line"
        }. Remove it with 'tessera client remove', or choose another client_id.`,
      );
    }
    found.set(clientId, known);
  }
  return found;
}

/**
 * Creates and updates the declared clients, and disables those that are no longer declared: a client that is declared again
 * comes back with all access that it had. It does not write clients that are as declared: the start would wait for the
 * disk for each. Throws ConfigurationError, before it changes anything, if a declaration is not valid.
 */
export async function applyDeclaredClients(
  context: ApplyContext,
  { demoClients = NO_CLIENTS, prunes = false }: DeclarationOptions = {},
): Promise<void> {
  const { configuration, clock, log } = context;
  const found = await findDeclaredClients(context);
  const records = configuration.clients.map((declared) =>
    declaredClient(declared, context, demoClients.has(declared.client_id) ? "demo" : "configuration"),
  );
  for (const record of records) {
    if (!isAsDeclared(found.get(record.clientId), record)) await putClient(context, SERVER_ACT, record);
  }
  const declaredIds = new Set<string>(records.map((record) => record.clientId));
  for (const source of ["configuration", "demo"] as const) {
    for await (const { clientId, disabledAt } of everyClient(context, source)) {
      if (declaredIds.has(clientId)) continue;
      if (prunes || source === "demo") await removeClient(context, SERVER_ACT, clientId, clock.seconds());
      else {
        if (disabledAt === null)
          await disableClient(context, SERVER_ACT, clientId, clock.seconds(), "left_out");
        log.warn("the configuration does not declare a client any more: the client is disabled", {
          client: clientId,
          advice: "declare it again, or remove it with tessera client remove",
        });
      }
    }
  }
}

interface PeopleContext extends ApplyContext {
  readonly passwords: Passwords;
  readonly newPasswords: NewPasswords;
}

/** The faults of the declared people, without a look at the store. An empty list means that there are none. */
export function declaredPeopleFaults({ people, limits }: Configuration): string[] {
  const usernames = new Set<string>();
  /** The person who is declared with each name for signing in. */
  const holders = new Map<string, string>();
  return people.flatMap((person) => {
    const { username, name, email, password, password_hash: passwordHash } = person;
    const fault = usernameFault(username);
    if (fault !== null) return [`The user name '${username}' in the configuration ${fault}.`];
    const folded = foldUsername(username);
    if (usernames.has(folded)) {
      return [`The configuration declares two people with the user name '${username}', ignoring case.`];
    }
    usernames.add(folded);
    const faults: string[] = [];
    const nameFault = name === undefined ? null : personNameFault(name);
    if (nameFault !== null) faults.push(`The name of '${username}' in the configuration ${nameFault}.`);
    const addressFault = email === undefined ? null : emailFault(email);
    if (addressFault !== null) {
      faults.push(`The address '${email}' of '${username}' in the configuration ${addressFault}.`);
    }
    for (const text of new Set([folded, ...(email === undefined ? [] : [foldUsername(email)])])) {
      const holder = holders.get(text);
      if (holder !== undefined) {
        faults.push(
          `The configuration declares '${text}' for '${holder}' and for '${username}', ignoring case. A person signs in with the user name or the e-mail address, so both belong to one person alone.`,
        );
      }
      holders.set(text, username);
    }
    if (password !== undefined && Buffer.byteLength(password) > limits.password_bytes) {
      faults.push(
        `The password of '${username}' in the configuration is longer than ${limits.password_bytes} bytes (limits.password_bytes).`,
      );
    }
    const hashFault = passwordHash === undefined ? null : passwordHashFault(passwordHash);
    if (hashFault !== null) {
      faults.push(`The password_hash of '${username}' in the configuration ${hashFault}.`);
    }
    const { profile, attributes, groups } = toldFacts(person);
    const found = profileFault(profile) ?? attributesFault(attributes) ?? groupsFault(groups);
    if (found !== null) {
      faults.push(
        `${found.fact} = ${JSON.stringify(found.value)} of '${username}' in the configuration ${found.fault}.`,
      );
    }
    return faults;
  });
}

const given = <Facts extends object>(facts: { readonly [Name in keyof Facts]?: unknown }): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Facts;

/** What a declaration says that applications may be told. */
function toldFacts(person: PersonDeclaration) {
  const { phone_number_verified, address, attributes, groups } = person;
  const profile = {
    ...Object.fromEntries(PROFILE_TEXT_NAMES.map((name) => [name, person[name]])),
    phone_number_verified,
    address: address && given<PostalAddress>(address),
  };
  return { profile: given<PersonProfile>(profile), attributes, groups: sortedGroups(groups) };
}

/** The values that differ; null for those that the declaration no longer has. */
function differing(before: object, next: object): Record<string, unknown> {
  const was = new Map<string, unknown>(Object.entries(before));
  const is = new Map<string, unknown>(Object.entries(next));
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return Object.fromEntries(
    names
      .filter((name) => !Bun.deepEquals(was.get(name), is.get(name)))
      .map((name) => [name, is.get(name) ?? null]),
  );
}

/**
 * Creates the declared people that are missing, and applies what has changed in a declaration since it was last applied. So
 * a person's own new password stays. It disables those who are no longer declared, and enables no person whom the operator
 * disabled. Throws ConfigurationError, before it changes anything, if a declared name belongs to a person who was not
 * declared.
 */
export async function applyDeclaredPeople(
  context: PeopleContext,
  { prunes = false }: DeclarationOptions = {},
): Promise<void> {
  const { configuration, clock, log } = context;
  const [fault] = declaredPeopleFaults(configuration);
  if (fault !== undefined) throw new ConfigurationError(fault);
  for (const person of configuration.people) await requireFreeNames(person, context);
  for (const person of configuration.people) await applyPerson(person, context);
  const declared = new Set(configuration.people.map(({ username }) => foldUsername(username)));
  for await (const { subject, username, disabledAt } of everyDeclaredAccount(context)) {
    if (declared.has(foldUsername(username))) continue;
    if (prunes) await removeAccount(context, SERVER_ACT, subject, clock.seconds());
    else {
      if (disabledAt === null)
        await disableAccount(context, SERVER_ACT, subject, clock.seconds(), "left_out");
      log.warn("the configuration does not declare a person any more: the person is disabled", {
        username,
        advice: "declare the person again, or keep the account with tessera user enable",
      });
    }
  }
}

/** Throws ConfigurationError if another person has the declared user name or e-mail address. */
async function requireFreeNames(
  { username, email }: PersonDeclaration,
  context: PeopleContext,
): Promise<void> {
  const known = await findAccountByUsername(context, username);
  if (known !== null && !known.isDeclared) {
    throw new ConfigurationError(
      `The configuration declares the person '${username}', but a person with this user name was added otherwise. Take the declaration out, or choose another user name.`,
    );
  }
  for (const text of [username, ...(email === undefined ? [] : [email])]) {
    const holder = await findAccountBySignInName(context, text);
    if (holder === null || holder.subject === known?.subject) continue;
    throw new ConfigurationError(
      `The configuration declares '${text}' for the person '${username}', but '${holder.username}' signs in with it. Give '${holder.username}' another address first: tessera user set ${holder.username} --email ADDRESS`,
    );
  }
}

function changedProfile(before: PersonProfile, next: PersonProfile): ProfileChanges {
  const { address: _, ...changes } = differing(before, next);
  const address = differing(before.address ?? {}, next.address ?? {});
  return { ...changes, ...(Object.keys(address).length > 0 && { address }) };
}

async function applyPerson(person: PersonDeclaration, context: PeopleContext): Promise<void> {
  const { clock, random } = context;
  const known = await findAccountByUsername(context, person.username);
  const { name = null, email = null, email_verified: emailVerified = null } = person;
  const { administrator, auditor } = person;
  const told = toldFacts(person);
  const before = known?.declaration ?? null;
  const passwordHash = await declaredHash(person, before?.passwordHash ?? null, context);
  const samePassword = passwordHash === before?.passwordHash;
  const declaration = { name, email, emailVerified, ...told, administrator, auditor, passwordHash };
  if (known === null) {
    await makeGroups(told.groups, context);
    const { username } = person;
    const about = { username, name, email, emailVerified, administrator, auditor, ...told };
    const account = { ...about, passwordHash, source: "configuration", declaration } as const;
    await createAccount(context, SERVER_ACT, newAccountRecord(account, clock, random));
    return;
  }
  if (known.disabledBy !== "left_out" && Bun.deepEquals(before, declaration)) return;
  const profile = changedProfile(before?.profile ?? {}, told.profile);
  const attributes = differing(before?.attributes ?? {}, told.attributes) as AccountChanges["attributes"];
  const joins = told.groups.filter((group) => !(before?.groups ?? []).includes(group));
  const leaves = (before?.groups ?? []).filter((group) => !told.groups.includes(group));
  const changes = {
    ...(before?.name !== name && { name }),
    ...(before?.email !== email && { email }),
    ...(before?.emailVerified !== emailVerified && { emailVerified: emailVerified ?? true }),
    ...(before?.administrator !== administrator && { administrator }),
    ...(before?.auditor !== auditor && { auditor }),
    ...(Object.keys(profile).length > 0 && { profile }),
    ...(attributes !== undefined && Object.keys(attributes).length > 0 && { attributes }),
    ...(joins.length > 0 && { joins }),
    ...(leaves.length > 0 && { leaves }),
    ...(!samePassword && { passwordHash }),
  };
  await makeGroups(joins, context);
  const outcome = await declareAccount(
    context,
    SERVER_ACT,
    known.subject,
    changes,
    declaration,
    clock.seconds(),
  );
  if (outcome === "too_long") {
    throw new ConfigurationError(
      `The configuration and the command line together say more of '${person.username}' than the ${FACTS_BYTES} bytes that tokens can carry.`,
    );
  }
}

/** The hash of the declared password: that of the last declaration, if the password is the same. */
async function declaredHash(
  { username, email, password, password_hash: declared }: PersonDeclaration,
  before: string | null,
  { passwords, newPasswords, log }: PeopleContext,
): Promise<string> {
  // checkConfiguration wants one of the two.
  if (declared !== undefined) return declared;
  if (password === undefined) throw new ConfigurationError(`The person '${username}' has no password.`);
  if (before !== null && (await passwords.verify(password, before))) return before;
  const reason = await newPasswords.fault(password, { username, email: email ?? null });
  // The operator decides, and may have declared it for a test.
  if (reason !== null) log.warn("a declared password is weak", { username, reason });
  return passwords.hash(password);
}

/** Makes those of the groups that do not exist: to name a group in the configuration is to declare it. */
async function makeGroups(names: readonly string[], context: PeopleContext): Promise<void> {
  const { clock } = context;
  for (const name of names) {
    if ((await findGroup(context, name)) !== null) continue;
    if ((await createGroup(context, SERVER_ACT, name, null, clock.seconds())) !== "similar") continue;
    const like = await findGroupLike(context, name);
    throw new ConfigurationError(
      `The configuration names the group '${name}', but there is '${like?.name}', and people would take one for the other. Write '${like?.name}', or another name.`,
    );
  }
}
