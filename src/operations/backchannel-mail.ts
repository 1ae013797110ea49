/** The mail that tells a person of a backchannel request (CIBA §8). It goes out with the commit of the request. */
import type { Change } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { BackchannelRequestRecord } from "../store/tables/requests.ts";
import type { Context } from "./context.ts";

/** The changes that send it. None if this server sends no mail. */
export const askingMail = (
  _context: Pick<Context, "configuration" | "clock" | "random" | "keys">,
  _request: BackchannelRequestRecord,
  _client: ClientRecord,
): readonly Change[] => [];
