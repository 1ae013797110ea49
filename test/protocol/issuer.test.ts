import { expect, test } from "bun:test";
import { issuerFault } from "../../src/protocol/issuer.ts";
import { proves } from "../support/proves.ts";

test(
  proves(
    "no part of the issuer's path can be read as a pattern by a listener",
    "OpenID Discovery 2-2",
    "threat 66",
  ),
  () => {
    for (const path of ["/:tenant", "/a/:b", "/*", "/a/*b"]) {
      expect(issuerFault(`https://auth.example${path}`)).toContain("begins with : or *");
    }
    for (const path of ["", "/t", "/a:b", "/a*/b"])
      expect(issuerFault(`https://auth.example${path}`)).toBeNull();
  },
);
