/** The strict profile: what it demands of a client. */
import { describe, expect, test } from "bun:test";
import {
  allowedAlgorithms,
  codeSeconds,
  needsBoundTokens,
  needsPkce,
  needsPushedRequests,
  needsRedirectUri,
  needsSignedAnswers,
  needsSignedRequests,
  type ProfiledMetadata,
  profileFault,
  type SecurityProfile,
  signedRequestFault,
} from "../../src/protocol/security-profile.ts";
import { proves } from "../support/proves.ts";

const NOW = 1_800_000_000;
const client = (securityProfile: SecurityProfile | null, rules = false) => ({
  securityProfile,
  requirePkce: rules,
  requirePushedAuthorizationRequests: rules,
  requireSignedRequestObject: rules,
});

const demandsOf = (securityProfile: SecurityProfile | null): object => {
  const asked = client(securityProfile);
  return {
    pushed: needsPushedRequests(asked, false),
    pkce: needsPkce(asked, false),
    redirectUri: needsRedirectUri(asked),
    bound: needsBoundTokens(asked),
    signedRequests: needsSignedRequests(asked),
    signedAnswers: needsSignedAnswers(asked),
    codeSeconds: codeSeconds(asked, 600),
    algorithms: allowedAlgorithms(asked, ["none", "RS256", "PS256", "ES384", "ES256", "EdDSA"]),
  };
};

describe("a client", () => {
  test("without a profile is held to nothing that it did not choose", () => {
    expect(demandsOf(null)).toEqual({
      pushed: false,
      pkce: false,
      redirectUri: false,
      bound: false,
      signedRequests: false,
      signedAnswers: false,
      codeSeconds: 600,
      algorithms: ["none", "RS256", "PS256", "ES384", "ES256", "EdDSA"],
    });
    const strict = client(null, true);
    expect([
      needsPushedRequests(strict, false),
      needsPkce(strict, false),
      needsSignedRequests(strict),
    ]).toEqual([true, true, true]);
    expect([needsPushedRequests(client(null), true), needsPkce(client(null), true)]).toEqual([true, true]);
  });

  const strict = {
    pushed: true,
    pkce: true,
    redirectUri: true,
    bound: true,
    signedRequests: false,
    signedAnswers: false,
    codeSeconds: 60,
    algorithms: ["PS256", "ES256", "EdDSA"],
  };

  test(
    proves(
      "of fapi-2.0 pushes its requests with PKCE, gets bound tokens and codes for a minute, and uses strong signatures",
      "FAPI 2.0 5.3.2.1-11",
      "FAPI 2.0 5.3.2.2-3",
      "FAPI 2.0 5.3.2.2-5",
      "FAPI 2.0 5.3.2.2-6",
      "FAPI 2.0 5.4.1-2",
    ),
    () => {
      expect(demandsOf("fapi-2.0")).toEqual(strict);
      expect(codeSeconds(client("fapi-2.0"), 30)).toBe(30);
    },
  );

  test(
    proves(
      "of message signing signs its requests, and gets signed answers",
      "FAPI Signing 5.3.1-1",
      "FAPI Signing 5.4.1-1",
    ),
    () => {
      expect(demandsOf("fapi-2.0-message-signing")).toEqual({
        ...strict,
        signedRequests: true,
        signedAnswers: true,
      });
    },
  );
});

describe("a signed request of message signing", () => {
  const fault = (times: object, profile: SecurityProfile | null = "fapi-2.0-message-signing") =>
    signedRequestFault(
      client(profile),
      { notBefore: NOW, expiresAt: NOW + 60, aud: "https://auth.example", ...times },
      NOW,
    );

  test(
    proves(
      "says from when and until when it is good, for an hour at most",
      "FAPI Signing 5.3.1-2",
      "FAPI Signing 5.3.1-3",
      "FAPI Signing 5.3.1-4",
      "threat 36",
    ),
    () => {
      for (const good of [
        {},
        { notBefore: NOW - 3600, expiresAt: NOW },
        { notBefore: NOW + 8, expiresAt: NOW + 8 + 3600 },
      ])
        expect({ good, fault: fault(good) }).toEqual({ good, fault: null });
      expect(fault({ notBefore: null })).toContain("no nbf");
      expect(fault({ expiresAt: null })).toContain("no exp");
      expect(fault({ aud: undefined })).toContain("no aud");
      expect(fault({ notBefore: NOW - 3601 })).toContain("60 minutes ago");
      expect(fault({ expiresAt: NOW + 3601 })).toContain("60 minutes after");
      expect(fault({ notBefore: null, expiresAt: null, aud: undefined }, "fapi-2.0")).toBeNull();
    },
  );
});

describe("the registration of a profile", () => {
  const metadata: ProfiledMetadata = {
    securityProfile: "fapi-2.0",
    tokenEndpointAuthMethod: "private_key_jwt",
    redirectUris: ["https://client.example/callback"],
    jwks: null,
    jwksUri: "https://client.example/jwks",
    idTokenSignedResponseAlg: "ES256",
    userinfoSignedResponseAlg: null,
    requestObjectSigningAlg: null,
    authorizationSignedResponseAlg: null,
    backchannelAuthenticationRequestSigningAlg: null,
    introspectionSignedResponseAlg: null,
    tokenEndpointAuthSigningAlg: null,
  };
  const faultOf = (changes: Partial<ProfiledMetadata>, offered = ["RS256", "ES256"]) =>
    profileFault({ ...metadata, ...changes }, offered);

  test(
    proves(
      "needs a client that proves itself with a key, https, and strong algorithms",
      "FAPI 2.0 5.3.2.1-3",
      "FAPI 2.0 5.3.2.1-6",
      "FAPI 2.0 5.3.2.2-8",
      "FAPI 2.0 5.4.1-2",
    ),
    () => {
      expect(faultOf({})).toBeNull();
      for (const method of ["tls_client_auth", "self_signed_tls_client_auth"])
        expect(faultOf({ tokenEndpointAuthMethod: method })).toBeNull();
      for (const method of ["none", "client_secret_basic", "client_secret_post"])
        expect(faultOf({ tokenEndpointAuthMethod: method })).toContain("proves itself with a key");
      expect(faultOf({ redirectUris: ["http://127.0.0.1/callback"] })).toBeNull();
      expect(faultOf({ redirectUris: ["http://client.example/cb"] })).toContain("no redirect URI with http");
      expect(faultOf({ idTokenSignedResponseAlg: "RS256" })).toContain(
        "id_token_signed_response_alg is RS256",
      );
      expect(faultOf({ requestObjectSigningAlg: "RS256" })).toContain("request_object_signing_alg");
      expect(faultOf({ authorizationSignedResponseAlg: "RS256" })).toContain(
        "authorization_signed_response_alg",
      );
      expect(faultOf({}, ["RS256"])).toContain("signing.algorithms");
      expect(faultOf({ securityProfile: "fapi-2.0-message-signing", jwksUri: null })).toContain(
        "keys of the client",
      );
      expect(faultOf({ securityProfile: null, tokenEndpointAuthMethod: "none" }, [])).toBeNull();
    },
  );
});
