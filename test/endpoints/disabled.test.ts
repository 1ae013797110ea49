/** Threat class 19: a person, client or grant that ends between two steps of a flow gets no further. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import {
  answerDevice,
  codeFor,
  expectRefusal,
  expectTokens,
  findDevice,
  introspectAs,
  type Json,
  jsonOf,
  pollDevice,
  postAs,
  redeemCode,
  refresh,
  requestToken,
  serviceToken,
  startDevice,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let person: AccountRecord;
beforeEach(async () => {
  server = await startTestServer();
  server.clock.freeze();
  person = await server.addPerson("ada");
});
afterEach(() => server.close());

const now = () => server.clock.seconds();
type Ending = (clientId: string) => Promise<unknown>;

/** Endings of a person or of their grant. The client can still authenticate. */
const OF_THE_PERSON: readonly (readonly [string, Ending])[] = [
  ["the person is disabled", () => server.context.store.disableAccount(person.subject, now())],
  [
    "the person takes access back",
    (clientId) =>
      server.context.store.revokeAccess(
        { subject: person.subject, clientId: clientId as ClientId },
        "revoked_by_person",
        now(),
      ),
  ],
];
/** Endings of a client. It cannot even authenticate then. */
const OF_THE_CLIENT: readonly (readonly [string, Ending])[] = [
  ["the client is removed", (clientId) => server.context.store.removeClient(clientId as ClientId, now())],
  [
    "the client is disabled",
    async (clientId) => {
      const client = await server.context.store.findClient(clientId);
      if (client === null) throw new Error("There is no such client.");
      await server.context.store.putClient({ ...client, disabledAt: now() });
    },
  ],
];

async function expectDead(tokens: Json): Promise<void> {
  const accessToken = textOf(tokens, "access_token");
  expect(await introspectAs(server, "mail-server", accessToken)).toEqual({ active: false });
  const response = await server.fetch("/auth/userinfo", {
    headers: { Authorization: `Bearer ${accessToken}` },
  });
  await expectRefusal(response, 401, "invalid_token");
}

describe.each(OF_THE_PERSON)("%s", (_, end) => {
  test("between the code and the tokens: the code is worth nothing", async () => {
    const code = await codeFor(server, person);
    await end("web");
    await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
  });

  test(
    proves(
      "between the tokens and their use: they are dead, at introspection, at userinfo and for refreshing",
      "threat 19",
    ),
    async () => {
      const tokens = await tokensFor(server, person, { scope: "mail.read profile" });
      expect((await introspectAs(server, "mail-server", textOf(tokens, "access_token"))).active).toBe(true);
      await end("web");
      await expectDead(tokens);
      expect(await introspectAs(server, "web", textOf(tokens, "refresh_token"))).toEqual({ active: false });
      await expectRefusal(await refresh(server, textOf(tokens, "refresh_token")), 400, "invalid_grant");
    },
  );

  test("between a refresh and its retry: the retry gets nothing", async () => {
    const tokens = await tokensFor(server, person);
    await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
    await end("web");
    await expectRefusal(await refresh(server, textOf(tokens, "refresh_token")), 400, "invalid_grant");
  });

  test("between the person's yes and the device's poll: the device gets nothing", async () => {
    const deviceCode = textOf(await startDevice(server), "device_code");
    await answerDevice(server, deviceCode, person);
    await end("television");
    const body = await jsonOf(await pollDevice(server, deviceCode));
    expect(["access_denied", "invalid_grant"]).toContain(String(body.error));
    expect(body.access_token).toBeUndefined();
  });
});

describe("the person is disabled", () => {
  test("before saying yes to a request: no code is made", async () => {
    await server.context.store.disableAccount(person.subject, now());
    await expect(codeFor(server, person)).rejects.toThrow("person_denied");
  });

  test("before saying yes to a device: it is not decided", async () => {
    const deviceCode = textOf(await startDevice(server), "device_code");
    await server.context.store.disableAccount(person.subject, now());
    await answerDevice(server, deviceCode, person).catch(() => null);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "authorization_pending");
  });

  test("and enabled again: what was revoked stays revoked", async () => {
    const tokens = await tokensFor(server, person);
    await server.context.store.disableAccount(person.subject, now());
    await server.context.store.enableAccount(person.subject);
    await expectDead(tokens);
    await expectRefusal(await refresh(server, textOf(tokens, "refresh_token")), 400, "invalid_grant");
    await tokensFor(server, person);
  });
});

