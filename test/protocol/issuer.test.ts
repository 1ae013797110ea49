import { expect, test } from "bun:test";
import { issuerFault } from "../../src/protocol/issuer.ts";
import { proves } from "../support/proves.ts";

test(proves("no part of the issuer's path can be read as a pattern by a listener", "threat 66"), () => {
  for (const path of ["/:tenant", "/a/:b", "/*", "/a/*b"]) {
    expect(issuerFault(`https://auth.example${path}`)).toContain("begins with : or *");
  }
  for (const path of ["", "/t", "/a:b", "/a*/b"])
    expect(issuerFault(`https://auth.example${path}`)).toBeNull();
});

test(
  proves("an issuer has neither query nor fragment, and is a URL of the web", "OpenID Discovery 2-2"),
  () => {
    for (const text of [
      "https://auth.example?a",
      "https://auth.example#a",
      "acct:auth.example",
      "auth.example",
    ])
      expect(issuerFault(text)).not.toBeNull();
    expect(issuerFault("https://auth.example:8443/t")).toBeNull();
  },
);
