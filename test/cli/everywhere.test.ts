/**
 * Every act of the command line is in the management API and in the console too (issue 14), or the table says why not. The reasons
 * are for acts on the whole database or on the machine.
 */
import { describe, expect, test } from "bun:test";
import type { Command } from "commander";
import { API_ROUTES } from "../../src/api/index.ts";
import { routeName } from "../../src/api/route.ts";
import { createProgram } from "../../src/cli/program.ts";
import { CONSOLE_PAGES } from "../../src/console/index.ts";
import { captureIo } from "./support.ts";

/** Where else an act is: routes, and pages with the names of their acts. */
interface Elsewhere {
  readonly api: readonly string[];
  /** "/admin/people", or with acts of its forms: "/admin/people/new add". */
  readonly console: readonly string[];
}

/** A page of people, on which the console leads to what it has not itself. */
const INVITATIONS = "/invite-people";

const WHOLE = {
  database: "It takes the whole database, which no server may have open, or whose every secret it writes.",
  machine:
    "It is about processes, files or secrets of the machine, which the server itself does not hand out.",
  file: "It reads a file before a server runs with it.",
  client: "It is an application of this server, and not its management.",
  several: "It is all the other acts at once, from a file, and asks for each by what the API has too.",
} as const;

const PERSON = "/admin/people/:subject";
const APP = "/admin/apps/:client";

