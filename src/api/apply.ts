/**
 * A file of groups, people and clients, and what must happen so that the server has them (`tessera apply`). The members are those of
 * the management API. What a file does not name stays as it is.
 */
import * as v from "valibot";
import { changedMetadata } from "../clients/change.ts";
import { everyClient, findClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { everyGroup, findGroup, listManagers } from "../operations/groups.ts";
import type { ManagingContext } from "../operations/management/authority.ts";
import {
  changeManagedClient,
  checkNewMetadata,
  createManagedClient,
  disableManagedClient,
  enableManagedClient,
  removeManagedClient,
} from "../operations/management/clients.ts";
import {
  addGroup,
  changeManager,
  describeKnownGroup,
  removeKnownGroup,
} from "../operations/management/groups.ts";
import {
  changePerson,
  checkWish,
  createPersonOfHash,
  disablePerson,
  enablePerson,
  removePerson,
} from "../operations/management/people.ts";
import { collect } from "../operations/paging.ts";
import { everyAccount, findAccountByUsername } from "../operations/people.ts";
import { OAuthError } from "../protocol/errors.ts";
import { foldUsername } from "../protocol/identifiers.ts";
import { isUnprotected } from "../protocol/redirect-uri.ts";
import type { Authority } from "../rules/role.ts";
import { type ClientRecord, describesItself } from "../store/tables/clients.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { type ChangedClientBody, clientFacts, withLanguages } from "./client-schemas.ts";
import { clientWishOf } from "./clients.ts";
import { describePerson } from "./describe.ts";
import { describeForOperator } from "./describe-client.ts";
import { personWishOf } from "./people.ts";
import { personFacts } from "./schemas.ts";

export type ApplyContext = ManagingContext & Pick<Context, "issuer" | "linkMails">;

// ── The file ───────────────────────────────────────────────────────────────────────────────────────────────

const groupEntry = v.strictObject({
  name: v.string(),
  description: v.optional(v.nullable(v.string())),
  managers: v.optional(v.array(v.string())),
});

const personEntry = v.strictObject({
  username: v.string(),
  ...personFacts,
  disabled: v.optional(v.boolean()),
});

/** As a text or, as in the configuration, as a list. */
const scopeEntry = v.optional(
  v.union([
    v.string(),
    v.pipe(
      v.array(v.string()),
      v.transform((names) => names.join(" ")),
    ),
  ]),
);

const clientEntry = withLanguages({
  ...clientFacts,
  client_id: v.string(),
  scope: scopeEntry,
  default_scope: scopeEntry,
  disabled: v.optional(v.boolean()),
});

const applyFile = v.strictObject({
  groups: v.optional(v.array(groupEntry)),
  people: v.optional(v.array(personEntry)),
  clients: v.optional(v.array(clientEntry)),
});

export type ApplyFile = v.InferOutput<typeof applyFile>;
type GroupEntry = v.InferOutput<typeof groupEntry>;
type PersonEntry = v.InferOutput<typeof personEntry>;
type ClientEntry = v.InferOutput<typeof clientEntry>;

/** The file in a value that was read from TOML or JSON; a text for its first mistake. */
export function readApplyFile(value: unknown): ApplyFile | string {
  if (typeof value === "object" && value !== null)
    for (const name of ["scopes", "resources"])
      if (Object.hasOwn(value, name))
        return `${name}: scopes and resources belong to the configuration of the server (tessera.toml).`;
  const checked = v.safeParse(applyFile, value);
  if (!checked.success) {
    const [issue] = checked.issues;
    const path = v.getDotPath(issue);
    if (issue.type === "strict_object" && issue.expected === "never")
      return `There is no member '${path}' here.`;
    return issue.received === "undefined" ? `'${path}' is missing.` : `'${path}': ${issue.message}.`;
  }
  const { groups = [], people = [], clients = [] } = checked.output;
  return (
    repeated(
      "group",
      groups.map(({ name }) => name),
    ) ??
    repeated(
      "person",
      people.map(({ username }) => foldUsername(username)),
    ) ??
    repeated(
      "client",
      clients.map(({ client_id }) => client_id),
    ) ??
    checked.output
  );
}

function repeated(kind: string, names: readonly string[]): string | null {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `The ${kind} '${twice}' is there twice.`;
}

// ── The plan ───────────────────────────────────────────────────────────────────────────────────────────────

/** A member that is to change; `before` is undefined for an object that is to be added. */
export interface Difference {
  readonly member: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface PlannedChange {
  readonly action: "add" | "change" | "remove";
  readonly kind: "group" | "person" | "client";
  readonly name: string;
  readonly differences: readonly Difference[];
  /** Resolves to the secret of a new client; null for everything else. */
  carryOut(): Promise<string | null>;
}

/** A mistake in an object of the file. */
export class ApplyError extends Error {}

const isGone = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

const isSame = (one: unknown, other: unknown): boolean =>
  (isGone(one) && isGone(other)) || Bun.deepEquals(one, other);

const differing = (before: object, after: object): Difference[] => {
  const was = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([member, value]) => !isSame(was.get(member), value))
    .map(([member, value]) => ({ member, before: was.get(member) ?? null, after: value }));
};

const added = (facts: object): Difference[] =>
  Object.entries(facts)
    .filter(([, value]) => !isGone(value) && value !== false)
    .map(([member, after]) => ({ member, before: undefined, after }));

/** TOML has no null, so an empty text takes a value away. */
const nullFor = (value: unknown): unknown => (value === "" ? null : value);

const withNulls = <Facts extends { readonly address?: object | undefined }>(facts: Facts): Facts => {
  const { address } = facts;
  const members = Object.entries(facts).map(([name, value]) => [name, nullFor(value)]);
  const lines = Object.entries(address ?? {}).map(([name, value]) => [name, nullFor(value)]);
  return {
    ...Object.fromEntries(members),
    ...(address !== undefined && { address: Object.fromEntries(lines) }),
  } as Facts;
};

/** Names the object in the words of a refusal. */
async function about<Result>(
  kind: string,
  name: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OAuthError) throw new ApplyError(`The ${kind} '${name}': ${error.description}`);
    throw error;
  }
}

