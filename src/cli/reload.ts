/** What a reload (SIGHUP) does beside the certificates, in each process of the server. */
import type { Context } from "../operations/context.ts";

/** Reads the files of signing keys again. A fault is logged, and the keys stay as they were: no key is replaced by none. Never rejects. */
export async function readKeyFilesAgain({
  signingKeys,
  log,
}: Pick<Context, "signingKeys" | "log">): Promise<void> {
  try {
    for (const fault of await signingKeys.readFilesAgain()) {
      log.error("a key file cannot be used; the keys from files stay as they were", { fault });
    }
  } catch (error) {
    log.error("the key files could not be read again", { cause: String(error) });
  }
}
