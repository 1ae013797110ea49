/**
 * Every page of the server with its full content, for screenshots and accessibility checks. They are opened in several languages, so
 * nothing here looks for words.
 */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { documentPolicy, newClientRecord } from "../../src/clients/clients.ts";
import { checkMetadataDocument } from "../../src/clients/metadata-document.ts";
import { PEOPLE_FACTS } from "../../src/configuration/account-schema.ts";
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { removeTotpByOperator } from "../../src/operations/second-factor-changes.ts";
import { startSession } from "../../src/operations/sessions.ts";
import type { ClientId, CredentialId } from "../../src/protocol/identifiers.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import { put, StoreUnavailable } from "../../src/store/contract.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { passkeys } from "../../src/store/tables/sign-in.ts";
import { askForApproval } from "../support/approvals.ts";
import { newPublicKey } from "../support/authenticator.ts";
import {
  ACCOUNT_INFORMATION,
  DETAILS_CONFIGURATION,
  PAYMENT,
  written,
} from "../support/authorization-details.ts";
import { signInOn } from "../support/chromium.ts";
import { authorizePath } from "../support/code-flow.ts";
import { jpegOf, landscape } from "../support/images.ts";
import type { ListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD, startDevice } from "../support/pages.ts";
import { grantAccess, makeSetupLink } from "../support/people.ts";
import { appCode, FACTOR_PAGE, secretOn } from "../support/second-factor.ts";
import { OPEN_TO_DEVICES } from "../support/token-requests.ts";

/** As if the server had just fetched the metadata document of a program on the device. Returns its URL. */
function rememberDocument({ context }: ListeningServer): string {
  const { configuration, catalogue, clock, random } = context;
  const url = "https://notebook.example/client.json";
  const members = { client_id: url, client_name: "Notebook", redirect_uris: ["http://127.0.0.1/callback"] };
  const now = clock.seconds();
  const client = newClientRecord(
    {
      clientId: url as ClientId,
      source: "metadata_document",
      metadata: checkMetadataDocument(url, JSON.stringify(members), documentPolicy(configuration, catalogue)),
      secrets: [],
      createdAt: now,
      document: { fetchedAt: now, freshUntil: now + 3600, etag: null },
    },
    random,
  );
  context.clientDocuments.remember(client);
  return url;
}

export const GALLERY_CONFIGURATION: ConfigurationInput = {
  account: { people_may_change: [...PEOPLE_FACTS], people_may_delete: true },
  places: { database: fileURLToPath(new URL("../platform/places.mmdb", import.meta.url)) },
  scopes: [
    { name: "mail.read", description: { en: "Read your e-mail", de: "Ihre E-Mails lesen" } },
    { name: "mail.send", description: { en: "Send e-mail as you", de: "E-Mails in Ihrem Namen senden" } },
    { name: "files", description: { en: "See and change your files", de: "Ihre Dateien sehen und ändern" } },
    {
      name: "mail.delete",
      description: { en: "Delete your e-mail for good", de: "Ihre E-Mails endgültig löschen" },
      sensitive: true,
    },
  ],
  registration: { grant_types: [...OPEN_TO_DEVICES.grant_types, "urn:openid:params:grant-type:ciba"] },
  resources: DETAILS_CONFIGURATION.resources,
  // One that demands a second factor would ask for it on every page where people change how they sign in.
  authorization_details_types: DETAILS_CONFIGURATION.authorization_details_types?.filter(
    (type) => !("minimum_acr" in type),
  ),
  clients: [
    {
      client_id: "web",
      client_name: "Lighthouse Mail",
      logo: fileURLToPath(new URL("lighthouse.svg", import.meta.url)),
      client_uri: "https://client.example/about",
      tos_uri: "https://client.example/terms",
      policy_uri: "https://client.example/privacy",
      initiate_login_uri: "https://client.example/login",
      authorization_details_types: ["payment", "account_information"],
      redirect_uris: ["https://client.example/callback"],
      secrets: ["a secret that is long enough for tests"],
    },
    {
      client_id: "photos",
      client_name: "Family Photos",
      redirect_uris: ["https://photos.example/callback"],
      secrets: ["a secret that is long enough for tests"],
      allowed_groups: ["family", "friends"],
    },
    {
      client_id: "wiki",
      client_name: "The Wiki of the Whole Family Liddell, with Recipes",
      client_uri: "https://wiki.liddell.example/",
      redirect_uris: ["https://wiki.liddell.example/callback"],
    },
    {
      client_id: "native",
      client_name: "Notes for Desktop",
      client_uri: "https://notes.example/",
      redirect_uris: ["http://127.0.0.1/callback"],
    },
    {
      client_id: "television",
      client_name: "Living Room Player",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    },
    {
      client_id: "bank",
      client_name: "Harbour Bank",
      grant_types: ["urn:openid:params:grant-type:ciba"],
      authorization_details_types: ["payment"],
      secrets: ["a secret that is long enough for tests"],
    },
  ],
};

