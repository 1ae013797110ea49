/**
 * Workload identity: which tokens of a trusted issuer are a client's. A client says it with the issuer, a pattern for the subject, and
 * claims. Nothing matches by default.
 */
import { isJsonObject } from "../protocol/json.ts";
import type { Workload, WorkloadClaim } from "../store/tables/clients.ts";
import type { ForeignToken } from "./foreign-token.ts";

/** The parts of a subject: `repo:acme/app:ref:refs/heads/main` has seven. */
const partsOf = (subject: string): readonly string[] => subject.split(/[:/]/);
const separatorsOf = (subject: string): string => subject.replace(/[^:/]/g, "");

/**
 * Whether the subject fits the pattern. `*` stands for exactly one part that is not empty, and `**` at the end for one or more
 * parts. Every other character stands for itself.
 */
export function fitsSubject(pattern: string, subject: string): boolean {
  const wanted = partsOf(pattern);
  const parts = partsOf(subject);
  const isOpen = wanted.at(-1) === "**";
  const closed = isOpen ? wanted.slice(0, -1) : wanted;
  if (isOpen ? parts.length <= closed.length : parts.length !== closed.length) return false;
  const separators = separatorsOf(pattern);
  if (!separatorsOf(subject).startsWith(separators)) return false;
  const rest = isOpen ? parts.slice(closed.length) : [];
  return (
    closed.every((part, index) => (part === "*" ? parts[index] !== "" : part === parts[index])) &&
    rest.every((part) => part !== "")
  );
}

/** Whether a claim has the value. A claim that is a list must have it among its members. Texts, numbers and truths are not the same. */
export function fitsClaim(wanted: WorkloadClaim, value: unknown): boolean {
  if (typeof wanted === "object")
    return (
      isJsonObject(value) &&
      Object.entries(wanted).every(
        ([name, inner]) => Object.hasOwn(value, name) && fitsClaim(inner, value[name]),
      )
    );
  return Array.isArray(value) ? value.includes(wanted) : value === wanted;
}

/** Whether the token is one of this workload. `issuer`: the trusted issuer that signed it. */
const isOfWorkload = (
  { issuer, subject, claims }: Workload,
  token: Pick<ForeignToken, "subject" | "claims"> & { readonly issuer: string },
): boolean =>
  issuer === token.issuer && fitsSubject(subject, token.subject) && fitsClaim(claims, token.claims);

/** The one client whose workload it is. `ambiguous`: several are, so the request must say which by `client_id`. */
export function clientOfWorkload<Client extends { readonly workloads: readonly Workload[] }>(
  candidates: readonly Client[],
  token: Parameters<typeof isOfWorkload>[1],
): Client | "unknown" | "ambiguous" {
  const [found, another] = candidates.filter(({ workloads }) =>
    workloads.some((workload) => isOfWorkload(workload, token)),
  );
  if (another !== undefined) return "ambiguous";
  return found ?? "unknown";
}