/**
 * What must happen, in its order. `prunes`: also what must go, of the kinds that the file names; what the configuration declares, what
 * registered itself and what the demonstration made stays. Throws ApplyError, and nothing was changed.
 */
export async function planApply(
  context: ApplyContext,
  authority: Authority,
  file: ApplyFile,
  { prunes }: { readonly prunes: boolean },
): Promise<PlannedChange[]> {
  const { groups = [], people = [], clients = [] } = file;
  const plan = [
    ...(await planGroups(context, authority, groups)),
    ...(await planPeople(context, authority, people)),
    ...(await planManagers(context, authority, groups)),
    ...(await planClients(context, authority, clients)),
  ];
  return prunes ? [...plan, ...(await planPruning(context, authority, file))] : plan;
}

async function planGroups(
  context: ApplyContext,
  authority: Authority,
  groups: readonly GroupEntry[],
): Promise<PlannedChange[]> {
  const plan: PlannedChange[] = [];
  for (const { name, description } of groups) {
    const wanted = description === "" ? null : description;
    const found = await findGroup(context, name);
    const common = { kind: "group", name } as const;
    if (found === null) {
      const carryOut = async () => {
        await about("group", name, () => addGroup(context, authority, name, wanted ?? null));
        return null;
      };
      plan.push({ ...common, action: "add", differences: added({ description: wanted }), carryOut });
    } else if (wanted !== undefined && wanted !== found.description) {
      const differences = [{ member: "description", before: found.description, after: wanted }];
      const carryOut = async () => {
        await about("group", name, () => describeKnownGroup(context, authority, name, wanted));
        return null;
      };
      plan.push({ ...common, action: "change", differences, carryOut });
    }
  }
  return plan;
}

async function planManagers(
  context: ApplyContext,
  authority: Authority,
  groups: readonly GroupEntry[],
): Promise<PlannedChange[]> {
  const plan: PlannedChange[] = [];
  for (const { name, managers } of groups) {
    if (managers === undefined) continue;
    const before = (await listManagers(context, name)).map(({ username }) => username).sort();
    const after = [...managers].sort();
    if (isSame(before.map(foldUsername), after.map(foldUsername))) continue;
    plan.push({
      action: "change",
      kind: "group",
      name,
      differences: [{ member: "managers", before, after }],
      carryOut: async () => {
        await about("group", name, async () => {
          const wanted = new Set(after.map(foldUsername));
          const present = await listManagers(context, name);
          for (const { subject, username } of present)
            if (!wanted.has(foldUsername(username)))
              await changeManager(context, authority, name, subject, false);
          for (const username of after) {
            const account = await findAccountByUsername(context, username);
            if (account === null)
              throw new OAuthError("object_unknown", {
                description: `managers: there is no person '${username}'.`,
              });
            if (!present.some(({ subject }) => subject === account.subject))
              await changeManager(context, authority, name, account.subject, true);
          }
        });
        return null;
      },
    });
  }
  return plan;
}