const ACTS: Readonly<Record<string, Elsewhere | keyof typeof WHOLE>> = {
  serve: "machine",
  status: { api: ["GET /health"], console: ["/admin/health"] },
  doctor: { api: ["POST /checks"], console: ["/admin/health check", "/admin/start"] },
  health: { api: ["GET /health"], console: ["/admin/health"] },

  "user add": { api: ["POST /people"], console: ["/admin/people/new add"] },
  "user list": { api: ["GET /people"], console: ["/admin/people"] },
  "user show": { api: ["GET /people/:subject"], console: [PERSON] },
  "user set": {
    api: ["PATCH /people/:subject", "PUT /people/:subject/picture", "DELETE /people/:subject/picture"],
    console: [`${PERSON} edit facts roles picture remove_picture`],
  },
  "user remove": { api: ["DELETE /people/:subject"], console: [`${PERSON} remove`] },
  "user password": { api: ["PUT /people/:subject/password"], console: [`${PERSON} password`] },
  "user unlock": { api: ["POST /people/:subject/unlock"], console: [`${PERSON} unlock`] },
  "user second-factor show": { api: ["GET /people/:subject/second-factor"], console: [PERSON] },
  "user second-factor remove": {
    api: ["DELETE /people/:subject/second-factor"],
    console: [`${PERSON} remove_totp`],
  },
  "user passkey list": { api: ["GET /people/:subject/passkeys"], console: [PERSON] },
  "user passkey remove": {
    api: ["DELETE /people/:subject/passkeys", "DELETE /people/:subject/passkeys/:passkey"],
    console: [`${PERSON} remove_passkey remove_passkeys`],
  },
  "user disable": { api: ["POST /people/:subject/disable"], console: [`${PERSON} disable`] },
  "user enable": { api: ["POST /people/:subject/enable"], console: [`${PERSON} enable`] },
  "user approve": { api: ["POST /people/:subject/enable"], console: [`${PERSON} enable`] },
  "user invite": { api: ["POST /invitations"], console: [INVITATIONS] },
  "user invitation list": { api: ["GET /invitations"], console: [INVITATIONS] },
  "user invitation revoke": { api: ["DELETE /invitations/:invitation"], console: [INVITATIONS] },
  "user reset-link": { api: ["POST /people/:subject/reset-links"], console: [`${PERSON} reset_link`] },
  "user sign-in-link": { api: ["POST /people/:subject/sign-in-links"], console: [`${PERSON} sign_in_link`] },

  "group add": { api: ["POST /groups"], console: ["/admin/groups add"] },
  "group list": { api: ["GET /groups"], console: ["/admin/groups"] },
  "group show": {
    api: ["GET /groups/:group", "GET /groups/:group/members"],
    console: ["/admin/groups/:group"],
  },
  "group set": { api: ["PATCH /groups/:group"], console: ["/admin/groups/:group describe"] },
  "group remove": { api: ["DELETE /groups/:group"], console: ["/admin/groups/:group remove"] },
  "group join": { api: ["POST /groups/:group/members"], console: ["/admin/groups/:group put"] },
  "group leave": {
    api: ["DELETE /groups/:group/members/:subject"],
    console: ["/admin/groups/:group take_out"],
  },
  "group manager add": {
    api: ["PUT /groups/:group/managers/:subject"],
    console: ["/admin/groups/:group let_manage"],
  },
  "group manager remove": {
    api: ["DELETE /groups/:group/managers/:subject"],
    console: ["/admin/groups/:group let_not_manage"],
  },

  "session list": { api: ["GET /people/:subject/sessions"], console: [PERSON] },
  "session end": {
    api: ["DELETE /people/:subject/sessions", "DELETE /people/:subject/sessions/:session"],
    console: [`${PERSON} end_session end_sessions`],
  },

  "client add": {
    api: ["POST /clients", "POST /recipes/:recipe/clients"],
    console: ["/admin/apps/new/by-hand add", "/admin/apps/new/:recipe make"],
  },
  "client list": { api: ["GET /clients"], console: ["/admin/apps"] },
  "client show": { api: ["GET /clients/:client"], console: [APP] },
  "client set": {
    api: ["PATCH /clients/:client"],
    console: [
      `${APP} edit more`,
      `${APP}/secrets method`,
      `${APP}/access edit`,
      `${APP}/scopes edit`,
      `${APP}/claims save_claim remove_claim id_token`,
      `${APP}/lifetimes edit`,
      `${APP}/logout edit`,
    ],
  },
  "client fetch": {
    api: ["POST /client-documents"],
    console: [`${APP}/access fetch`, "/admin/registration document"],
  },
  "client block": {
    api: ["PUT /client-document-blocks/:pattern"],
    console: [`${APP}/access block`, "/admin/registration document"],
  },
  "client unblock": {
    api: ["DELETE /client-document-blocks/:pattern"],
    console: [`${APP}/access unblock`, "/admin/registration unblock"],
  },
  "client blocks": { api: ["GET /client-document-blocks"], console: ["/admin/registration"] },
  "client secret add": { api: ["POST /clients/:client/secrets"], console: [`${APP}/secrets add`] },
  "client secret list": { api: ["GET /clients/:client/secrets"], console: [`${APP}/secrets`] },
  "client secret remove": {
    api: ["DELETE /clients/:client/secrets/:secret", "DELETE /clients/:client/tokens"],
    console: [`${APP}/secrets remove end_tokens`],
  },
  // It makes the pair where the command runs, and gives the server the public key: the member `jwks`.
  "client key add": { api: ["PATCH /clients/:client"], console: [`${APP}/secrets method`] },
  "client key list": { api: ["GET /clients/:client"], console: [`${APP}/secrets`] },
  "client key remove": { api: ["PATCH /clients/:client"], console: [`${APP}/secrets method`] },
  "client vouch": {
    api: ["POST /clients/:client/vouch", "POST /clients/:client/unvouch"],
    console: [`${APP}/access vouch unvouch`],
  },
  "client disable": { api: ["POST /clients/:client/disable"], console: [`${APP}/access disable`] },
  "client enable": { api: ["POST /clients/:client/enable"], console: [`${APP}/access enable`] },
  "client remove": { api: ["DELETE /clients/:client"], console: [`${APP} remove`] },

  "claims preview": { api: ["GET /clients/:client/claims/:subject"], console: [`${APP}/claims`] },
  "resource list": { api: ["GET /resources", "GET /scopes"], console: ["/admin/scopes"] },
  "resource show": { api: ["GET /resources"], console: ["/admin/scopes"] },
  "recipe list": { api: ["GET /recipes"], console: ["/admin/apps/new"] },
  "recipe show": { api: ["GET /recipes/:recipe"], console: ["/admin/apps/new/:recipe"] },

  "grant list": { api: ["GET /grants", "GET /grants/:grant"], console: [`${APP}/grants`, PERSON] },
  "grant revoke": {
    api: ["DELETE /grants/:grant", "DELETE /people/:subject/access", "DELETE /clients/:client/access"],
    console: [`${APP}/grants revoke revoke_all`, `${PERSON} revoke revoke_all`],
  },
  "token inspect": { api: ["POST /tokens/inspect"], console: ["/admin/tokens inspect"] },
  "token list": {
    api: ["GET /clients/:client/tokens", "GET /people/:subject/tokens"],
    console: ["/admin/tokens"],
  },
  // It makes the proof where the token is, with a key that the server never sees.
  "token proof": "client",
  "token revoke": {
    api: ["POST /tokens/revoke", "DELETE /tokens/:token", "DELETE /clients/:client/tokens"],
    console: ["/admin/tokens inspect revoke", `${APP}/secrets end_tokens`],
  },

  "key list": { api: ["GET /keys"], console: ["/admin/keys"] },
  "key rotate": { api: ["POST /keys"], console: ["/admin/keys rotate"] },
  "key retire": { api: ["DELETE /keys/:kid"], console: ["/admin/keys retire"] },
  "server-key list": "machine",
  "server-key rotate": "machine",

  log: {
    api: ["GET /audit", "GET /audit/verification"],
    console: ["/admin/audit verify"],
  },
  why: {
    api: ["GET /requests/:request", "GET /refusals"],
    console: ["/admin/requests", "/admin/requests/:request", "/admin/refusals", `${APP}/refusals`],
  },
  "issuer list": { api: ["GET /trusted-issuers"], console: ["/admin/registration"] },
  "issuer check": { api: ["POST /trusted-issuers/check"], console: ["/admin/registration check"] },
  "mail test": { api: ["POST /mails/test"], console: ["/admin/start test_mail"] },
  "mail list": { api: ["GET /mails"], console: ["/admin/mails"] },
  "mail preview": { api: ["GET /mails/previews/:kind"], console: ["/admin/mails"] },
  "webhook list": { api: ["GET /webhooks"], console: ["/admin/webhooks"] },
  "webhook deliveries": { api: ["GET /webhooks/:webhook/deliveries"], console: ["/admin/webhooks"] },
  "webhook test": { api: ["POST /webhooks/:webhook/test"], console: ["/admin/webhooks test"] },
  "webhook replay": {
    api: ["POST /webhooks/:webhook/deliveries/:delivery/replay"],
    console: ["/admin/webhooks replay"],
  },

  apply: "several",
  export: "several",
  login: "client",
  "config show": { api: ["GET /settings"], console: ["/admin/settings"] },
  "config check": "file",
  "config settings": { api: ["GET /settings"], console: ["/admin/settings"] },
  "config schema": "file",
  backup: "database",
  "backup verify": "database",
  restore: "database",
  copy: "database",
  completion: "machine",
};

