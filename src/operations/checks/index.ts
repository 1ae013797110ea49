/** The table of all checks of a deployment, and the function that runs them. docs/doctor.md is made from it. */
import { ADDRESS_CHECKS, DISCOVERY } from "./address.ts";
import {
  ask,
  type Check,
  type CheckContext,
  type CheckState,
  errorCode,
  type Finding,
  failure,
  type Shared,
  skipped,
} from "./check.ts";
import { PROXY_CHECKS } from "./proxy.ts";
import { SERVICE_CHECKS } from "./services.ts";
import { SETTINGS_CHECKS } from "./settings.ts";
import { STORAGE_CHECKS } from "./storage.ts";

/** In the order in which people read the results: a fault of one check is often the cause of faults further down. */
export const CHECKS: readonly Check[] = [
  ...ADDRESS_CHECKS,
  ...PROXY_CHECKS,
  ...STORAGE_CHECKS,
  ...SERVICE_CHECKS,
  ...SETTINGS_CHECKS,
];

/** Is this address right: for the page that sets the server up. */
export const SETUP_CHECKS = [
  "address.issuer",
  "address.secure",
  "address.metadata",
  "tls.certificate",
  "proxy.scheme",
  "proxy.host",
  "proxy.address",
  "proxy.cookies",
  "clock.http",
  "clock.database",
] as const;

/** What may go wrong while a server runs: for the page of its health. None asks over the network. */
export const HEALTH_CHECKS = [
  "tls.files",
  "database.version",
  "clock.database",
  "disk.space",
  "files.permissions",
  "backup.age",
  "database.expired",
  "keys.signing",
  "mail.waiting",
  "webhooks.waiting",
  "logout.waiting",
  "server.workers",
  "settings.*",
  "clients.*",
  "secrets.*",
] as const;

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  /** The worst of its findings. */
  readonly state: CheckState;
  /** One at least. */
  readonly findings: readonly Finding[];
}

const FROM_BEST: readonly CheckState[] = ["skipped", "ok", "note", "warning", "failure"];

/** The worst of some states; `skipped` for none. */
export const worstOf = (states: readonly CheckState[]): CheckState =>
  states.reduce<CheckState>(
    (worst, state) => (FROM_BEST.indexOf(state) > FROM_BEST.indexOf(worst) ? state : worst),
    "skipped",
  );

/** The checks of these names: `tls.files`, or `tls.*` for a group. Null for a name of none. */
export function checksNamed(names: readonly string[]): readonly Check[] | null {
  const isNamed = (name: string, { id }: Check) =>
    name.endsWith(".*") ? id.startsWith(name.slice(0, -1)) : id === name;
  if (names.some((name) => !CHECKS.some((check) => isNamed(name, check)))) return null;
  return CHECKS.filter((check) => names.some((name) => isNamed(name, check)));
}

/** Runs the checks, all at once. A check that cannot be made is a failure; none throws. */
export async function runChecks(
  context: CheckContext,
  which: readonly Check[] = CHECKS,
): Promise<readonly CheckResult[]> {
  const shared = sharedOf(context);
  return Promise.all(
    which.map(async (check) => {
      const findings = await findingsOf(check, context, shared);
      return {
        id: check.id,
        title: check.title,
        state: worstOf(findings.map(({ state }) => state)),
        findings,
      };
    }),
  );
}

async function findingsOf(check: Check, context: CheckContext, shared: Shared): Promise<readonly Finding[]> {
  try {
    return await check.run(context, shared);
  } catch (error) {
    return [
      failure(
        `This could not be checked (${errorCode(error)}).`,
        "If nothing else here explains it, run tessera doctor as the user of the server.",
      ),
    ];
  }
}

const once = <Value>(find: () => Promise<Value>): (() => Promise<Value>) => {
  let found: Promise<Value> | null = null;
  return () => {
    found ??= find();
    return found;
  };
};

function sharedOf({ fetch, see, issuer, clock }: CheckContext): Shared {
  return {
    seen: once(async () =>
      see === null ? { finding: skipped("No request to the issuer's address is made from here.") } : see(),
    ),
    metadata: once(async () => {
      if (fetch === null) throw new Error("nothing is asked over the network from here");
      const before = clock.millis();
      const response = await ask({ fetch }, issuer.url(DISCOVERY));
      const askedMillis = (before + clock.millis()) / 2;
      return { response, text: await response.text(), askedMillis };
    }),
  };
}
