/** Every mutation, by folder of src/. */
import { ACCOUNTS } from "./accounts.ts";
import { AUDIT } from "./audit.ts";
import { AUTHORIZATION_DETAILS } from "./authorization-details.ts";
import { BACKCHANNEL } from "./backchannel.ts";
import { BACKCHANNEL_PAGES } from "./backchannel-pages.ts";
import { CLIENT_ASSERTIONS } from "./client-assertions.ts";
import { CLIENT_CERTIFICATES } from "./client-certificates.ts";
import { CLIENT_DOCUMENTS } from "./client-documents.ts";
import { CLIENTS } from "./clients.ts";
import { CONFIGURATION } from "./configuration.ts";
import { CONSOLE_APPS } from "./console-apps.ts";
import { DPOP } from "./dpop.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { KEYS } from "./keys.ts";
import { LINKS } from "./links.ts";
import { LOGOUT } from "./logout.ts";
import { MAIL } from "./mail.ts";
import { MANAGEMENT } from "./management.ts";
import { OF_METRICS } from "./metrics.ts";
import type { Mutation } from "./mutation.ts";
import { OPERATIONS } from "./operations.ts";
import { OTHER_DEVICE } from "./other-device.ts";
import { PAGES } from "./pages.ts";
import { PASSKEYS } from "./passkeys.ts";
import { PLATFORM } from "./platform.ts";
import { POSTGRES } from "./postgres.ts";
import { PROTOCOL } from "./protocol.ts";
import { PUSHED_REQUESTS } from "./pushed-requests.ts";
import { REQUEST_OBJECTS } from "./request-objects.ts";
import { RESOURCE_SERVERS } from "./resource-servers.ts";
import { RULES } from "./rules.ts";
import { SELF_TEST } from "./self-test.ts";
import { SERVER_KEY } from "./server-key.ts";
import { STORE } from "./store.ts";
import { TOKEN_EXCHANGE } from "./token-exchange.ts";
import { TOKENS } from "./tokens.ts";
import { TRUST } from "./trust.ts";
import { WEBHOOKS } from "./webhooks.ts";

export const MUTATIONS: readonly Mutation[] = [
  ...PROTOCOL,
  ...TOKENS,
  ...TOKEN_EXCHANGE,
  ...CONFIGURATION,
  ...CLIENTS,
  ...CLIENT_ASSERTIONS,
  ...CLIENT_CERTIFICATES,
  ...CLIENT_DOCUMENTS,
  ...RULES,
  ...KEYS,
  ...SERVER_KEY,
  ...OPERATIONS,
  ...AUDIT,
  ...ACCOUNTS,
  ...ENDPOINTS,
  ...SELF_TEST,
  ...REQUEST_OBJECTS,
  ...DPOP,
  ...RESOURCE_SERVERS,
  ...PUSHED_REQUESTS,
  ...BACKCHANNEL,
  ...AUTHORIZATION_DETAILS,
  ...LINKS,
  ...LOGOUT,
  ...MAIL,
  ...MANAGEMENT,
  ...OF_METRICS,
  ...PAGES,
  ...BACKCHANNEL_PAGES,
  ...CONSOLE_APPS,
  ...PASSKEYS,
  ...OTHER_DEVICE,
  ...PLATFORM,
  ...STORE,
  ...POSTGRES,
  ...TRUST,
  ...WEBHOOKS,
];
