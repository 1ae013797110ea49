/**
 * The SDK of the Model Context Protocol tests the authorization server from both sides: its client discovers the
 * server, registers and gets tokens, and an MCP server made of its parts introspects them.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { ClientCredentialsProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { textOf } from "../../support/pages.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { SECRET } from "../../support/server.ts";
import { Application, callTool, Person } from "./application.ts";
import { type NotesServer, READ, startNotesServer, WRITE } from "./notes-server.ts";

let notes: NotesServer;
beforeAll(async () => {
  notes = await startNotesServer();
});
afterAll(() => notes.close());

/** An application to which `person` has given access to their notes. */
async function connected(person: Person, at = notes): Promise<Application> {
  const application = new Application(at);
  await sent(application.call("whose_notes"));
  await application.finish(await application.sendThere(person));
  return application;
}

/** Expects that the SDK sends the person to the server. */
const sent = async (call: Promise<string>) =>
  expect(await rejectionOf(call)).toBeInstanceOf(UnauthorizedError);

const endpoint = (path: string): string => `${notes.tessera.issuer}${path}`;

describe("from nothing but the address of an MCP server", () => {
  test.each(["none", "client_secret_basic", "client_secret_post"])(
    "the client finds Tessera, registers (%s), asks the person, and is let in",
    async (method) => {
      const person = await Person.named(`ada-${method}`, notes, "signed out");
      const application = new Application(notes, { token_endpoint_auth_method: method });
      await sent(application.call("whose_notes"));

      expect(application.client).toMatchObject({
        client_name: "Notebook",
        token_endpoint_auth_method: method,
        issuer: notes.tessera.issuer,
        scope: READ,
      });
      const url = application.authorizationUrl ?? new URL("about:blank");
      expect(url.href).toStartWith(`${endpoint("/auth/authorize")}?`);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        resource: notes.url.href,
        scope: READ,
        code_challenge_method: "S256",
        client_id: application.client?.client_id,
      });
      const page = await textOf(await person.browser.get(await person.consentPage(url)));
      for (const words of ["Notebook", "Notes", "Read your notes"]) expect(page).toContain(words);
      expect(page).not.toContain("Write notes for you");

      const answer = await application.sendThere(person);
      expect(answer.get("state")).toBe(application.state());
      expect(answer.get("iss")).toBe(notes.tessera.issuer);
      await application.finish(answer);
      expect(application.held).toMatchObject({ token_type: "Bearer", scope: READ, expires_in: 3600 });
      expect(await application.call("whose_notes")).toBe(`ada-${method}`);
      expect(application.authorizationUrl).toBeNull();
    },
  );

  test("also when the issuer has a path", async () => {
    const below = await startNotesServer("/sign-in");
    try {
      const application = await connected(await Person.named("bob", below), below);
      expect(application.client?.issuer).toBe(`${new URL(below.tessera.issuer).origin}/sign-in`);
      expect(await application.call("whose_notes")).toBe("bob");
    } finally {
      await below.close();
    }
  });

  test("a person who says no gives nothing", async () => {
    const application = new Application(notes);
    await sent(application.call("whose_notes"));
    const answer = await application.sendThere(await Person.named("carla", notes), "deny");
    expect(answer.get("error")).toBe("access_denied");
    expect(answer.has("code")).toBe(false);
  });

  test("a service without a person gets in by its own credentials", async () => {
    const credentials = {
      clientId: "robot",
      clientSecret: SECRET,
      scope: READ,
      expectedIssuer: notes.tessera.issuer,
    };
    expect(await callTool(notes, new ClientCredentialsProvider(credentials), "whose_notes")).toBe("null");
    const wrong = new ClientCredentialsProvider({ ...credentials, clientSecret: "another one" });
    expect(await rejectionOf(callTool(notes, wrong, "whose_notes"))).toMatchObject({
      errorCode: "invalid_client",
    });
  });
});