/** The commands that do something, with their words: "client secret add". */
function* commandsOf(command: Command, words = ""): Generator<string> {
  const children = command.createHelp().visibleCommands(command);
  const acts = children.filter((child) => child.name() !== "help");
  // `backup` is an act, and has commands too.
  if (words !== "" && (acts.length === 0 || Object.hasOwn(ACTS, words))) yield words;
  for (const child of acts)
    yield* commandsOf(child, words === "" ? child.name() : `${words} ${child.name()}`);
}

const entries = Object.entries(ACTS).flatMap(([name, entry]) =>
  typeof entry === "string" ? [] : [[name, entry] as const],
);

describe("every act of the command line", () => {
  test("is in the table, and no other", async () => {
    const { captured: _, ...io } = captureIo();
    const program = await createProgram(io, "1.0.0", undefined);
    expect([...commandsOf(program)].sort()).toEqual(Object.keys(ACTS).sort());
  });

  test("is a route of the management API", () => {
    const routes = new Set(API_ROUTES.map(routeName));
    const missing = entries.flatMap(([name, { api }]) =>
      api.length === 0 ? [name] : api.filter((route) => !routes.has(route)),
    );
    expect(missing).toEqual([]);
  });

  test("is on a page of the console, with the acts of its forms", () => {
    const pages = new Map<string, readonly string[]>([
      ...CONSOLE_PAGES.map(({ path, acts = {} }) => [path, Object.keys(acts)] as const),
      [INVITATIONS, []],
    ]);
    const missing = entries.flatMap(([name, { console: places }]) =>
      places.length === 0
        ? [name]
        : places.filter((place) => {
            const [path = "", ...acts] = place.split(" ");
            return !acts.every((act) => pages.get(path)?.includes(act)) || !pages.has(path);
          }),
    );
    expect(missing).toEqual([]);
  });

  test("and the API has a use in the table for each of its routes, but for the search and the rules of exchange", () => {
    const used = new Set(entries.flatMap(([, { api }]) => api));
    const others = API_ROUTES.map(routeName).filter((route) => !used.has(route));
    expect(others).toEqual(["GET /registration", "GET /token-exchange", "GET /search"]);
  });
});
