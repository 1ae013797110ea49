/**
 * The handler beside one that does the least: the same form, the same header, the same hash, the same bytes. In one process
 * and by turns, so that whatever else the machine does meets both; the best turn of each counts. The bounds are some
 * times what is measured: they do not say how fast this is (`npm run bench` does), but notice when something slow has
 * come onto the path of every request.
 */

import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { serviceToken } from "../support/flows.ts";
import { ADDRESS, basic, encodeForm, ISSUER, SECRET, startTestServer } from "../support/server.ts";

const TURNS = 12;
const REQUESTS = 400;
const AT_ONCE = 32;

type Handler = (request: Request) => Promise<Response>;

/** The least time that a request took in any turn, for each handler. */
async function bestOf(handlers: readonly Handler[], newRequest: () => Request): Promise<number[]> {
  const best = handlers.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [index, handler] of handlers.entries()) {
      const startedAt = performance.now();
      let left = REQUESTS;
      const send = async () => {
        for (; left > 0; left -= 1) await (await handler(newRequest())).text();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, send));
      best[index] = Math.min(best[index] ?? 0, (performance.now() - startedAt) / REQUESTS);
    }
  }
  return best;
}

/** What any server must do for this request. */
function bareHandler(answer: string, headers: Headers, artefact: string | null): Handler {
  return async (request) => {
    if (request.method === "GET") return new Response(answer, { headers });
    const form = new URLSearchParams(await request.text());
    const credentials = Buffer.from(
      (request.headers.get("authorization") ?? "").slice(6),
      "base64",
    ).toString();
    const colon = credentials.indexOf(":");
    decodeURIComponent(credentials.slice(0, colon));
    decodeURIComponent(credentials.slice(colon + 1));
    createHash("sha256")
      .update(artefact === null ? "" : (form.get(artefact) ?? ""))
      .digest();
    return new Response(answer, { headers });
  };
}

test.each<[string, path: string, clientId: string | null, artefact: string | null, bound: number]>([
  // Measured: about 2 and 1.6. What writes waits for a disk, and is counted instead (statements.test.ts).
  ["introspection", "/auth/introspect", "mail-server", "token", 8],
  ["metadata", "/.well-known/oauth-authorization-server", null, null, 8],
])("%s takes a few times what a bare handler takes", async (_, path, clientId, artefact, bound) => {
  const server = await startTestServer({ log: { level: "error", format: "json" } });
  const form = { ...(artefact !== null && { [artefact]: await serviceToken(server) }) };
  const newRequest = () =>
    clientId === null
      ? new Request(ISSUER + path)
      : new Request(ISSUER + path, {
          method: "POST",
          headers: { "Content-Type": "application/x-www-form-urlencoded", ...basic(clientId, SECRET) },
          body: encodeForm(form),
        });
  const handler: Handler = (request) => server.handle(request, ADDRESS);
  const answer = await handler(newRequest());
  expect(answer.status).toBe(200);
  const bare = bareHandler(await answer.text(), answer.headers, artefact);
  const [ours = 0, theirs = 0] = await bestOf([handler, bare], newRequest);
  expect(ours / theirs).toBeLessThan(bound);
  await server.close();
});