/** The same server with everything that an operator can change of its looks. */
export const BRANDED_CONFIGURATION: ConfigurationInput = {
  ...GALLERY_CONFIGURATION,
  appearance: {
    name: "Lighthouse",
    names: { de: "Leuchtturm", ar: "المنارة" },
    logo: fileURLToPath(new URL("lighthouse.svg", import.meta.url)),
    accent_color: "#b3541e",
    background_color: "#7fb2c9",
    background_color_dark: "#0b2530",
    background_image: fileURLToPath(new URL("sea.svg", import.meta.url)),
    background_image_dark: fileURLToPath(new URL("night.svg", import.meta.url)),
    greeting: {
      en: "Welcome to the harbour. Use your boat’s account.",
      de: "Willkommen im Hafen. Verwenden Sie das Konto Ihres Bootes.",
      ar: "أهلًا بك في الميناء. استخدم حساب قاربك.",
    },
    imprint_url: "https://harbour.example/imprint",
    privacy_url: "https://harbour.example/privacy",
    help_url: "/help",
  },
};

const TELEVISION_AGENT = "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2) AppleWebKit/537.36 Player/4.2";

export interface Exhibit {
  readonly name: string;
  readonly open: (page: Page, server: ListeningServer) => Promise<void>;
}

const path = (below: string) => async (page: Page, server: ListeningServer) => {
  await page.goto(server.issuer + below);
};

const device = async (server: ListeningServer) => startDevice(server, { "User-Agent": TELEVISION_AGENT });

const openDevice = async (page: Page, server: ListeningServer) => {
  const { user_code } = await device(server);
  await page.goto(`${server.issuer}/device?user_code=${user_code}`);
};

const answerDevice = (answer: "allow" | "deny") => async (page: Page, server: ListeningServer) => {
  await openDevice(page, server);
  await page.locator(`button[value=${answer}]`).click();
};

/** Opens the question that the bank asks alice. */
const openApproval = async (page: Page, server: ListeningServer) => {
  const alice = await server.context.store.findAccountByUsername("alice");
  if (alice === null) throw new Error("Alice is missing.");
  const { path } = await askForApproval(server, alice, {
    scope: [],
    authorizationDetails: [{ ...PAYMENT, urgent: true }],
    bindingMessage: "Call with Mr Burton, transfer 4711",
    createdAt: server.clock.seconds() - 75,
  });
  await page.goto(server.issuer + path);
};

const answerApproval = (answer: "allow" | "report") => async (page: Page, server: ListeningServer) => {
  await openApproval(page, server);
  await page.locator(`button[value=${answer}]`).click();
};

