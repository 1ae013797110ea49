/** RFC 9396: authorization details, from the request to the API. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import {
  ACCOUNT_INFORMATION,
  ARCHIVE,
  BANK,
  DETAILS_CONFIGURATION,
  DOCUMENTS,
  PAYMENT,
  written,
} from "../support/authorization-details.ts";
import {
  type AuthorizationParameters,
  answerConsent,
  authorizePath,
  obtainCode,
  redirectOf,
} from "../support/code-flow.ts";
import { exchange } from "../support/exchange.ts";
import {
  answerDevice,
  codeFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  type Json,
  jsonOf,
  pollDevice,
  postAs,
  postRegistration,
  redeemCode,
  refresh,
  requestToken,
  startDevice,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { postPush, push, pushedPath } from "../support/pushed.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
let cookie = "";
let web: ClientRecord;
beforeAll(async () => {
  server = await startTestServer(DETAILS_CONFIGURATION);
  person = await server.addPerson("ada");
  cookie = await server.signIn(person);
  web = (await server.context.store.findClient("web")) as ClientRecord;
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.context.store.putClient(web);
});

const details = (...all: readonly unknown[]): AuthorizationParameters => ({
  scope: undefined,
  authorization_details: written(...all),
});

/** The answer of the token endpoint, after a person allowed what the request says. */
const allowed = async (changes: AuthorizationParameters, form: Record<string, string> = {}): Promise<Json> =>
  jsonOf(await redeemCode(server, await obtainCode(server, cookie, changes), form));

const open = (changes: AuthorizationParameters, headers: Record<string, string> = {}) =>
  server.fetch(authorizePath(changes), { headers: { Cookie: cookie, ...headers } });

describe("what a person allowed", () => {
  test(
    proves(
      "is in the answer with the tokens and at introspection, for the API that understands it alone",
      "RFC 9396 2-1",
      "RFC 9396 3-1",
      "RFC 9396 7-1",
      "RFC 9396 9.2-1",
    ),
    async () => {
      const tokens = await allowed(details(PAYMENT, DOCUMENTS));
      expect(tokens.authorization_details).toEqual([PAYMENT, DOCUMENTS]);
      expect(tokens.scope).toBeUndefined();
      const token = textOf(tokens, "access_token");
      expect(await introspectAs(server, "web", token)).toMatchObject({
        authorization_details: [PAYMENT, DOCUMENTS],
        aud: [BANK, ARCHIVE],
      });
      // The bank learns nothing of the archive.
      const seen = await introspectAs(server, "mail-server", token);
      expect(seen).toMatchObject({ authorization_details: [PAYMENT], aud: BANK });
      const refreshToken = await introspectAs(server, "web", textOf(tokens, "refresh_token"));
      expect(refreshToken.authorization_details).toEqual([PAYMENT, DOCUMENTS]);
    },
  );

  test(proves("is a claim of JWT access tokens", "RFC 9396 9.1-1"), async () => {
    const tokens = await allowed(details(DOCUMENTS, PAYMENT), { resource: ARCHIVE });
    expect(tokens.authorization_details).toEqual([DOCUMENTS]);
    expect(decodeJwt(textOf(tokens, "access_token"))).toMatchObject({
      aud: ARCHIVE,
      authorization_details: [DOCUMENTS],
    });
  });

  test(
    proves("stands beside scopes, and changes nothing about them", "RFC 9396 3.1-1", "RFC 9396 3.2-1"),
    async () => {
      const both = await allowed({ ...details(PAYMENT), scope: "mail.read" });
      expect(both).toMatchObject({ scope: "mail.read", authorization_details: [PAYMENT] });
      const { aud } = await introspectAs(server, "web", textOf(both, "access_token"));
      expect(aud).toEqual(["https://mail.example/", BANK]);
      // `resource` says where the scope is for.
      const named = await allowed({
        ...details(PAYMENT),
        scope: "mail.read files",
        resource: "https://mail.example/",
      });
      expect(named).toMatchObject({ scope: "mail.read files", authorization_details: [PAYMENT] });
      const mail = await allowed(
        { ...details(PAYMENT), scope: "mail.read" },
        { resource: "https://mail.example/" },
      );
      expect(mail.authorization_details).toBeUndefined();
    },
  );

  test(
    proves("is kept by a refresh, or narrowed to some of it", "RFC 9396 6-1", "RFC 9396 6-2"),
    async () => {
      const first = await allowed(details(PAYMENT, ACCOUNT_INFORMATION), {
        authorization_details: written(PAYMENT),
      });
      expect(first.authorization_details).toEqual([PAYMENT]);
      const token = textOf(first, "access_token");
      expect((await introspectAs(server, "web", token)).authorization_details).toEqual([PAYMENT]);
      const again = await expectTokens(await refresh(server, textOf(first, "refresh_token")));
      expect(again.authorization_details).toEqual([PAYMENT, ACCOUNT_INFORMATION]);
      // The order of members says nothing.
      const { amount, ...rest } = PAYMENT;
      const { value, currency } = amount;
      const reordered = written({ ...rest, amount: { currency, value } });
      const narrowed = await expectTokens(
        await refresh(server, textOf(again, "refresh_token"), { authorization_details: reordered }),
      );
      expect(narrowed.authorization_details).toEqual([PAYMENT]);
      const more = written({ ...PAYMENT, amount: { value: "1000.00", currency: "EUR" } });
      const refreshToken = textOf(narrowed, "refresh_token");
      for (const wider of [more, written(DOCUMENTS), written(PAYMENT, DOCUMENTS)])
        await expectRefusal(
          await refresh(server, refreshToken, { authorization_details: wider }),
          400,
          "invalid_authorization_details",
        );
      await expectTokens(await refresh(server, refreshToken));
    },
  );

  test("is the same for a retry of a refresh after a lost answer", async () => {
    const first = await allowed(details(PAYMENT, ACCOUNT_INFORMATION));
    const form = { authorization_details: written(ACCOUNT_INFORMATION) };
    const answers = [
      await jsonOf(await refresh(server, textOf(first, "refresh_token"), form)),
      await jsonOf(await refresh(server, textOf(first, "refresh_token"), form)),
    ];
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1]?.authorization_details).toEqual([ACCOUNT_INFORMATION]);
  });

  test("goes when the operator takes the type from the client, and with the last of it the access", async () => {
    const tokens = await allowed(details(PAYMENT, DOCUMENTS));
    await server.context.store.putClient({ ...web, authorizationDetailsTypes: ["documents"] });
    const left = await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
    expect(left.authorization_details).toEqual([DOCUMENTS]);
    await server.context.store.putClient({ ...web, authorizationDetailsTypes: [] });
    await expectRefusal(await refresh(server, textOf(left, "refresh_token")), 400, "invalid_grant");
  });

  test("is told to the operator and to the person", async () => {
    await allowed(details(ACCOUNT_INFORMATION));
    const page = await (await server.fetch("/account", { headers: { Cookie: cookie } })).text();
    expect(page).toContain("See an account");
    expect(page).toContain("See the transactions");
    expect(page).toContain(ACCOUNT_INFORMATION.iban);
  });
});