/** What a person is, in the members of the file. */
function entryOfPerson(context: Pick<ApplyContext, "issuer">, account: AccountRecord) {
  const described: Record<string, unknown> = describePerson(context.issuer, account);
  const members = Object.keys(personFacts).map((name) => [name, described[name]] as const);
  return { ...Object.fromEntries(members), disabled: account.disabledAt !== null };
}

async function planPeople(
  context: ApplyContext,
  authority: Authority,
  people: readonly PersonEntry[],
): Promise<PlannedChange[]> {
  const plan: PlannedChange[] = [];
  for (const { username, disabled, ...written } of people) {
    const facts = withNulls(written);
    const wish = personWishOf(facts);
    await about("person", username, () => checkWish({ ...wish, username }));
    const account = await findAccountByUsername(context, username);
    const setDisabled = async (subject: string) => {
      if (disabled === undefined) return;
      await (disabled ? disablePerson : enablePerson)(context, authority, subject);
    };
    const common = { kind: "person", name: username } as const;
    if (account === null) {
      plan.push({
        ...common,
        action: "add",
        differences: added({ ...facts, disabled }),
        carryOut: async () => {
          await about("person", username, async () => {
            const made = await createPersonOfHash(context, authority, { ...wish, username });
            if (disabled) await setDisabled(made.subject);
          });
          return null;
        },
      });
      continue;
    }
    const before = entryOfPerson(context, account);
    const differences = differingFacts(before, { ...facts, ...(disabled !== undefined && { disabled }) });
    if (differences.length === 0) continue;
    if (account.isDeclared)
      throw new ApplyError(
        `The person '${username}' is declared in the configuration. Take one of the two out.`,
      );
    plan.push({
      ...common,
      action: "change",
      differences,
      carryOut: async () => {
        await about("person", username, async () => {
          if (Object.keys(wish).length > 0) await changePerson(context, authority, account.subject, wish);
          if (disabled !== (account.disabledAt !== null)) await setDisabled(account.subject);
        });
        return null;
      },
    });
  }
  return plan;
}

/** Of attributes and of the address, only what is named counts; groups have no order. */
function differingFacts(before: Record<string, unknown>, facts: Record<string, unknown>): Difference[] {
  return differing(before, facts).filter(({ member, before: was, after }) => {
    if (member === "groups") return !isSame([...(was as string[])].sort(), [...(after as string[])].sort());
    if (member !== "attributes" && member !== "address") return true;
    return differing(Object(was ?? {}), Object(after ?? {})).length > 0;
  });
}

/** What a client is, in the members of the file. */
function entryOfClient(client: ClientRecord): Record<string, unknown> {
  const described: Record<string, unknown> = describeForOperator(client);
  const members = Object.entries(described).filter(
    ([name]) => Object.hasOwn(clientFacts, name) || name.includes("#"),
  );
  // No scope at all is left out where RFC 7591 says it, and would mean every scope here.
  return {
    ...Object.fromEntries(members),
    scope: client.scope.join(" "),
    disabled: client.disabledAt !== null,
  };
}

async function planClients(
  context: ApplyContext,
  authority: Authority,
  clients: readonly ClientEntry[],
): Promise<PlannedChange[]> {
  const plan: PlannedChange[] = [];
  for (const { client_id: clientId, disabled, ...facts } of clients) {
    const body = facts as ChangedClientBody;
    const wish = clientWishOf(body);
    const freedoms = { allowsHttp: body.allow_http_redirects };
    const client = await findClient(context, clientId);
    const setDisabled = () =>
      (disabled ? disableManagedClient : enableManagedClient)(context, authority, clientId);
    const common = { kind: "client", name: clientId } as const;
    if (client === null) {
      await about("client", clientId, () =>
        checkNewMetadata(context, { ...wish, client_id: clientId }, freedoms),
      );
      plan.push({
        ...common,
        action: "add",
        differences: added({ ...facts, disabled }),
        carryOut: () =>
          about("client", clientId, async () => {
            const made = await createManagedClient(
              context,
              authority,
              { ...wish, client_id: clientId },
              freedoms,
            );
            if (disabled) await setDisabled();
            return made.secret;
          }),
      });
      continue;
    }
    const next = await about("client", clientId, () => changedMetadata(client, wish, context, freedoms));
    const isDisabled = client.disabledAt !== null;
    const differences = [
      ...changesOf(entryOfClient(client), entryOfClient({ ...client, ...next })),
      ...(disabled !== undefined && disabled !== isDisabled
        ? [{ member: "disabled", before: isDisabled, after: disabled }]
        : []),
    ];
    if (differences.length === 0) continue;
    if (client.source !== "operator")
      throw new ApplyError(
        `The client '${clientId}' ${describesItself(client.source) ? "describes itself" : "is declared in the configuration"}. Take it out of the file.`,
      );
    plan.push({
      ...common,
      action: "change",
      differences,
      carryOut: () =>
        about("client", clientId, async () => {
          const changed = await changeManagedClient(context, authority, clientId, wish, freedoms);
          if (disabled !== undefined && disabled !== isDisabled) await setDisabled();
          return changed.secret;
        }),
    });
  }
  return plan;
}

