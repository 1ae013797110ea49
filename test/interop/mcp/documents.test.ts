/**
 * The SDK of the Model Context Protocol with a client ID metadata document: from the 401 of an MCP server to its tools, and the
 * application is known by nothing but the URL of its document.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import type { Outbound, OutboundRequest } from "../../../src/platform/outbound.ts";
import { textOf } from "../../support/pages.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { Application, Person } from "./application.ts";
import { type NotesServer, READ, startNotesServer } from "./notes-server.ts";

const URL_OF_DOCUMENT = "https://notebook.example/client.json";
/** The document of Claude, with other names. */
const DOCUMENT = {
  client_id: URL_OF_DOCUMENT,
  client_name: "Notebook",
  client_uri: "https://notebook.example",
  redirect_uris: ["http://127.0.0.1/callback", "https://notebook.example/callback"],
  grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};

const fetched: OutboundRequest[] = [];
const outbound: Outbound = {
  async send(request) {
    fetched.push(request);
    return { status: 200, text: JSON.stringify(DOCUMENT) };
  },
};

let notes: NotesServer;
beforeAll(async () => {
  notes = await startNotesServer("", { outbound });
});
afterAll(() => notes.close());

async function connected(person: Person): Promise<Application> {
  const application = new Application(notes);
  application.clientMetadataUrl = URL_OF_DOCUMENT;
  expect(await rejectionOf(application.call("whose_notes"))).toBeInstanceOf(UnauthorizedError);
  expect(application.client).toMatchObject({ client_id: URL_OF_DOCUMENT });
  expect(application.authorizationUrl?.searchParams.get("client_id")).toBe(URL_OF_DOCUMENT);
  await application.finish(await application.sendThere(person));
  return application;
}

test("the client finds Tessera, registers nowhere, asks the person, and is let in", async () => {
  const person = await Person.named("ada", notes);
  const application = await connected(person);
  expect(application.held).toMatchObject({ token_type: "Bearer", scope: READ });
  expect(application.held?.refresh_token).toBeString();
  expect(await application.call("whose_notes")).toBe("ada");

  notes.tessera.clock.advance(3601);
  expect(await application.call("whose_notes")).toBe("ada");
  expect(application.authorizationUrl).toBeNull();
  expect(fetched.map(({ url, purpose }) => [purpose, url])).toEqual([["documents", URL_OF_DOCUMENT]]);
});

test("two installations have access of their own, and the person sees who published both", async () => {
  const person = await Person.named("bob", notes);
  const [first, second] = [await connected(person), await connected(person)];
  for (const application of [first, second]) expect(await application.call("whose_notes")).toBe("bob");
  const revoked = await notes.tessera.post("/auth/revoke", {
    token: first.held?.refresh_token ?? "",
    client_id: URL_OF_DOCUMENT,
  });
  expect(revoked.status).toBe(200);
  expect(await rejectionOf(first.call("whose_notes"))).toBeInstanceOf(UnauthorizedError);
  expect(await second.call("whose_notes")).toBe("bob");
  const page = await textOf(
    await person.browser.get(second.authorizationUrl?.href ?? first.authorizationUrl?.href ?? ""),
  );
  expect(page).toContain("Published by notebook.example");
});
