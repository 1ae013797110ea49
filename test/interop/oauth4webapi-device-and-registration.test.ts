/** `oauth4webapi` as a device, and as a client that registers: the errors that it gets. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import { answerDevice } from "../support/flows.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { discover, expectBodyError, expectChallenge, insecure } from "./strict.ts";

const REDIRECT_URI = "https://client.example/callback";
const TELEVISION: oauth.Client = { client_id: "television" };

let server: ListeningServer;
let as: oauth.AuthorizationServer;
beforeAll(async () => {
  server = await startListeningServer();
  as = await discover(server, "oauth2");
});
afterAll(() => server.close());

describe("a device is told", () => {
  const start = async () =>
    oauth.processDeviceAuthorizationResponse(
      as,
      TELEVISION,
      await oauth.deviceAuthorizationRequest(as, TELEVISION, oauth.None(), { scope: "mail.read" }, insecure),
    );
  const poll = async (deviceCode: string) =>
    oauth.processDeviceCodeResponse(
      as,
      TELEVISION,
      await oauth.deviceCodeGrantRequest(as, TELEVISION, oauth.None(), deviceCode, insecure),
    );

  test("to wait, to slow down, and that the person said no", async () => {
    const { device_code } = await start();
    await expectBodyError(poll(device_code), 400, "authorization_pending");
    await expectBodyError(poll(device_code), 400, "slow_down");
    server.clock.advance(60);
    await answerDevice(server, device_code, null);
    await expectBodyError(poll(device_code), 400, "access_denied");
  });

  test("that nobody came in time", async () => {
    const { device_code, expires_in } = await start();
    server.clock.advance(expires_in + 1);
    await expectBodyError(poll(device_code), 400, "expired_token");
  });

  test("that it may not ask for that", async () => {
    const response = await oauth.deviceAuthorizationRequest(
      as,
      TELEVISION,
      oauth.None(),
      { scope: "everything" },
      insecure,
    );
    await expectBodyError(
      oauth.processDeviceAuthorizationResponse(as, TELEVISION, response),
      400,
      "invalid_scope",
    );
  });
});

describe("who registers", () => {
  const register = async (
    metadata: Record<string, unknown>,
    at = as,
    initialAccessToken?: string,
  ): Promise<oauth.OmitSymbolProperties<oauth.Client>> =>
    oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(at, metadata as Partial<oauth.Client>, {
        ...insecure,
        initialAccessToken,
      }),
    );

  test.each([
    [{ redirect_uris: ["javascript:alert(1)"] }, "invalid_redirect_uri"],
    [{ redirect_uris: [] }, "invalid_redirect_uri"],
    [{ redirect_uris: [REDIRECT_URI], grant_types: ["password"] }, "invalid_client_metadata"],
    [{ redirect_uris: [REDIRECT_URI], scope: "everything" }, "invalid_client_metadata"],
    [{ redirect_uris: [REDIRECT_URI], software_statement: "e30.e30." }, "invalid_software_statement"],
  ])("with %j is refused as %s (RFC 7591 §3.2.2)", async (metadata, error) => {
    await expectBodyError(register(metadata), 400, error);
  });

  test("needs the operator's token where the operator wants one, below a path too", async () => {
    const closed = await startListeningServer(
      { registration: { mode: "token", initial_access_tokens: ["the-operators-own-token"] } },
      "/below",
    );
    try {
      const at = await discover(closed, "oidc");
      expect(at).toMatchObject(await discover(closed, "oauth2"));
      const metadata = { redirect_uris: [REDIRECT_URI] };
      await expectChallenge(register(metadata, at), 401, { scheme: "bearer", parameters: {} });
      await expectChallenge(register(metadata, at, "another"), 401, {
        scheme: "bearer",
        parameters: { error: "invalid_token" },
      });
      expect((await register(metadata, at, "the-operators-own-token")).client_secret).toStartWith("tcs_");
    } finally {
      await closed.close();
    }
  });
});