/** Registers a client without an operator, as an unknown application does. */
async function registerStranger(server: ListeningServer): Promise<string> {
  const response = await fetch(`${server.issuer}/auth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      client_name: "Inbox Helper",
      redirect_uris: ["https://inbox-helper.example/return"],
      token_endpoint_auth_method: "none",
    }),
  });
  return ((await response.json()) as { client_id: string }).client_id;
}

/** Fills in the fields and sends their form. */
async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`input#${name}`).fill(value);
  const [name = ""] = Object.keys(fields);
  await page.locator(`form:has(input#${name}) button[type=submit]`).first().click();
}

/** Makes the form on the page a stale one, without a clock that would end what the form is about. */
const spoil = (page: Page) =>
  page.locator("input[name=form_token]").evaluate((input) => input.setAttribute("value", "old"));

/** Pages without a sign-in. */
export const SIGNED_OUT: readonly Exhibit[] = [
  { name: "home", open: path("/") },
  {
    name: "home-languages",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/`);
      await page.locator(".languages summary").click();
    },
  },
  { name: "sign-in", open: path("/login") },
  { name: "sign-in-to-client", open: path(authorizePath()) },
  {
    name: "sign-in-passkey-unknown",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/login`);
      await page.locator("form[data-passkey]").evaluate((form: HTMLFormElement) => {
        const field = form.elements.namedItem("passkey");
        if (field instanceof HTMLInputElement) field.value = "{}";
        form.submit();
      });
      await page.locator("#fault").waitFor();
    },
  },
  {
    name: "sign-in-wrong",
    open: (page, server) => signInOn(page, `${server.issuer}/login`, "alice", "not my password"),
  },
  { name: "signed-out", open: path("/logout") },
  { name: "signed-out-of-application", open: path("/auth/logout?client_id=web") },
  {
    name: "signed-out-not-registered",
    open: path("/auth/logout?client_id=web&post_logout_redirect_uri=https%3A%2F%2Felsewhere.example%2F"),
  },
  { name: "error-application", open: path(authorizePath({ client_id: "nobody" })) },
  {
    name: "error-details",
    open: async (page, server) => {
      await page.goto(
        server.issuer + authorizePath({ redirect_uri: "https://client.example/callba\u0441k " }),
      );
      await page.locator("main summary").click();
    },
  },
  {
    name: "error-not-found",
    open: path("/nothing/here"),
  },
  {
    name: "error-busy",
    open: async (page, server) => {
      const { store } = server.context;
      const { look } = store;
      Object.assign(store, {
        look: async () => {
          throw new StoreUnavailable("closed");
        },
      });
      await page.goto(server.issuer + authorizePath());
      Object.assign(store, { look });
    },
  },
  {
    name: "sign-in-stale",
    open: async (page, server) => {
      await page.goto(server.issuer + authorizePath());
      server.clock.advance(3601);
      await fillIn(page, { username: "alice", password: PASSWORD });
    },
  },
  {
    name: "sign-in-cookieless",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/login`);
      await page.context().clearCookies();
      await fillIn(page, { username: "alice", password: PASSWORD });
    },
  },
  {
    name: "other-address",
    open: async (page, server) => {
      await page.goto(`http://127.0.0.1:${server.port}/login?return_to=%2Fdevice`);
      await page.locator("main summary").click();
    },
  },
  { name: "help", open: path("/help/errors") },
  { name: "help-search", open: path("/help/errors?q=invalid_grant") },
  { name: "help-search-nothing", open: path("/help/errors?q=nothing+at+all") },
  {
    name: "sign-in-limited",
    open: async (page, server) => {
      const account = "carol";
      const { signInPerAccount } = server.context.limits;
      for (let count = 0; count < 10; count += 1) {
        signInPerAccount.attempt(`name ${account}`);
        signInPerAccount.settle(`name ${account}`);
      }
      await signInOn(page, `${server.issuer}/login`, account, "not my password");
    },
  },
  {
    name: "setup",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/setup?token=${await makeSetupLink(server)}`);
    },
  },
  {
    name: "setup-stale",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/setup?token=${await makeSetupLink(server)}`);
      await spoil(page);
      await fillIn(page, { username: "root", password: PASSWORD });
    },
  },
  {
    name: "setup-passkey",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/setup?token=${await makeSetupLink(server)}`);
      await page.locator("input#username").fill("root");
      await page.locator("button[name=with_passkey]").click();
    },
  },
  { name: "error-setup-link", open: path("/setup?token=used") },
  { name: "sign-in-kept-password", open: changePasswordLate },
  { name: "other-device", open: path("/login/other-device") },
  {
    name: "other-device-over",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/login/other-device`);
      server.clock.advance(301);
      await page.reload();
    },
  },
];

