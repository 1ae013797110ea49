/** The mail that tells a person of a backchannel request (CIBA §8). It goes out with the commit of the request. */
import { recordIdText } from "../credentials/credential.ts";
import type { Change } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { BackchannelRequestRecord } from "../store/tables/requests.ts";
import type { Context } from "./context.ts";
import { mailChange } from "./mail.ts";

/** The page with one request, below the issuer, and the parameter of its query that names the request. */
export const APPROVAL_PATH = "/account/approval";
export const REQUEST = "request";

/**
 * The changes that send it. None if this server sends no mail. The link names the request and proves nothing: the person signs in to see
 * it. The row of the mail does not have the words of the application.
 */
export const askingMail = (
  context: Pick<Context, "configuration" | "clock" | "random" | "keys">,
  { id, subject, expiresAt }: BackchannelRequestRecord,
  { clientId }: ClientRecord,
): readonly Change[] => {
  const request = recordIdText(id);
  return mailChange(context, {
    kind: "backchannel_asked",
    parameters: { client: clientId, request, linkExpiresAt: expiresAt },
    subject,
    link: `${context.configuration.issuer}${APPROVAL_PATH}?${REQUEST}=${request}`,
    uselessAt: expiresAt,
  });
};