/** Both ways: a member that is only before is to go. */
function changesOf(before: Record<string, unknown>, after: Record<string, unknown>): Difference[] {
  const gone = Object.fromEntries(Object.keys(before).map((name) => [name, null]));
  return differing(before, { ...gone, ...after });
}

async function planPruning(
  context: ApplyContext,
  authority: Authority,
  { groups, people, clients }: ApplyFile,
): Promise<PlannedChange[]> {
  const plan: PlannedChange[] = [];
  const remove = (kind: PlannedChange["kind"], name: string, work: () => Promise<void>) =>
    plan.push({
      action: "remove",
      kind,
      name,
      differences: [],
      carryOut: async () => {
        await about(kind, name, work);
        return null;
      },
    });
  if (clients !== undefined) {
    const kept = new Set<string>(clients.map(({ client_id }) => client_id));
    for (const { clientId } of await collect(everyClient(context, "operator")))
      if (!kept.has(clientId))
        remove("client", clientId, () => removeManagedClient(context, authority, clientId));
  }
  if (people !== undefined) {
    const kept = new Set(people.map(({ username }) => foldUsername(username)));
    for (const { username, subject, isDeclared, source } of await collect(everyAccount(context)))
      if (!isDeclared && source !== "demo" && !kept.has(foldUsername(username)))
        remove("person", username, () => removePerson(context, authority, subject));
  }
  if (groups !== undefined) {
    const kept = new Set(groups.map(({ name }) => name));
    for (const { name } of await collect(everyGroup(context)))
      if (!kept.has(name)) remove("group", name, () => removeKnownGroup(context, authority, name));
  }
  return plan;
}

// ── Export ─────────────────────────────────────────────────────────────────────────────────────────────────

const withoutEmpty = (members: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => !isGone(value) && value !== false && !isEmptyTable(value)),
  );

const isEmptyTable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/**
 * The groups, the people and the clients of the operator in the form of the file, without secrets. What the configuration declares and
 * what registered itself is not in it.
 */
export async function exportFile(context: ApplyContext): Promise<Record<string, unknown[]>> {
  const groups: unknown[] = [];
  for (const group of await collect(everyGroup(context))) {
    const managers = (await listManagers(context, group.name)).map(({ username }) => username).sort();
    groups.push(withoutEmpty({ name: group.name, description: group.description, managers }));
  }
  const byName = (one: string, other: string): number => (one < other ? -1 : 1);
  const people = (await collect(everyAccount(context)))
    .sort((one, other) => byName(one.username, other.username))
    .filter(({ isDeclared, source }) => !isDeclared && source !== "demo")
    .map((account) => {
      const { email_verified, ...entry } = entryOfPerson(context, account) as Record<string, unknown>;
      return withoutFalse(
        { username: account.username, ...entry },
        account.email === null ? {} : { email_verified },
      );
    });
  const clients = (await collect(everyClient(context, "operator")))
    .sort((one, other) => byName(one.clientId, other.clientId))
    .map((client) => {
      const { scope, require_pkce, ...entry } = entryOfClient(client);
      const isOpen = client.redirectUris.some(isUnprotected);
      return {
        client_id: client.clientId,
        ...withoutEmpty(entry),
        scope,
        require_pkce,
        ...(isOpen && { allow_http_redirects: true }),
      };
    });
  return { groups, people, clients };
}

const withoutFalse = (entry: object, always: object): Record<string, unknown> => ({
  ...withoutEmpty(entry),
  ...always,
});