/** Pages for alice, who is signed in. */
export const SIGNED_IN: readonly Exhibit[] = [
  {
    name: "approve",
    open: async (page, server) => {
      await page.goto(server.issuer + (await askFromElsewhere(server)));
    },
  },
  {
    name: "approve-denied",
    open: async (page, server) => {
      await page.goto(server.issuer + (await askFromElsewhere(server)));
      await page.locator("button[value=deny]").click();
    },
  },
  { name: "account-empty", open: path("/account") },
  { name: "passkeys-none", open: path("/account/passkeys") },
  { name: "passkeys-one", open: withPasskeys(1) },
  {
    name: "passkeys-failed",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/account/passkeys`);
      await page.evaluate(() => {
        navigator.credentials.create = async () => {
          throw new DOMException("", "InvalidStateError");
        };
      });
      await page.locator("form[data-passkey] button").click();
      await page.locator(".said").waitFor();
    },
  },
  { name: "passkeys", open: withPasskeys(4) },
  { name: "second-step-passkey", open: path("/login?return_to=%2Faccount&step_up=1") },
  {
    name: "passkeys-not-recent",
    open: async (page, server) => {
      server.clock.advance(server.context.configuration.lifetimes.recent_sign_in_seconds + 1);
      await page.goto(`${server.issuer}/account/passkeys`);
    },
  },
  { name: "sign-in-choice", open: path(authorizePath({ prompt: "select_account" })) },
  {
    name: "consent-website",
    open: path(authorizePath({ scope: "mail.read mail.send profile", resource: "https://mail.example/" })),
  },
  { name: "consent-sensitive", open: path(authorizePath({ scope: "profile mail.read mail.delete" })) },
  {
    name: "consent-details",
    open: path(
      authorizePath({
        scope: undefined,
        authorization_details: written({ ...PAYMENT, urgent: true }, { ...ACCOUNT_INFORMATION, days: 90 }),
      }),
    ),
  },
  { name: "consent-own", open: path(authorizePath({ scope: "profile email" })) },
  {
    name: "consent-sign-in",
    open: path(authorizePath({ scope: "openid profile email phone address groups offline_access" })),
  },
  {
    name: "not-allowed",
    open: path(authorizePath({ client_id: "photos", redirect_uri: "https://photos.example/callback" })),
  },
  {
    name: "leaving",
    open: async (page, server) => {
      const clientId = await registerStranger(server);
      const redirect_uri = "https://inbox-helper.example/return";
      await page.goto(server.issuer + authorizePath({ client_id: clientId, redirect_uri, prompt: "none" }));
    },
  },
  { name: "posting", open: openPosting },
  {
    name: "consent-application",
    open: path(
      authorizePath({
        client_id: "native",
        redirect_uri: "http://127.0.0.1:49152/callback",
        scope: "files profile",
      }),
    ),
  },
  {
    name: "consent-stranger",
    open: async (page, server) => {
      const clientId = await registerStranger(server);
      const redirect_uri = "https://inbox-helper.example/return";
      await page.goto(
        server.issuer + authorizePath({ client_id: clientId, redirect_uri, scope: "mail.read mail.send" }),
      );
    },
  },
  {
    name: "consent-document",
    open: async (page, server) => {
      const url = rememberDocument(server);
      const redirect_uri = "http://127.0.0.1:49152/callback";
      await page.goto(
        server.issuer + authorizePath({ client_id: url, redirect_uri, scope: "mail.read files" }),
      );
    },
  },
  {
    name: "consent-again",
    open: async (page, server) => {
      await page.goto(server.issuer + authorizePath({ prompt: "consent" }));
      await spoil(page);
      await page.locator("button[value=allow]").click();
    },
  },
  { name: "device-code", open: path("/device") },
  { name: "device-code-wrong", open: path("/device?user_code=BCDF-GHJK") },
  { name: "device-confirm", open: openDevice },
  { name: "device-approved", open: answerDevice("allow") },
  { name: "device-denied", open: answerDevice("deny") },
  {
    name: "device-answered",
    open: async (page, server) => {
      await openDevice(page, server);
      const field = (name: string) => page.locator(`input[name=${name}]`).inputValue();
      const form = {
        form_token: await field("form_token"),
        device: await field("device"),
        decision: "allow",
      };
      // With the page's cookies, as before the back button.
      await page.request.post(`${server.issuer}/device`, { form });
      await page.locator("button[value=deny]").click();
    },
  },
  {
    name: "device-stale",
    open: async (page, server) => {
      await openDevice(page, server);
      await spoil(page);
      await page.locator("button[value=allow]").click();
    },
  },
  { name: "approvals-none", open: path("/account/approvals") },
  { name: "approval", open: openApproval },
  {
    name: "approvals",
    open: async (page, server) => {
      await openApproval(page, server);
      await page.goto(`${server.issuer}/account/approvals`);
    },
  },
  { name: "account-with-approvals", open: path("/account") },
  { name: "approval-approved", open: answerApproval("allow") },
  { name: "approval-reported", open: answerApproval("report") },
  { name: "approval-unknown", open: path("/account/approval?request=unknown") },
  {
    name: "approval-stranger",
    open: async (page, server) => {
      const client = await server.context.store.findClient("bank");
      if (client === null) throw new Error("The bank is missing.");
      await server.context.store.putClient({ ...client, source: "registration" });
      await openApproval(page, server);
      await server.context.store.putClient(client);
    },
  },
  {
    name: "approval-over",
    open: async (page, server) => {
      await openApproval(page, server);
      server.clock.advance(301);
      await page.locator("button[value=allow]").click();
    },
  },
  {
    name: "error-answered",
    open: async (page, server) => {
      await page.goto(server.issuer + authorizePath({ prompt: "consent" }));
      const field = (name: string) => page.locator(`input[name=${name}]`).inputValue();
      const form = {
        form_token: await field("form_token"),
        request: await field("request"),
        decision: "allow",
      };
      await page.request.post(`${server.issuer}/consent`, { form, maxRedirects: 0 });
      server.clock.advance(61);
      await page.locator("button[value=allow]").click();
    },
  },
  {
    name: "sign-out-stale",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/logout`);
      server.clock.advance(3601);
      await page.locator("main form button").click();
    },
  },
  {
    name: "device-decided",
    open: async (page, server) => {
      await openDevice(page, server);
      server.clock.advance(901);
      await page.locator("button[value=allow]").click();
    },
  },
  {
    name: "device-confirm-stranger",
    open: async (page, server) => {
      const client = await server.context.store.findClient("television");
      if (client === null) throw new Error("The player is missing.");
      await server.context.store.putClient({ ...client, source: "registration" });
      await openDevice(page, server);
      await server.context.store.putClient(client);
    },
  },
  { name: "sign-out", open: path("/logout") },
  { name: "sign-out-of-application", open: path("/auth/logout?client_id=web") },
  { name: "sign-in-again", open: path("/login?return_to=%2Fdevice") },
  { name: "sign-in-another", open: path("/login?return_to=%2Fdevice&another=1") },
  {
    name: "account",
    open: async (page, server) => {
      const account = await server.context.store.findAccountByUsername("alice");
      if (account === null) throw new Error("Alice is missing.");
      await grantAccess(
        server,
        account,
        "web",
        ["mail.read", "mail.send", "profile"],
        ["https://mail.example/"],
      );
      await grantAccess(server, account, "television", ["mail.read"], [], "device_code");
      await grantAccess(server, account, "television", ["mail.read"], [], "device_code");
      const stranger = await registerStranger(server);
      await grantAccess(server, account, stranger, ["mail.read"]);
      await addPersonElsewhere(server, account);
      await page.goto(`${server.issuer}/account`);
    },
  },
  {
    name: "account-open",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/account`);
      for (const row of await page.locator("main details > summary").all()) await row.click();
    },
  },
  { name: "account-apps", open: path("/account/apps") },
  { name: "account-details", open: path("/account/details") },
  {
    name: "account-details-wrong",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/account/details`);
      await fillIn(page, { name: "Alice Liddell", nickname: "Lice", phone_number: "zero six six zero" });
    },
  },
  {
    name: "account-picture-wrong",
    open: (page, server) => sendPicture(page, server, Buffer.from("hello")),
  },
  {
    name: "account-picture",
    open: async (page, server) => sendPicture(page, server, Buffer.from(await jpegOf(landscape()))),
  },
  { name: "account-activity", open: path("/account/activity") },
  {
    name: "account-data",
    // Lately enough for what follows.
    open: (page, server) =>
      signInOn(page, `${server.issuer}/login?return_to=%2Faccount%2Fdata`, "alice", PASSWORD),
  },
  {
    name: "account-data-wrong",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/account/data`);
      await fillIn(page, { typed_username: "bob" });
    },
  },
  { name: "account-password", open: path("/account/password") },
  {
    name: "account-stale",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/account`);
      server.clock.advance(3601);
      await page.locator("main details > summary").first().click();
      await page.locator("button.remove").first().click();
    },
  },
  { name: "account-security", open: path("/account/security") },
  {
    name: "account-password-stale",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/account/password`);
      server.clock.advance(3601);
      await fillIn(page, { current_password: PASSWORD, new_password: "a new password of mine" });
    },
  },
  {
    name: "account-password-wrong",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/account/password`);
      await fillIn(page, { current_password: "not my password", new_password: "a new password of mine" });
    },
  },
  // From here on alice has a second factor.
  {
    name: "second-factor-set-up",
    open: async (page, server) => {
      const there = encodeURIComponent(FACTOR_PAGE);
      await signInOn(page, `${server.issuer}/login?return_to=${there}`, "alice", PASSWORD);
    },
  },
  { name: "second-factor-code-wrong", open: (page) => fillIn(page, { code: "000000" }) },
  {
    name: "recovery-codes",
    open: async (page, server) => {
      secret = secretOn(await page.content());
      await fillIn(page, { code: appCode(server, secret) });
    },
  },
  {
    name: "second-factor",
    open: (page) => page.locator("main button.main").click(),
  },
  {
    name: "second-factor-wrong",
    open: async (page) => {
      await page.locator("input#code").fill("000000");
      await page.locator("button[value=renew]").click();
    },
  },
  {
    name: "second-step",
    open: (page, server) => signInOn(page, `${server.issuer}/login?return_to=%2Faccount`, "alice", PASSWORD),
  },
  { name: "second-step-wrong", open: (page) => fillIn(page, { code: "000000" }) },
];

