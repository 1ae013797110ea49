/**
 * Threat class 20: the server makes no requests. Every member and parameter that holds an address, in any
 * specification, names a listener of this test, and the test runs every flow. No request arrives there.
 */
import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { answerConsent, authorizePath } from "../support/code-flow.ts";
import { openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

let server: TestServer;
let visits = 0;
let listener: Bun.TCPSocketListener<undefined>;
beforeEach(async () => {
  visits = 0;
  listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        visits += 1;
        socket.end();
      },
      data() {},
    },
  });
  server = await startTestServer();
});
afterEach(async () => {
  listener.stop(true);
  await server.close();
});

/** The listener's addresses, in forms that fool deny lists. */
const addresses = (): string[] =>
  ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0"].flatMap((host) =>
    ["http", "https"].map((scheme) => `${scheme}://${host}:${listener.port}/x`),
  );

const ADDRESS_MEMBERS = [
  ...["client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", "sector_identifier_uri"],
  ...["initiate_login_uri", "backchannel_logout_uri", "frontchannel_logout_uri", "software_statement"],
  ...["backchannel_client_notification_endpoint", "backchannel_token_delivery_mode"],
];

test(proves("no address that a client or a request names is ever visited", "threat 20"), async () => {
  // The functions by which the process could make a request.
  const ways = [
    spyOn(globalThis, "fetch"),
    spyOn(http, "request"),
    spyOn(https, "request"),
    spyOn(net, "connect"),
    spyOn(tls, "connect"),
    spyOn(Bun, "connect"),
  ];
  try {
    const person = await server.addPerson("ada");
    const cookie = await server.signIn(person);
    const browser = openBrowser(server);
    browser.cookie = cookie;
    for (const address of addresses()) {
      const registered: { client_id: string; client_secret: string }[] = [];
      for (const metadata of [
        { redirect_uris: [address] },
        {
          redirect_uris: ["https://client.example/"],
          request_uris: [address],
          post_logout_redirect_uris: [address],
        },
        ...ADDRESS_MEMBERS.map((member) => ({
          redirect_uris: ["https://client.example/"],
          [member]: address,
        })),
        {
          redirect_uris: ["https://client.example/"],
          jwks: { keys: [{ kty: "RSA", x5u: address, jku: address }] },
        },
      ]) {
        const response = await server.fetch("/auth/register", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(metadata),
          address: `198.51.100.${registered.length}.${address.length}`,
        });
        if (response.status === 201) registered.push(await response.json());
      }
      for (const { client_id } of registered.slice(0, 3)) {
        await browser.get(authorizePath({ client_id, redirect_uri: undefined, scope: undefined }));
      }
      // An address as the client, as the request, and as every member that may hold one.
      for (const changes of [
        { client_id: address },
        { request_uri: address },
        { request: `e30.${Buffer.from(JSON.stringify({ jku: address })).toString("base64url")}.` },
        { redirect_uri: address },
        { resource: address },
        { registration: JSON.stringify({ jwks_uri: address }) },
        { claims: JSON.stringify({ userinfo: { _claim_sources: address } }) },
        { id_token_hint: address, login_hint: address, acr_values: address },
      ]) {
        await browser.get(authorizePath(changes));
        await server.fetch(authorizePath(changes));
      }
      const assertion = { client_assertion: address, client_assertion_type: address, client_id: "web" };
      for (const form of [
        { grant_type: "client_credentials", ...assertion },
        {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: address,
          client_id: "native",
        },
        {
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          subject_token: address,
          client_id: "native",
        },
        { grant_type: DEVICE_GRANT, device_code: address, client_id: "native" },
        { grant_type: "authorization_code", code: address, redirect_uri: address, client_id: "native" },
      ]) {
        await server.post("/auth/token", form);
      }
      await server.post("/auth/introspect", { token: address }, basic(address, address));
    }
    expect((await answerConsent(server, cookie)).status).toBe(303);
    for (const path of ["/account", "/", "/help/errors"]) expect((await browser.get(path)).status).toBe(200);
    // A request in the background would have arrived by now.
    await Bun.sleep(50);
    expect(visits).toBe(0);
    for (const way of ways) expect(way).not.toHaveBeenCalled();
  } finally {
    for (const way of ways) way.mockRestore();
  }
});

test("somebody who came would be seen", async () => {
  await fetch(`http://127.0.0.1:${listener.port}/x`).catch(() => null);
  expect(visits).toBe(1);
});

test("a request at an address is refused, and not promised", async () => {
  const metadata = await (await server.fetch("/.well-known/oauth-authorization-server")).json();
  const promised = Object.entries(metadata).filter(
    ([name, value]) => /^(request_uri|require_request_uri)/.test(name) && value !== false,
  );
  expect(promised).toEqual([]);
});
