import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  type MintedCredential,
  mintCredential,
  parseCredential,
  parseRecordId,
  recordIdText,
} from "../../src/credentials/credential.ts";
import type {
  ClientId,
  RecordId,
  ResourceIndicator,
  Scope,
  SubjectId,
} from "../../src/protocol/identifiers.ts";
import { recipientOf } from "../../src/protocol/redirect-uri.ts";
import type { GrantRecord } from "../../src/store/tables/grants.ts";
import { BY_PASSWORD } from "../support/people.ts";
import { proves } from "../support/proves.ts";

import { captureIo, removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
const { clock, random } = captureIo();
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(data, { demo: true });
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const run = (args: string[], overrides = {}) =>
  tessera([...args, "--data", data, "--port", "8080"], overrides);

async function serviceToken(): Promise<string> {
  const answer = await fetch(`${running.configuration.issuer}/auth/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa("demo-service:demo-service-secret-known-to-everyone")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const body: unknown = await answer.json();
  if (typeof body !== "object" || body === null || !("access_token" in body)) throw new Error("no token");
  return String(body.access_token);
}

interface Given {
  readonly access: MintedCredential;
  readonly refresh: MintedCredential;
  readonly grantId: string;
}

/** Ada's grant for demo-device, as the device flow stores it. */
async function adaAllows(): Promise<Given> {
  const { store } = running;
  const account = await store.findAccountByUsername("ada");
  const now = clock.seconds();
  const clientId = "demo-device" as ClientId;
  const device = mintCredential("device_code", clock, random);
  const access = mintCredential("access_token", clock, random);
  const refresh = mintCredential("refresh_token", clock, random);
  const scope = ["notes.read" as Scope];
  const resources = ["https://notes.demo.example" as ResourceIndicator];
  const grant: GrantRecord = {
    id: mintCredential("device_code", clock, random).id,
    subject: account?.subject ?? ("" as SubjectId),
    username: "ada",
    clientId,
    scope,
    resources,
    authorizationDetails: null,
    via: "device_code",
    session: null,
    claims: null,
    address: "203.0.113.7",
    online: false,
    authenticatedAt: now,
    program: null,
    system: null,
    ...BY_PASSWORD,
    createdAt: now,
    expiresAt: now + 7200,
    activatedAt: null,
    revokedAt: null,
    revokedReason: null,
  };
  await store.createDeviceCode({
    id: device.id,
    digest: device.digest,
    userCodeDigest: device.digest,
    clientId,
    scope,
    resources,
    authorizationDetails: null,
    createdAt: now,
    expiresAt: now + 600,
    requesterAddress: "",
    requesterAgent: "",
    status: "pending",
    grantId: null,
    deniedBy: null,
    usedAt: null,
  });
  await store.decideDeviceCode(device.id, grant, now);
  const common = { grantId: grant.id, clientId, issuedAt: now };
  await store.redeemDeviceCode(device.id, {
    now,
    accessToken: {
      ...common,
      id: access.id,
      digest: access.digest,
      subject: grant.subject,
      scope,
      resources,
      confirmation: null,
      expiresAt: now + 3600,
    },
    refreshToken: {
      ...common,
      id: refresh.id,
      digest: refresh.digest,
      expiresAt: now + 7200,
      usedAt: null,
      successorId: null,
      usedFrom: null,
      retriedElsewhere: false,
      confirmation: null,
    },
  });
  return { access, refresh, grantId: recordIdText(grant.id) };
}

describe("token inspect", () => {
  test("tells whose an access token is, what for, and until when", async () => {
    const { access, grantId } = await adaAllows();
    const { out } = await run(["token", "inspect", access.text]);
    expect(out).toMatch(/^state +valid$/m);
    expect(out).toMatch(/^kind +access token$/m);
    expect(out).toMatch(/^owner +ada \(acc_/m);
    expect(out).toMatch(/^client_id +demo-device$/m);
    expect(out).toMatch(/^scope +notes\.read$/m);
    expect(out).toMatch(/^audience +https:\/\/notes\.demo\.example$/m);
    expect(out).toMatch(/^expires +\d{4}-\d\d-\d\d \d\d:\d\d (UTC|[+-]\d\d:\d\d) \(in \d+ minutes\)$/m);
    expect(out).toContain(grantId);
  });

  test("tells the same of a refresh token", async () => {
    const { refresh } = await adaAllows();
    const { out } = await run(["token", "inspect", refresh.text]);
    expect(out).toMatch(/^kind +refresh token$/m);
    expect(out).toMatch(/^owner +ada/m);
  });

  test("says of a client's own token that it belongs to the client", async () => {
    const { out } = await run(["token", "inspect", await serviceToken()]);
    expect(out).toMatch(/^owner +the client itself$/m);
  });

  test("reads the token from standard input, so that it stays out of the shell's history", async () => {
    const { access } = await adaAllows();
    const { out } = await run(["token", "inspect", "-"], { stdin: `${access.text}\n` });
    expect(out).toMatch(/^state +valid$/m);
  });

  test("--json is what introspection says", async () => {
    const { access } = await adaAllows();
    const view = JSON.parse((await run(["token", "inspect", access.text, "--json"])).out);
    expect(view).toMatchObject({
      active: true,
      client_id: "demo-device",
      username: "ada",
      scope: "notes.read",
    });
  });

  test("does not believe a token whose secret part is wrong", async () => {
    const { access, refresh } = await adaAllows();
    for (const { text } of [access, refresh]) {
      const forged = `${text.slice(0, -4)}AAAA`;
      const { out } = await run(["token", "inspect", forged]);
      expect(out).toMatch(/^state +not valid$/m);
      expect(out).not.toContain("ada");
      expect(JSON.parse((await run(["token", "inspect", forged, "--json"])).out)).toEqual({ active: false });
    }
  });

  test("refuses what is no token at all", async () => {
    const { code, err } = await run(["token", "inspect", "hello"]);
    expect(code).toBe(1);
    expect(err).toContain("This is not a token of Tessera.");
  });
});

describe("token revoke", () => {
  test("ends an access token and nothing else", async () => {
    const { access, refresh } = await adaAllows();
    expect((await run(["token", "revoke", access.text])).out).toBe("Revoked the access token.\n");
    expect((await run(["token", "inspect", access.text])).out).toMatch(/^state +not valid$/m);
    expect((await run(["token", "inspect", refresh.text])).out).toMatch(/^state +valid$/m);
  });

  test("of a refresh token ends everything of its grant", async () => {
    const { access, refresh } = await adaAllows();
    expect((await run(["token", "revoke", "-"], { stdin: refresh.text })).out).toContain(
      "everything that was issued",
    );
    expect((await run(["token", "inspect", access.text])).out).toMatch(/^state +not valid$/m);
    expect((await run(["token", "inspect", refresh.text])).out).toContain(
      "its grant was revoked: revoked by operator",
    );
  });

  test(proves("of a used refresh token ends its grant too, as at the endpoint", "threat 78"), async () => {
    const { access, refresh, grantId } = await adaAllows();
    const grant = await running.store.findGrant(parseRecordId(grantId) as RecordId);
    if (grant === null) throw new Error("no grant");
    const now = clock.seconds();
    const successor = mintCredential("refresh_token", clock, random);
    const common = { grantId: grant.id, clientId: grant.clientId, issuedAt: now, expiresAt: now + 60 };
    await running.store.rotateRefreshToken(refresh.id, 0, {
      now,
      accessToken: {
        ...common,
        ...mintCredential("access_token", clock, random),
        subject: grant.subject,
        scope: [],
        resources: [],
        confirmation: null,
      },
      refreshToken: {
        ...common,
        ...successor,
        usedAt: null,
        successorId: null,
        usedFrom: null,
        retriedElsewhere: false,
        confirmation: null,
      },
    });
    expect((await run(["token", "inspect", refresh.text])).out).toContain("it was used");
    expect((await run(["token", "revoke", refresh.text])).out).toContain("Revoked the refresh token");
    for (const { text } of [access, successor]) {
      expect((await run(["token", "inspect", text])).out).toMatch(/^state +not valid$/m);
    }
    expect((await run(["token", "revoke", refresh.text])).out).toContain("its grant was revoked");
  });

  test("ends one token of the list by its id", async () => {
    const token = await serviceToken();
    const listed = JSON.parse((await run(["token", "list", "--client", "demo-service", "--json"])).out);
    const ids: string[] = listed.map(({ jti }: { jti: string }) => jti);
    const id = recordIdText(parseCredential("access_token", token)?.id as RecordId);
    expect(ids).toContain(id);
    expect((await run(["token", "revoke", "--id", id])).out).toBe("Revoked the access token.\n");
    expect((await run(["token", "inspect", token])).out).toMatch(/^state +not valid$/m);
    expect((await run(["token", "revoke", "--id", id])).err).toContain("There is no access token");
  });

  test("ends all tokens of a client", async () => {
    const token = await serviceToken();
    expect((await run(["token", "revoke", "--client", "demo-service"])).out).toContain(
      "Every access token of demo-service has ended.",
    );
    expect((await run(["token", "inspect", token])).out).toMatch(/^state +not valid$/m);
    expect((await run(["token", "inspect", await serviceToken()])).out).toMatch(/^state +valid$/m);
  });

  test("needs to know what to revoke", async () => {
    for (const args of [[], ["tat_x", "--client", "demo-service"], ["--id", "x", "--client", "y"]]) {
      const { code, err } = await run(["token", "revoke", ...args]);
      expect({ code, says: err.includes("Name one token, or --id, or --client.") }).toEqual({
        code: 1,
        says: true,
      });
    }
  });

  test("does not end a grant for somebody who only knows its number", async () => {
    const { refresh } = await adaAllows();
    const forged = `${refresh.text.slice(0, -4)}AAAA`;
    expect(JSON.parse((await run(["token", "revoke", forged, "--json"])).out)).toEqual({ revoked: false });
    expect((await run(["token", "inspect", refresh.text])).out).toMatch(/^state +valid$/m);
  });
});

describe("token list", () => {
  test("is a table of whose token it is, what for, and until when", async () => {
    await adaAllows();
    const { out } = await run(["token", "list", "--user", "ada"]);
    expect(out).toMatch(/^TOKEN_ID +PERSON +CLIENT_ID +SCOPE +FOR +EXPIRES$/m);
    expect(out).toMatch(/ada +demo-device +notes\.read +https:\/\/notes\.demo\.example +in \d+ minutes$/m);
    await serviceToken();
    const own = (await run(["token", "list", "--client", "demo-service"])).out;
    expect(own).toMatch(/ none +demo-service /);
  });

  test("wants to know whose", async () => {
    const { code, err } = await run(["token", "list"]);
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining("--client, --user, or both"),
    });
    expect((await run(["token", "list", "--client", "nobody"])).err).toContain("There is no client");
    expect((await run(["token", "list", "--client", "demo-api"])).out).toBe("No access token is alive.\n");
  });
});

describe("grant list and revoke", () => {
  test("revoke all access of a client, and the tokens that it got for itself", async () => {
    const token = await serviceToken();
    const { out } = await run(["grant", "revoke", "--client", "demo-service"]);
    expect(out).toContain("those that the client got for itself too");
    expect(out).toContain("The client can get tokens for itself again");
    expect((await run(["token", "inspect", token])).out).toMatch(/^state +not valid$/m);
  });

  test("list what people allowed, by person and by client", async () => {
    const { grantId } = await adaAllows();
    expect((await run(["grant", "list"])).out).toMatch(
      /^GRANT_ID +PERSON +CLIENT_ID +SCOPE +FOR +BY +SINCE$/m,
    );
    const ids = async (...args: string[]) =>
      JSON.parse((await run(["grant", "list", "--json", ...args])).out).map(
        (grant: { id: string }) => grant.id,
      );
    expect(await ids("--user", "ADA")).toContain(grantId);
    expect(await ids("--user", "ada", "--client", "demo-device")).toContain(grantId);
    expect(await ids("--client", "demo-app")).toEqual([]);
    expect((await run(["grant", "list", "--user", "nobody"])).err).toContain(
      "There is no person with the user name",
    );
  });

  test("revoke one, and its tokens end", async () => {
    const { grantId, access } = await adaAllows();
    const other = await adaAllows();
    expect((await run(["grant", "revoke", grantId])).out).toContain("Revoked.");
    expect((await run(["grant", "revoke", grantId])).out).toContain("revoked before");
    expect((await run(["token", "inspect", access.text])).out).toMatch(/^state +not valid$/m);
    expect((await run(["token", "inspect", other.access.text])).out).toMatch(/^state +valid$/m);
  });

  test("revoke all of a person and a client at once", async () => {
    const { access } = await adaAllows();
    const revoked = JSON.parse(
      (await run(["grant", "revoke", "--user", "ada", "--client", "demo-device", "--json"])).out,
    );
    expect(revoked.revoked.length).toBeGreaterThan(0);
    expect((await run(["token", "inspect", access.text])).out).toMatch(/^state +not valid$/m);
    expect((await run(["grant", "list"])).out).toBe("No application has access.\n");
  });

  test("revoke what was approved and not fetched yet, and forget what is remembered", async () => {
    const { store } = running;
    const ada = await store.findAccountByUsername("ada");
    const client = await store.findClient("demo-web");
    const redirectUri = client?.redirectUris[0];
    if (ada === null || client === null || redirectUri === undefined) throw new Error("no demonstration");
    const recipient = recipientOf(redirectUri);
    const now = clock.seconds();
    const code = mintCredential("authorization_code", clock, random);
    const grant: GrantRecord = {
      id: mintCredential("device_code", clock, random).id,
      subject: ada.subject,
      username: "ada",
      clientId: client.clientId,
      scope: [],
      resources: [],
      authorizationDetails: null,
      via: "authorization_code",
      session: null,
      claims: null,
      address: "203.0.113.7",
      online: false,
      authenticatedAt: now,
      program: null,
      system: null,
      ...BY_PASSWORD,
      createdAt: now,
      expiresAt: now + 60,
      activatedAt: null,
      revokedAt: null,
      revokedReason: null,
    };
    const allow = async (id: RecordId) =>
      store.authorize({
        now,
        grant: { ...grant, id },
        code: {
          id,
          digest: code.digest,
          grantId: id,
          clientId: client.clientId,
          redirectUri,
          redirectUriRequested: true,
          codeChallenge: null,
          nonce: null,
          confirmation: null,
          createdAt: now,
          expiresAt: now + 60,
          usedAt: null,
          failedAttempts: 0,
        },
        consent: {
          subject: ada.subject,
          clientId: client.clientId,
          recipient,
          scope: [],
          resources: [],
          authorizationDetails: null,
          createdAt: now,
        },
        form: null,
      });
    const first = mintCredential("device_code", clock, random).id;
    await allow(first);
    const { out } = await run(["grant", "revoke", "--user", "ada", "--client", "demo-web"]);
    expect(out).toContain("Revoked 1 grant and forgot 1 remembered consent.");
    expect(await store.findConsent(ada.subject, client.clientId, recipient)).toBeNull();
    expect((await store.findGrant(first))?.revokedReason).toBe("revoked_by_operator");

    const second = mintCredential("device_code", clock, random).id;
    await allow(second);
    expect((await run(["grant", "revoke", recordIdText(second)])).out).toContain(
      "ada will be asked before demo-web gets access again",
    );
    expect(await store.findConsent(ada.subject, client.clientId, recipient)).toBeNull();
  });

  test("revoke without saying what, or of what does not exist, changes nothing", async () => {
    expect((await run(["grant", "revoke"])).err).toContain("Name one grant");
    expect((await run(["grant", "revoke", recordIdText(new Uint8Array(16) as RecordId)])).err).toContain(
      "There is no grant",
    );
    expect((await run(["grant", "revoke", "nonsense"])).err).toContain("There is no grant 'nonsense'.");
  });
});
