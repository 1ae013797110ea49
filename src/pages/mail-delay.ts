/** What a page says about a mail that waits because the mail server takes none. */
import type { Context } from "../operations/context.ts";
import type { PageFrame } from "./frame.ts";

/** A sentence, or none. It is about the mail server, and the same for all people. */
export const delayWords = (
  { mailSender }: Pick<Context, "mailSender">,
  { texts: { common } }: Pick<PageFrame, "texts">,
): string[] => (mailSender?.isDelayed() ? [common.mailDelayed] : []);