const PASSKEYS = [
  { name: "Apple Passwords", transports: ["internal", "hybrid"], backedUp: true, discoverable: true },
  { name: "", transports: ["usb", "nfc"], backedUp: false, discoverable: false },
  { name: "Windows Hello", transports: ["internal"], backedUp: false, discoverable: true },
  {
    name: "The key in the blue drawer, second from above",
    transports: ["usb"],
    backedUp: false,
    discoverable: true,
  },
];

/** The page of alice's first passkeys. */
function withPasskeys(count: number): Exhibit["open"] {
  return async (page, server) => {
    const { store, clock } = server.context;
    const account = await store.findAccountByUsername("alice");
    if (account === null) throw new Error("Alice is missing.");
    await store.commit({
      changes: PASSKEYS.slice(0, count).map((passkey, index) =>
        put(passkeys, {
          ...passkey,
          credentialId: new Uint8Array([1, index]) as Uint8Array as CredentialId,
          subject: account.subject,
          publicKey: newPublicKey(),
          counter: 0,
          aaguid: "00000000-0000-0000-0000-000000000000",
          createdAt: clock.seconds() - 86_400 * (40 - index),
          usedAt: index === 2 ? null : clock.seconds() - 7200 * (index + 1),
        }),
      ),
    });
    await page.goto(`${server.issuer}/account/passkeys`);
    if (count > 1) await page.locator("details.agent > summary").nth(1).click();
  };
}

