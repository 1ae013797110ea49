/** Client identifiers that are URLs: which are one, and the patterns of the operator. */
import { describe, expect, test } from "bun:test";
import { chosenClientId, newClientId } from "../../src/clients/clients.ts";
import { systemRandom } from "../../src/platform/random.ts";
import {
  documentPolicyFault,
  documentUrlFault,
  fitsDocumentPattern,
  isDocumentPattern,
  isDocumentUrl,
} from "../../src/protocol/document-url.ts";
import { proves } from "../support/proves.ts";

const faultOf = (url: string, local = false) => documentUrlFault(url, { local });

describe("the URL of a metadata document", () => {
  test.each([
    "https://claude.ai/oauth/mcp-oauth-client-metadata",
    "https://vscode.dev/oauth/client-metadata.json",
    "https://app.example:8443/client",
    "https://app.example/client?v=2",
    "https://app.example/",
    "https://xn--bcher-kva.example/client",
  ])("%s is one", (url) => {
    expect(faultOf(url)).toBeNull();
  });

  test.each([
    ["http://app.example/client", "not https"],
    ["HTTPS://app.example/client", "in lower case"],
    ["https://App.example/client", "must be written as app.example"],
    ["https://app.example:443/client", "must be written as app.example"],
    ["https://app.example./client", "ends with a dot"],
    ["https://app.example", "no path"],
    ["https://app.example?client", "no path"],
    ["https://app.example/a/../client", "dot segments"],
    ["https://app.example/./client", "dot segments"],
    ["https://app.example/a/%2e%2E/client", "dot segments"],
    ["https://app.example/a%2Fclient", "encoded"],
    ["https://app.example/a%5cclient", "encoded"],
    ["https://app.example/client%00", "encoded"],
    ["https://app.example/client#me", "a fragment"],
    ["https://me@app.example/client", "a user name"],
    ["https://app.example@evil.example/client", "a user name"],
    ["https://:@app.example/client", "a user name"],
    ["https://app.example\\@evil.example/client", "percent-encoded"],
    ["https://app.example/cl ient", "spaces"],
    ["https://app.example/client\n", "control characters"],
    ["https://bücher.example/client", "beyond ASCII"],
    ["https:///client", "not an https URL"],
    ["https:/app.example/client", "not an https URL"],
    ["https:app.example/client", "not an https URL"],
    ["https://93.184.216.34/client", "an address, not a name"],
    ["https://0x7f.1/client", "on this machine"],
    ["https://2130706433/client", "on this machine"],
    ["https://[::ffff:127.0.0.1]/client", "an address, not a name"],
    ["https://[2606:4700::1111]/client", "an address, not a name"],
    ["https://localhost/client", "on this machine"],
    ["https://127.0.0.1:8443/client", "on this machine"],
    ["https://app.example%2eevil.example/client", "must be written as"],
    [`https://app.example/${"x".repeat(500)}`, "longer than 500"],
    ["ftp://app.example/client", "not an https URL"],
    ["urn:app:client", "not an https URL"],
  ])(proves("%s is none: %s", "CIMD 3-1", "threat 87"), (url, why) => {
    expect(faultOf(url)).toContain(why);
  });

  test("is on this machine only if the operator says so", () => {
    for (const url of ["http://localhost:3000/client", "http://127.0.0.1/client", "https://[::1]:8443/c"]) {
      expect(faultOf(url)).not.toBeNull();
      expect(faultOf(url, true)).toBeNull();
    }
    expect(faultOf("http://app.example/client", true)).toContain("not https");
    expect(faultOf("http://localhost.evil.example/client", true)).toContain("not https");
  });
});

test(proves("no identifier of another client looks like one", "CIMD 6.9-1"), () => {
  expect(isDocumentUrl(newClientId(systemRandom))).toBe(false);
  for (const url of ["https://app.example/client", "HTTPS://app.example/client", "http:x"])
    expect(chosenClientId(url)).toBeNull();
});

describe("a pattern", () => {
  test("names a host, the hosts below one, a URL, or all below a URL", () => {
    const fits = (pattern: string, ...urls: string[]) => urls.map((url) => fitsDocumentPattern(url, pattern));
    const urls = [
      "https://app.example/client",
      "https://app.example:8443/client",
      "https://www.app.example/client",
      "https://notapp.example/client",
      "https://app.example.evil.example/client",
    ];
    expect(fits("app.example", ...urls)).toEqual([true, true, false, false, false]);
    expect(fits("app.example:8443", ...urls)).toEqual([false, true, false, false, false]);
    expect(fits("*.app.example", ...urls)).toEqual([false, false, true, false, false]);
    expect(fits("https://app.example/client", ...urls)).toEqual([true, false, false, false, false]);
    const below = [
      "https://pages.example/me/client",
      "https://pages.example/me",
      "https://pages.example/mean",
    ];
    expect(fits("https://pages.example/me/", ...below)).toEqual([true, false, false]);
  });

  test.each([
    "app.example",
    "*.app.example",
    "localhost:3000",
    "https://app.example/client",
    "https://a.example/",
  ])("%s is one", (text) => expect(isDocumentPattern(text)).toBe(true));
  test.each([
    "",
    "*",
    "*.",
    "App.example",
    "app.*",
    "https://app.example",
    "app.example/x",
    "http://app.example/",
  ])("%s is none", (text) => expect(isDocumentPattern(text)).toBe(false));
});

describe("the policy", () => {
  const policy = { mode: "open", allow: [], deny: [], local: false } as const;
  const url = "https://app.example/client";
  test("takes all, those that are listed, or none", () => {
    expect(documentPolicyFault(url, policy)).toBeNull();
    expect(documentPolicyFault(url, { ...policy, mode: "off" })).toContain("no client ID metadata documents");
    expect(documentPolicyFault(url, { ...policy, mode: "listed" })).toContain("does not allow");
    expect(documentPolicyFault(url, { ...policy, mode: "listed", allow: ["app.example"] })).toBeNull();
  });
  test(proves("a denied place is denied, listed or not", "threat 87"), () => {
    const deny = ["app.example"];
    expect(documentPolicyFault(url, { ...policy, deny })).toContain("does not allow");
    expect(documentPolicyFault(url, { ...policy, mode: "listed", allow: ["app.example"], deny })).toContain(
      "does not allow",
    );
  });
});
