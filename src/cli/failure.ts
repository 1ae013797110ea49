/** How a failure looks to the operator who gave a command. */
import { ConfigurationError } from "../configuration/error.ts";
import { ListenError } from "../platform/listen.ts";
import { DatabaseRefused, StoreUnavailable } from "../store/contract.ts";
import { CommandError } from "./command-error.ts";

/** The failure in words for the operator. */
export function describeFailure(error: unknown): string {
  if (
    error instanceof CommandError ||
    error instanceof ConfigurationError ||
    error instanceof ListenError ||
    error instanceof DatabaseRefused
  ) {
    return error.message;
  }
  if (error instanceof StoreUnavailable) {
    return `The database cannot be used now: ${error.message}. ${error.advice || "Try again."}`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `Something unexpected went wrong: ${reason}. Run it again with DEBUG=1 to see where.`;
}