describe.each(OF_THE_CLIENT)("%s", (_, end) => {
  test(
    proves("between the code and the tokens: it is refused like an unknown one", "threat 19"),
    async () => {
      const code = await codeFor(server, person);
      await end("web");
      await expectRefusal(await redeemCode(server, code), 401, "invalid_client");
    },
  );

  test(proves("between the tokens and their use: they are dead for everybody", "RFC 7662 4-1"), async () => {
    const tokens = await tokensFor(server, person, { scope: "mail.read profile" });
    await end("web");
    await expectDead(tokens);
    await expectRefusal(await refresh(server, textOf(tokens, "refresh_token")), 401, "invalid_client");
    await expectRefusal(
      await postAs(server, "web", "/auth/introspect", { token: textOf(tokens, "access_token") }),
      401,
      "invalid_client",
    );
  });

  test("between two polls: the device is refused", async () => {
    const deviceCode = textOf(await startDevice(server), "device_code");
    await expectRefusal(await pollDevice(server, deviceCode), 400, "authorization_pending");
    await answerDevice(server, deviceCode, person);
    await end("television");
    await expectRefusal(await pollDevice(server, deviceCode), 401, "invalid_client");
  });

  test("its own tokens are dead, and it gets no more", async () => {
    const token = await serviceToken(server, { scope: "mail.read" });
    await end("service");
    expect(await introspectAs(server, "mail-server", token)).toEqual({ active: false });
    await expectRefusal(
      await requestToken(server, "service", { grant_type: "client_credentials" }),
      401,
      "invalid_client",
    );
  });

  test("a resource server that is gone learns nothing any more", async () => {
    const tokens = await tokensFor(server, person);
    await end("mail-server");
    await expectRefusal(
      await postAs(server, "mail-server", "/auth/introspect", { token: textOf(tokens, "access_token") }),
      401,
      "invalid_client",
    );
  });
});

describe("what a client may do changes between two steps", () => {
  const change = async (clientId: string, changes: object) => {
    const client = await server.context.store.findClient(clientId);
    if (client === null) throw new Error("There is no such client.");
    await server.context.store.putClient({ ...client, ...changes });
  };

  test("a grant type that was taken away is refused at the next step", async () => {
    const code = await codeFor(server, person);
    const tokens = await tokensFor(server, person);
    const deviceCode = textOf(await startDevice(server), "device_code");
    await answerDevice(server, deviceCode, person);
    await change("web", { grantTypes: [] });
    await change("television", { grantTypes: [] });
    await expectRefusal(await redeemCode(server, code), 400, "unauthorized_client");
    await expectRefusal(await refresh(server, textOf(tokens, "refresh_token")), 400, "unauthorized_client");
    await expectRefusal(await pollDevice(server, deviceCode), 400, "unauthorized_client");
  });

  test("a secret that was removed no longer authenticates, another goes on", async () => {
    const { store } = server.context;
    await expectTokens(await requestToken(server, "service", { grant_type: "client_credentials" }));
    expect(await store.removeClientSecret("service" as ClientId, "configured-1")).toBe(true);
    await expectRefusal(
      await requestToken(server, "service", { grant_type: "client_credentials" }),
      401,
      "invalid_client",
    );
    await expectTokens(
      await server.post("/auth/token", {
        grant_type: "client_credentials",
        client_id: "service",
        client_secret: "another live secret of it",
      }),
    );
  });

  test("a redirect URI that was removed gets no answer any more", async () => {
    await change("web", { redirectUris: ["https://client.example/second?tenant=1"] });
    await expect(codeFor(server, person)).rejects.toThrow("authorize_redirect_uri_mismatch");
  });
});

describe("a grant that is revoked", () => {
  test("between the code and the tokens, by the operator", async () => {
    const deviceCode = textOf(await startDevice(server), "device_code");
    await answerDevice(server, deviceCode, person);
    const { grantId } = await findDevice(server, deviceCode);
    if (grantId === null) throw new Error("There is no grant.");
    expect(await server.context.store.revokeGrant(grantId, "revoked_by_operator", now())).toBe(true);
    await expectRefusal(await pollDevice(server, deviceCode), 400, "access_denied");
  });
});
