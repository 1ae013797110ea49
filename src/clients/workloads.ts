/** The workloads of a client, as the operator writes them: checked once, for the configuration, the command line and the API. */
import { isJsonObject } from "../protocol/json.ts";
import type { Workload, WorkloadClaim } from "../store/tables/clients.ts";
import { refuse } from "./members.ts";

const MOST_WORKLOADS = 50;
const MOST_CLAIMS = 20;
const DEEPEST = 4;
const LONGEST = 2000;

/** How the tokens of an issuer that signs for all the world say whose they are. */
interface PublicIssuer {
  /** The first parts of subjects whose next part is the owner. Strangers choose what other parts say: an environment, a reused workflow. */
  readonly kinds: readonly string[];
  /** Claims that say the same. */
  readonly claims: readonly string[];
}

const PUBLIC_ISSUERS: ReadonlyMap<string, PublicIssuer> = new Map([
  [
    "https://token.actions.githubusercontent.com",
    {
      kinds: ["repo", "repository", "repository_id", "repository_owner", "repository_owner_id"],
      claims: ["repository", "repository_id", "repository_owner", "repository_owner_id"],
    },
  ],
  [
    "https://gitlab.com",
    {
      kinds: ["project_path"],
      claims: ["namespace_id", "namespace_path", "project_id", "project_path"],
    },
  ],
  [
    "https://app.terraform.io",
    {
      kinds: ["organization"],
      claims: ["terraform_organization_id", "terraform_organization_name", "terraform_workspace_id"],
    },
  ],
]);

/** Throws `client_metadata_refused` with words for the operator. */
export function checkWorkloads(input: readonly unknown[]): readonly Workload[] {
  if (input.length > MOST_WORKLOADS) refuse(`workloads has more than ${MOST_WORKLOADS} members.`);
  return input.map(checkWorkload);
}

function checkWorkload(input: unknown): Workload {
  if (!isJsonObject(input)) return refuse("a member of workloads is no object.");
  const { issuer, subject, claims = {}, ...others } = input;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) refuse(`workloads has no member '${unknown.slice(0, 50)}'.`);
  if (typeof issuer !== "string" || issuer === "") return refuse("a workload needs an issuer.");
  if (typeof subject !== "string" || subject === "" || subject.length > LONGEST)
    return refuse("a workload needs a subject.");
  const fault = subjectFault(subject);
  if (fault !== null)
    refuse(`The subject '${subject.slice(0, 200)}' of a workload is not allowed: ${fault}.`);
  if (!isJsonObject(claims)) return refuse("claims of a workload is no object.");
  const checked = checkClaims(claims, 1);
  const everyone = PUBLIC_ISSUERS.get(issuer);
  if (everyone !== undefined && !namesOwner(everyone, subject, checked))
    refuse(
      `The subject '${subject.slice(0, 200)}' of a workload is not allowed: it lets in strangers, for whom this issuer signs too. Begin it with ${everyone.kinds[0]}: and the owner, or write claims such as ${everyone.claims[0]}.`,
    );
  return { issuer, subject, claims: checked };
}

/** `repo:acme/app:…`: the kind is one that names an owner, and the owner stands there. */
function namesOwner(
  { kinds, claims: naming }: PublicIssuer,
  subject: string,
  claims: Readonly<Record<string, WorkloadClaim>>,
): boolean {
  const [kind = "", owner = "*"] = subject.split(/[:/]/);
  return (kinds.includes(kind) && !owner.includes("*")) || naming.some((name) => Object.hasOwn(claims, name));
}

function subjectFault(subject: string): string | null {
  const parts = subject.split(/[:/]/);
  if (parts[0]?.includes("*")) return "it must begin with a part that is written out";
  for (const [index, part] of parts.entries()) {
    if (part === "*" || (part === "**" && index === parts.length - 1)) continue;
    if (part.includes("*"))
      return "* stands for a whole part between : and /, and ** for all parts at the end";
  }
  return null;
}

function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  depth: number,
): Readonly<Record<string, WorkloadClaim>> {
  const entries = Object.entries(claims);
  if (entries.length > MOST_CLAIMS) refuse(`claims of a workload has more than ${MOST_CLAIMS} members.`);
  if (depth > DEEPEST) refuse(`claims of a workload is nested more than ${DEEPEST} deep.`);
  return Object.fromEntries(
    entries.map(([name, value]): [string, WorkloadClaim] => {
      if (isJsonObject(value)) return [name, checkClaims(value, depth + 1)];
      const isPlain = ["string", "number", "boolean"].includes(typeof value);
      if (!isPlain || String(value).length > LONGEST)
        refuse(`The claim '${name.slice(0, 50)}' of a workload must be a text, a number, true or false.`);
      return [name, value as string | number | boolean];
    }),
  );
}

/**
 * A workload on one line: ISSUER SUBJECT CLAIM=VALUE …, or the same as JSON. Null if it is neither. What it says is not checked yet.
 */
export function parseWorkloadLine(line: string): unknown {
  if (line.startsWith("{")) {
    try {
      return JSON.parse(line);
    } catch {
      return null;
    }
  }
  const [issuer, subject, ...pairs] = line.split(/\s+/).filter((word) => word !== "");
  if (issuer === undefined || subject === undefined || pairs.some((pair) => pair.indexOf("=") < 1))
    return null;
  const claims = pairs.map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return { issuer, subject, ...(claims.length > 0 && { claims: Object.fromEntries(claims) }) };
}

/** The line of a workload, as `parseWorkloadLine` reads it. */
export function workloadLine(workload: Workload): string {
  const entries = Object.entries(workload.claims);
  const isPlain = entries.every(
    ([name, value]) => typeof value === "string" && !/\s/.test(name + value) && !name.includes("="),
  );
  if (!isPlain || /\s/.test(workload.issuer + workload.subject)) return JSON.stringify(workload);
  return [
    workload.issuer,
    workload.subject,
    ...entries.map(([name, value]) => `${name}=${String(value)}`),
  ].join(" ");
}
