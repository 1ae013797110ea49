/**
 * The error with which the promise rejects; throws if it does not. `expect(…).rejects` of the runtime waits in an event loop of
 * its own, to which threads bring no messages. So a server of this process whose log a thread syncs would wait there for ever.
 */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`There is no rejection but a value: ${Bun.inspect(value)}`);
}
