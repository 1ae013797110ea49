/** What one attempt to reach a client comes to, and whether another one may fare better. */
import {
  type Outbound,
  OutboundError,
  type OutboundFault,
  type OutboundRequest,
} from "../platform/outbound.ts";
import type { Answer } from "../rules/outbox.ts";

/** Any answer with 2xx is a yes, whatever its body says. */
export async function deliver(outbound: Outbound, request: OutboundRequest): Promise<Answer> {
  try {
    await outbound.send(request);
    return { outcome: "sent" };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const reason = error.status === null ? error.fault : `status ${error.status}`;
    return { outcome: mayPass(error) ? "failed" : "refused", reason };
  }
}

const PASSING_FAULTS: ReadonlySet<OutboundFault> = new Set([
  "unresolved",
  "unreachable",
  "too_slow",
  "too_many",
]);

/** RFC 9110 §15: statuses that ask the sender to come back later. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

const mayPass = ({ fault, status }: OutboundError): boolean =>
  status === null ? PASSING_FAULTS.has(fault) : status >= 500 || PASSING_STATUSES.has(status);
