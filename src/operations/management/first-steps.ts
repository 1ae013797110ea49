/** The first steps after a setup: what is done is read from what there is, and only that a person put them away is stored. */
import { launchAddress } from "../../clients/launch.ts";
import { type Authority, isAllowed } from "../../rules/role.ts";
import { insert, row, type Store } from "../../store/contract.ts";
import { type ClientRecord, describesItself } from "../../store/tables/clients.ts";
import { grants } from "../../store/tables/grants.ts";
import { revisions } from "../../store/tables/server.ts";
import { checksInside, selfTested } from "../checks/contexts.ts";
import {
  CHECKS,
  type CheckResult,
  checksNamed,
  HEALTH_CHECKS,
  runChecks,
  SETUP_CHECKS,
} from "../checks/index.ts";
import { listClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { outcomeOf } from "../decide.ts";
import type { MailTest } from "../mail-test.ts";
import { acting, requirePermission } from "./authority.ts";

/** How many clients are looked at for the first application. */
const MOST_READ = 100;

/** The row of `revisions` that is there once a person has put the first steps away. */
const PUT_AWAY = "first_steps";
const MARK = { mark: row(revisions, { name: "$name" }) };

export interface FirstSteps {
  /** Whether this server sends mail. */
  readonly sendsMail: boolean;
  /** The first application that people sign in to; null without one. */
  readonly application: ClientRecord | null;
  /** Where it is opened; null if that is not known. */
  readonly address: string | null;
  /** Whether a person has signed in to it. */
  readonly isUsed: boolean;
  readonly isPutAway: boolean;
}

/** What an administrator has done of the first steps. Throws `management_not_allowed` for people who may not look at the server. */
export async function findFirstSteps(context: Context, authority: Authority): Promise<FirstSteps> {
  requirePermission(authority, "server.read");
  const [application, { mark }] = await Promise.all([
    firstApplication(context),
    context.store.look(MARK, { name: PUT_AWAY }),
  ]);
  return {
    sendsMail: context.testMail !== null,
    application,
    address: application === null ? null : openedAt(context, application),
    isUsed: application !== null && (await hasGrant(context, application)),
    isPutAway: mark !== null,
  };
}

/** Whether the first steps still stand on the first page of the console for this person. */
export const isUnfinished = ({ isUsed, isPutAway }: FirstSteps): boolean => !isUsed && !isPutAway;

/** Whether the person may look at the first steps. */
export const maySeeFirstSteps = (authority: Authority): boolean => isAllowed(authority, "server.read");

/** The oldest that people sign in to. Programs that registered themselves are no applications of the operator's. */
async function firstApplication(context: Context): Promise<ClientRecord | null> {
  const clients = await listClients(context, { limit: MOST_READ }, undefined, false);
  const isMeant = ({ source, redirectUris }: ClientRecord) =>
    !describesItself(source) && redirectUris.length > 0;
  return clients.find(isMeant) ?? null;
}

/** Its home page, else the site to which people come back after a sign-in. */
function openedAt({ issuer }: Pick<Context, "issuer">, client: ClientRecord): string | null {
  const named = launchAddress(client, issuer);
  if (named !== null) return named;
  const site = client.redirectUris.find((uri) => /^https?:\/\//i.test(uri));
  return site === undefined ? null : new URL(site).origin;
}

const hasGrant = async ({ store }: { readonly store: Store }, { clientId }: ClientRecord): Promise<boolean> =>
  (await store.list(grants, { where: { clientId }, limit: 1 })).length > 0;

/** Takes the first steps off the first page of the console. They stay where they are. */
export async function putFirstStepsAway(context: Context, authority: Authority): Promise<void> {
  requirePermission(authority, "server.write");
  await outcomeOf(acting(context, authority, "server.write"), authority.act, async () => {
    const { mark } = await context.store.look(MARK, { name: PUT_AWAY });
    return {
      outcome: undefined,
      changes: mark === null ? [insert(revisions, { name: PUT_AWAY, revision: 1 })] : [],
    };
  });
}

/**
 * Whether the server's address is right, as far as the server can tell: it asks itself at its public address. What cannot be asked from
 * here is skipped.
 */
export function checkAddress(context: Context, authority: Authority): Promise<readonly CheckResult[]> {
  requirePermission(authority, "server.read");
  const inside = checksInside(context, { seen: null, asksNetwork: true });
  const { fetch } = inside;
  const see = fetch === null ? null : selfTested({ ...context, fetch });
  return runChecks({ ...inside, see }, checksNamed(SETUP_CHECKS) ?? CHECKS);
}

/** What `tessera doctor` checks, as far as the running server can look: its address from outside, and everything inside. */
export function checkServer(context: Context, authority: Authority): Promise<readonly CheckResult[]> {
  // It asks over the network, and reads much: not for those who only look.
  requirePermission(authority, "server.write");
  const inside = checksInside(context, { seen: null, asksNetwork: true });
  const { fetch } = inside;
  const see = fetch === null ? null : selfTested({ ...context, fetch });
  return runChecks({ ...inside, see }, checksNamed([...SETUP_CHECKS, ...HEALTH_CHECKS]) ?? CHECKS);
}

/** Sends a mail now, and says how each step went. Null if this server sends no mail. */
export async function tryMail(
  context: Context,
  authority: Authority,
  address: string,
  language: string,
): Promise<MailTest | null> {
  requirePermission(authority, "server.write");
  return context.testMail === null ? null : context.testMail(address, language);
}