describe("an application that was let in", () => {
  test("refreshes by itself when its access token has expired, as often as needed", async () => {
    const application = await connected(await Person.named("dora", notes));
    for (let round = 0; round < 2; round++) {
      const before = application.held;
      notes.tessera.clock.advance(3601);
      expect(await application.call("whose_notes")).toBe("dora");
      expect(application.authorizationUrl).toBeNull();
      expect(application.held?.access_token).not.toBe(before?.access_token);
      expect(application.held?.refresh_token).not.toBe(before?.refresh_token);
    }
  });

  test("is sent to the person again after they took its access away, and forgets its tokens", async () => {
    const person = await Person.named("emil", notes);
    const application = await connected(person);
    expect(await application.call("whose_notes")).toBe("emil");
    const clientId = application.client?.client_id ?? "";
    const removed = await person.browser.submit(
      "/account",
      { action: "remove", client_id: clientId },
      "/account",
    );
    expect(removed.headers.get("location")).toStartWith("/account?notice=");

    await sent(application.call("whose_notes"));
    expect(application.held).toBeUndefined();
    await application.finish(await application.sendThere(person));
    expect(await application.call("whose_notes")).toBe("emil");
  });

  test("loses access at once when it gives its refresh token back (RFC 7009)", async () => {
    const person = await Person.named("fritz", notes);
    const application = await connected(person);
    const response = await fetch(endpoint("/auth/revoke"), {
      method: "POST",
      body: new URLSearchParams({
        client_id: application.client?.client_id ?? "",
        token: application.held?.refresh_token ?? "",
      }),
    });
    expect(response.status).toBe(200);
    await sent(application.call("whose_notes"));
    expect(application.held).toBeUndefined();
  });

  test("registers anew when the operator deleted it", async () => {
    const person = await Person.named("gerda", notes);
    const application = await connected(person);
    const before = application.client;
    const { store, clock } = notes.tessera.context;
    const stored = await store.findClient(before?.client_id ?? "");
    if (stored === null) throw new Error("It is not registered.");
    await store.removeClient(stored.clientId, clock.seconds());

    await sent(application.call("whose_notes"));
    expect(application.client?.client_id).not.toBe(before?.client_id);
    await application.finish(await application.sendThere(person));
    expect(await application.call("whose_notes")).toBe("gerda");
  });
});

test("a code for another resource gets no token for this one", async () => {
  const person = await Person.named("hans", notes);
  const application = new Application(notes);
  await sent(application.call("whose_notes"));
  application.authorizationUrl?.searchParams.set("resource", "https://elsewhere.example/");
  const answer = await application.sendThere(person);
  // The SDK names its own resource again when it redeems the code, but the person allowed another.
  expect(await rejectionOf(application.finish(answer))).toMatchObject({ errorCode: "invalid_target" });
  expect(application.held).toBeUndefined();
});

describe("step-up: a call that needs more than was allowed", () => {
  test("asks the person for more, under the same registration, and goes through", async () => {
    const person = await Person.named("ida", notes);
    const application = await connected(person);
    const { client } = application;
    application.dropRefreshToken();
    await sent(application.call("write_note"));
    expect(application.client).toEqual(client);
    expect(application.authorizationUrl?.searchParams.get("scope")).toBe(`${READ} ${WRITE}`);

    await application.finish(await application.sendThere(person));
    expect(application.held?.scope).toBe(`${READ} ${WRITE}`);
    expect(await application.call("write_note")).toBe("written");
    expect(await application.call("whose_notes")).toBe("ida");
  });

  /**
   * This version of the SDK first refreshes, although a refresh cannot add scope (RFC 6749 §6), and then gives up. The
   * test checks that the refresh neither adds scope nor ends the application's access.
   */
  test("a refresh gives the scope that was allowed, and no more", async () => {
    const person = await Person.named("jan", notes);
    const application = await connected(person);
    const before = application.held;
    expect(await rejectionOf(application.call("write_note"))).toMatchObject({ code: 403 });
    expect(application.held?.access_token).not.toBe(before?.access_token);
    expect(application.held?.scope).toBe(READ);
    expect(await application.call("whose_notes")).toBe("jan");
  });
});