/** Of the app that alice set up. */
let secret: Uint8Array = new Uint8Array();
/** Sends a file as the picture of the person. */
async function sendPicture(page: Page, server: ListeningServer, buffer: Buffer): Promise<void> {
  await page.goto(`${server.issuer}/account/details`);
  await page.locator("#picture").setInputFiles({ name: "me.jpg", mimeType: "image/jpeg", buffer });
  await page.locator("form:has(#picture) button[type=submit]").click();
}

/** The page that posts an answer, as it is while the browser is slow or has no scripts. */
async function openPosting(page: Page, server: ListeningServer): Promise<void> {
  const script = /\.js$/;
  await page.route(script, (route) => route.abort());
  const client = { client_id: "photos", redirect_uri: "https://photos.example/callback" };
  await page.goto(
    server.issuer + authorizePath({ ...client, response_mode: "form_post", response_type: "token" }),
  );
  await page.unroute(script);
}

/** The form for the password, sent after the session has ended. */
async function changePasswordLate(page: Page, server: ListeningServer): Promise<void> {
  await signInAlice(page, server);
  await page.goto(`${server.issuer}/account/password`);
  const cookies = await page.context().cookies();
  const other = await page.context().newPage();
  await other.goto(`${server.issuer}/logout`);
  await other.locator("main form button").click();
  await other.close();
  await page.context().addCookies(cookies);
  await fillIn(page, { current_password: PASSWORD, new_password: "a new password of mine" });
}

/** Two more browsers in which the person is signed in. */
async function addPersonElsewhere(server: ListeningServer, account: AccountRecord): Promise<void> {
  for (let count = 0; count < 2; count += 1) {
    await startSession(server.context, SERVER_ACT, { account, steps: [STEPS.password] }, null);
  }
}

/** Signs alice in on the page, with her password alone. */
export async function signInAlice(page: Page, server: ListeningServer): Promise<void> {
  const alice = await server.context.store.findAccountByUsername("alice");
  if (alice === null) await addPersonWithPassword(server, "alice", { name: "Alice Liddell" });
  else await removeTotpByOperator(server.context, SERVER_ACT, alice.subject);
  await signInOn(page, `${server.issuer}/login`, "alice", PASSWORD);
}

/** The page on the phone for a browser elsewhere that asks to be signed in. */
async function askFromElsewhere({ issuer }: ListeningServer): Promise<string> {
  const agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const asked = await fetch(`${issuer}/login/other-device`, {
    headers: { "User-Agent": agent },
    redirect: "manual",
  });
  const request = new URL(asked.headers.get("location") ?? "", issuer).searchParams.get("request");
  return `/login/approve?${new URLSearchParams({ request: request ?? "" })}`;
}
