/** Acts and refusals in JSON: as the management API answers, and as the command line prints with `--json`. */
import { auditFacts } from "../operations/audit.ts";
import { type Explanation, refusalFacts } from "../operations/refusals.ts";

export const describeExplanation = ({
  refusal,
  client,
  comparisons,
  cure,
  section,
  events,
}: Explanation) => ({
  refusal: refusal === null ? null : refusalFacts(refusal),
  client_known: client !== null,
  comparisons,
  rule: section,
  cure,
  events: events.map(auditFacts),
});
