/** The option `--workload` of `client add` and `client set`: whose tokens of a trusted issuer authenticate the client. */
import { InvalidArgumentError } from "commander";
import { parseWorkloadLine } from "../clients/workloads.ts";

/** ISSUER SUBJECT CLAIM=VALUE …, or the same as JSON; an empty text: none. */
export function collectWorkload(value: string, earlier: readonly unknown[] = []): unknown[] {
  if (value === "") return [...earlier];
  const parsed = parseWorkloadLine(value);
  if (parsed === null)
    throw new InvalidArgumentError(
      'Write the issuer, a space and the subject, and claims as name=value behind; or JSON: {"issuer": "…", "subject": "…", "claims": {…}}',
    );
  return [...earlier, parsed];
}
