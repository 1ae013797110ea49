/** The forms that clients send to the token endpoint. A test sends them over the transport that it needs. */
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { VERIFIER } from "./code-flow.ts";

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code" as const;

/** The grant types of registration on a server where devices may register themselves too. */
export const OPEN_TO_DEVICES = {
  grant_types: ["authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT],
} satisfies ConfigurationInput["registration"];

/** The redirect URI of `web` in TEST_CONFIGURATION. */
export const WEB_CALLBACK = "https://client.example/callback";

/** RFC 6749 §4.1.3 and RFC 7636 §4.5. */
export const codeForm = <RedirectUri extends string | undefined>(code: string, redirectUri: RedirectUri) => ({
  grant_type: "authorization_code",
  code,
  redirect_uri: redirectUri,
  code_verifier: VERIFIER,
});

/** RFC 6749 §6. */
export const refreshForm = (refreshToken: string) => ({
  grant_type: "refresh_token",
  refresh_token: refreshToken,
});

/** RFC 8628 §3.4. */
export const deviceForm = (deviceCode: string) => ({ grant_type: DEVICE_GRANT, device_code: deviceCode });

/** RFC 6749 §4.4.2. */
export const CLIENT_CREDENTIALS_FORM = { grant_type: "client_credentials" } as const;
