/** Waits for a random time in milliseconds, so that each run hits another moment. */
export const moment = (atLeast: number, atMost: number): Promise<void> =>
  Bun.sleep(atLeast + Math.random() * (atMost - atLeast));

/** How long to wait for an event. It measures nothing: a busy machine takes longer. */
const PATIENCE_MILLIS = 120_000;

/** Waits until `holds` is true. Throws after the time limit. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MILLIS;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`It did not come about that ${what}.`);
    await Bun.sleep(10);
  }
}