describe("the ways in", () => {
  test("a pushed request", async () => {
    const requestUri = await push(server, details(PAYMENT));
    const page = await (await server.fetch(pushedPath(requestUri), { headers: { Cookie: cookie } })).text();
    expect(page).toContain("Merchant A");
    const refused = await postPush(server, details({ ...PAYMENT, payee: undefined }));
    await expectRefusal(refused, 400, "invalid_authorization_details");
  });

  test("a request object, in which they are JSON", async () => {
    const parts = [
      { alg: "none" },
      { client_id: "web", response_type: "code", authorization_details: [PAYMENT] },
    ];
    const request = `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;
    expect(await (await open({ scope: undefined, request })).text()).toContain("Merchant A");
  });

  test("a device, whose page says the same", async () => {
    const started = await startDevice(server, { scope: undefined, authorization_details: written(PAYMENT) });
    const page = await server.fetch(`/device?user_code=${started.user_code}`, {
      headers: { Cookie: cookie },
    });
    const html = await page.text();
    for (const words of ["Make a payment", "123.50", "Euro", "Merchant A"]) expect(html).toContain(words);
    const code = textOf(started, "device_code");
    await answerDevice(server, code, person);
    const tokens = await expectTokens(await pollDevice(server, code));
    expect(tokens.authorization_details).toEqual([PAYMENT]);
    const refused = await postAs(server, "television", "/auth/device", { authorization_details: "{}" });
    await expectRefusal(refused, 400, "invalid_authorization_details");
  });

  test(proves("no person allows what a client asks for itself", "RFC 9396 6-3"), async () => {
    const own = { grant_type: "client_credentials", authorization_details: written(PAYMENT) };
    await expectRefusal(await requestToken(server, "service", own), 400, "invalid_authorization_details");
  });

  test("a token that was exchanged has none, and none are given for it", async () => {
    const tokens = await allowed({ ...details(PAYMENT), scope: "mail.read" });
    const token = textOf(tokens, "access_token");
    const exchanged = await jsonOf(await exchange(server, "bank-app", token, { resource: BANK }));
    expect(exchanged.authorization_details).toBeUndefined();
    const seen = await introspectAs(server, "mail-server", textOf(exchanged, "access_token"));
    expect(seen).toMatchObject({ active: true, scope: "mail.read" });
    expect(seen.authorization_details).toBeUndefined();
    const asked = { resource: BANK, authorization_details: written(PAYMENT) };
    await expectRefusal(
      await exchange(server, "bank-app", token, asked),
      400,
      "invalid_authorization_details",
    );
  });

  test(
    proves("a client that registered itself uses the types that are open to it", "RFC 9396 10-2"),
    async () => {
      const registered = await jsonOf(
        await postRegistration(server, {
          redirect_uris: ["https://own.example/cb"],
          token_endpoint_auth_method: "none",
          authorization_details_types: ["payment", "documents"],
        }),
      );
      expect(registered.authorization_details_types).toEqual(["documents"]);
      const asked = { client_id: textOf(registered, "client_id"), redirect_uri: "https://own.example/cb" };
      expect(await (await open({ ...asked, ...details(DOCUMENTS) })).text()).toContain("Read documents");
      // No one vouches for it, so a page leads on to it.
      const answer = async (changes: AuthorizationParameters) =>
        (await open({ ...asked, ...changes })).text();
      expect(await answer(details(PAYMENT))).toContain("error=invalid_authorization_details");
      // A row from before the operator closed the type.
      const { store } = server.context;
      const row = (await store.findClient(asked.client_id)) as ClientRecord;
      await store.putClient({ ...row, authorizationDetailsTypes: ["payment"] });
      expect(await answer(details(PAYMENT))).toContain("error=invalid_authorization_details");
    },
  );
});

describe("a request", () => {
  const text = (value: string) => ({ ...PAYMENT, payee: value });
  test.each([
    ["no JSON", "payment", "it is no JSON"],
    ["no list", JSON.stringify(PAYMENT), "no list"],
    ["nothing", "[]", "empty"],
    ["an entry without a type", written({ payee: "A" }), "with a type"],
    ["a type that is no text", written({ type: 1 }), "with a type"],
    ["the same twice", written(PAYMENT, PAYMENT), "twice"],
    [
      "too many entries",
      written(...Array.from({ length: 11 }, (_, days) => ({ ...ACCOUNT_INFORMATION, days }))),
      "more than 10",
    ],
    [
      "too many bytes",
      written(...Array.from({ length: 9 }, (_, one) => text(`${one}${"x".repeat(600)}`))),
      "bytes",
    ],
    ["a deep nest", `${"[".repeat(900)}${"]".repeat(900)}`, "nested"],
    ["a type that does not exist", written({ type: "nonsense" }), "no type 'nonsense'"],
    ["a field that the type does not have", written({ ...PAYMENT, note: "x" }), "no field 'note'"],
    [
      "an inner field that it does not have",
      written({ ...PAYMENT, amount: { ...PAYMENT.amount, tip: "1" } }),
      "no field 'amount.tip'",
    ],
    ["a dot in a name", written({ ...PAYMENT, "amount.value": "1" }), "no field 'amount.value'"],
    ["a name of every object", '[{"type":"documents","__proto__":{}}]', "no field '__proto__'"],
    ["no field that it needs", written({ ...PAYMENT, payee: undefined }), "'payee' is missing"],
    [
      "no inner field that it needs",
      written({ ...PAYMENT, amount: { currency: "EUR" } }),
      "'amount.value' is missing",
    ],
    ["an empty object", written({ ...PAYMENT, amount: {} }), "'amount' is no object"],
    ["a text in place of an object", written({ ...PAYMENT, amount: "5" }), "'amount' is no object"],
    ["a number in place of a text", written({ ...PAYMENT, payee: 5 }), "'payee' is no text"],
    ["a text in place of a boolean", written({ ...PAYMENT, urgent: "no" }), "neither true nor false"],
    [
      "a number that is none",
      written(ACCOUNT_INFORMATION).replace('"actions"', '"days":1e999,"actions"'),
      "is no number",
    ],
    [
      "a value that is not named",
      written({ ...ACCOUNT_INFORMATION, actions: ["balances", "close"] }),
      "does not name",
    ],
    ["an empty list", written({ ...ACCOUNT_INFORMATION, actions: [] }), "no list"],
    ["a text that is too long", written(text("x".repeat(201))), "more than 200 characters"],
    ["a text that turns around", written(text("Merchant \u202Ereversed")), "cannot show"],
    ["a text with a hidden character", written(text("Mer\u200Bchant")), "cannot show"],
    ["a text of two lines", written(text("A\nB")), "cannot show"],
    ["an empty text", written(text("")), "cannot show"],
    [
      "half a character",
      '[{"type":"payment","amount":{"value":"1","currency":"EUR"},"payee":"\\ud800"}]',
      "cannot show",
    ],
  ])(
    proves("with %s is refused, with what is wrong", "RFC 9396 5-1", "RFC 9396 5-2", "RFC 9396 11.4-1"),
    async (_, authorization_details, words) => {
      const { searchParams } = redirectOf(await open({ authorization_details }));
      expect(searchParams.get("error")).toBe("invalid_authorization_details");
      expect(searchParams.get("error_description")).toContain(words);
    },
  );

  test(proves("of a client that is not registered for the type is refused", "RFC 9396 10-2"), async () => {
    const asked = { client_id: "spa", redirect_uri: "https://spa.example/" };
    const { searchParams } = redirectOf(await open({ ...asked, ...details(PAYMENT) }));
    expect(searchParams.get("error_description")).toContain("not registered");
  });

  test(proves("reads in the metadata what there is", "RFC 9396 10-1"), async () => {
    const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
    expect(metadata.authorization_details_types_supported).toEqual([
      "payment",
      "account_information",
      "transfer",
      "documents",
    ]);
  });
});

describe("the consent page", () => {
  test(
    proves("says each value in the person's language and words, and none of it is markup", "RFC 9396 12-1"),
    async () => {
      const payee = `</bdi><img src=x onerror="alert(1)">&`;
      const asked = details({ ...PAYMENT, payee, urgent: true }, ACCOUNT_INFORMATION);
      const page = await (await open(asked, { "Accept-Language": "de" })).text();
      for (const words of ["Eine Zahlung ausführen", "Betrag", "123.50", "Währung", "Euro", "Eilig", ">Ja<"])
        expect(page).toContain(words);
      expect(page).toContain("&lt;/bdi&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;");
      expect(page).not.toContain("<img src=x");
      // A field without words of the operator has its name.
      for (const words of ["See an account", "iban", "See the balance"]) expect(page).toContain(words);
    },
  );

  test("is not skipped for details that differ, nor for those of an act of its own", async () => {
    const { store } = server.context;
    const fresh = await server.addPerson("grace");
    const session = await server.signIn(fresh);
    const asks = async (changes: AuthorizationParameters) =>
      (await server.fetch(authorizePath(changes), { headers: { Cookie: session } })).status === 200;
    await obtainCode(server, session, details(ACCOUNT_INFORMATION, PAYMENT));
    expect(await asks(details(ACCOUNT_INFORMATION))).toBe(false);
    const { type, actions, iban } = ACCOUNT_INFORMATION;
    expect(await asks(details({ actions, type, iban }))).toBe(false);
    for (const other of [
      { ...ACCOUNT_INFORMATION, iban: "DE02120300000000202051" },
      { ...ACCOUNT_INFORMATION, days: 90 },
      { ...ACCOUNT_INFORMATION, actions: ["balances"] },
    ])
      expect(await asks(details(other))).toBe(true);
    expect(await asks(details(PAYMENT))).toBe(true);
    const silent = await server.fetch(authorizePath({ ...details(PAYMENT), prompt: "none" }), {
      headers: { Cookie: session },
    });
    expect(redirectOf(silent).searchParams.get("error")).toBe("consent_required");
    const [consent] = await store.listConsents(fresh.subject);
    expect(consent?.authorizationDetails).toEqual([ACCOUNT_INFORMATION]);
  });

  test("comes after the second factor that a type demands, and no token without one has it", async () => {
    const step = redirectOf(await open(details({ type: "transfer" })));
    expect(step.pathname).toBe("/login");
    expect(step.searchParams.get("step_up")).toBe("1");
    // As if the operator demanded it later: the grant is of a sign-in with a password alone.
    const code = await codeFor(server, person, details({ type: "transfer" }));
    const refused = await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
    expect(refused.error_uri).toContain("sign_in_too_weak");
    const { user_code } = await startDevice(server, {
      scope: undefined,
      authorization_details: written({ type: "transfer" }),
    });
    const page = await server.fetch(`/device?user_code=${user_code}`, { headers: { Cookie: cookie } });
    expect(page.headers.get("location")).toContain("step_up=1");
  });

  test("says that a no is a no", async () => {
    const denied = redirectOf(await answerConsent(server, cookie, details(PAYMENT), "deny"));
    expect(denied.searchParams.get("error")).toBe("access_denied");
  });
});
