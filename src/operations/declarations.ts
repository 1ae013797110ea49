/** Applies the clients and people of the configuration. Every start does so, with the same result each time. */
import type { Passwords } from "../accounts/passwords.ts";
import { newAccountRecord, usernameFault } from "../accounts/people.ts";
import {
  checkedDeclaration,
  type DeclarationContext,
  declaredClient,
  isAsDeclared,
} from "../clients/declared.ts";
import { ConfigurationError } from "../configuration/error.ts";
import type { Configuration, PersonDeclaration, SecretReference } from "../configuration/schema.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import { SERVER_ACT } from "../rules/events.ts";
import type { ClientRecord } from "../store/tables.ts";
import { everyClient, findClient, putClient, removeClient } from "./clients.ts";
import type { DecideContext } from "./decide.ts";
import { createAccount, findAccountByUsername, setPassword } from "./people.ts";

interface ApplyContext extends DeclarationContext, DecideContext {}

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
    if (known.source !== "configuration") {
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
 * Creates and updates the declared clients, and removes those that are no longer declared. It does not write clients that
 * are as declared: the start would wait for the disk for each.
 * Throws ConfigurationError, before it changes anything, if a declaration is not valid.
 */
export async function applyDeclaredClients(context: ApplyContext): Promise<void> {
  const { configuration, clock } = context;
  const found = await findDeclaredClients(context);
  const records = configuration.clients.map((declared) => declaredClient(declared, context));
  for (const record of records) {
    if (!isAsDeclared(found.get(record.clientId), record)) await putClient(context, SERVER_ACT, record);
  }
  const declaredIds = new Set<string>(records.map((record) => record.clientId));
  for await (const client of everyClient(context, "configuration")) {
    if (declaredIds.has(client.clientId)) continue;
    await removeClient(context, SERVER_ACT, client.clientId, clock.seconds());
  }
}

interface PeopleContext extends ApplyContext {
  readonly passwords: Passwords;
}

/** The faults of the declared people, without a look at the store. An empty list means that there are none. */
export const declaredPeopleFaults = ({ people, limits }: Configuration): string[] =>
  people.flatMap(({ username, password }) => {
    const fault = usernameFault(username);
    if (fault !== null) return [`The user name '${username}' in the configuration ${fault}.`];
    if (Buffer.byteLength(passwordOf(username, password)) <= limits.password_bytes) return [];
    return [
      `The password of '${username}' in the configuration is longer than ${limits.password_bytes} bytes (limits.password_bytes).`,
    ];
  });

/**
 * Creates the declared people that are missing, and sets declared passwords that have changed. Applying the same
 * declarations again changes nothing: setting the same password again would end the person's sessions.
 * It removes no person, and enables no person whom the operator disabled.
 */
export async function applyDeclaredPeople(context: PeopleContext): Promise<void> {
  const [fault] = declaredPeopleFaults(context.configuration);
  if (fault !== undefined) throw new ConfigurationError(fault);
  for (const person of context.configuration.people) await applyPerson(person, context);
}

async function applyPerson(person: PersonDeclaration, context: PeopleContext): Promise<void> {
  const { passwords, clock, random } = context;
  const password = passwordOf(person.username, person.password);
  const known = await findAccountByUsername(context, person.username);
  if (known === null) {
    const passwordHash = await passwords.hash(password);
    const account = newAccountRecord({ ...person, passwordHash, source: "configuration" }, clock, random);
    await createAccount(context, SERVER_ACT, account);
    return;
  }
  if (await passwords.verify(password, known.passwordHash)) return;
  await setPassword(context, SERVER_ACT, known.subject, await passwords.hash(password));
}

function passwordOf(username: string, reference: SecretReference): string {
  if (typeof reference === "string") return reference;
  const value = process.env[reference.env];
  if (value) return value;
  throw new ConfigurationError(
    `The environment variable ${reference.env} is not set; the password of '${username}' refers to it.`,
  );
}
