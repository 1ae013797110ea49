/** The whole server: any request to any endpoint. */
import { FLOW_SETTINGS } from "../../faults/flows.ts";
import { PASSWORD } from "../../support/pages.ts";
import { SECRET, startTestServer, type TestServer } from "../../support/server.ts";
import { checkAnswer } from "../answers.ts";
import { hostileRequests, type Sent, soundRequests } from "../requests.ts";
import { sharing, type Target } from "../target.ts";

interface Setting {
  readonly server: TestServer;
  readonly sound: readonly Sent[];
  readonly secrets: readonly string[];
}

const MANY = 1_000_000_000;

async function open(): Promise<Setting> {
  const server = await startTestServer({
    ...FLOW_SETTINGS,
    limits: {
      sign_in_failures_per_address: MANY,
      sign_in_failures_per_account: MANY,
      user_code_failures_per_address: MANY,
      user_code_failures: MANY,
      user_code_failures_per_account: MANY,
      registrations_per_address: MANY,
      client_secret_failures_per_address: MANY,
      device_requests_per_address: MANY,
    },
  });
  // The cost of passwords is not part of this test.
  Object.assign(server.context.passwords, {
    hash: async (password: string) => `hash of ${password}`,
    verify: async (password: string, hash: string | null) => hash === `hash of ${password}`,
  });
  const sound = await soundRequests(server);
  const credentials = JSON.stringify(sound).match(/t[a-z]{2}_[A-Za-z0-9\-_]{64}/g) ?? [];
  return { server, sound, secrets: [...new Set([...credentials, SECRET, PASSWORD])] };
}

const VALUES = [
  "web",
  "native",
  "television",
  "service",
  "mail.read",
  "profile introspect",
  "https://client.example/callback",
  "https://mail.example/",
  "authorization_code",
  "client_credentials",
  "none",
  "allow",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "javascript:alert(1)",
  "//evil.example/",
  "WDJB-MJHT",
];

const requests: Target = sharing(
  "requests",
  1500,
  { open, close: ({ server }) => server.close() },
  ({ sound, secrets }) => hostileRequests(sound, [...secrets, ...VALUES]),
  async ({ server, secrets }, sent) => {
    const request = requestOf(sent);
    if (request === null) return;
    const before = server.logged.length;
    const response = await server.handle(request, "203.0.113.7");
    const logged = server.logged.slice(before);
    await checkAnswer(server, sent, secrets, response, logged);
    server.logged.length = 0;
  },
);

/** Null for a request that no listener would accept. */
function requestOf({ method, path, headers, body }: Sent): Request | null {
  try {
    return new Request(`https://auth.example${path}`, {
      method,
      headers: { ...headers },
      body: method === "GET" || method === "HEAD" ? null : body,
    });
  } catch {
    return null;
  }
}

export const ENDPOINT_TARGETS: readonly Target[] = [requests];
