/** OpenID Connect Core §4: the address at which a page of this server opens an application. */
import { describe, expect, test } from "bun:test";
import { launchAddress } from "../../src/clients/launch.ts";
import { parseIssuer } from "../../src/protocol/issuer.ts";
import { proves } from "../support/proves.ts";

const issuer = parseIssuer("https://auth.example/tessera");
const opened = (initiateLoginUri: string | null, clientUri: string | null = null) =>
  launchAddress({ initiateLoginUri, clientUri }, issuer);

describe("an application is opened", () => {
  test(
    proves("at its initiate_login_uri with the issuer, and nothing else", "OpenID Core 4-1", "OIDF 2-6"),
    () => {
      expect(opened("https://rp.example/login", "https://rp.example/")).toBe(
        "https://rp.example/login?iss=https%3A%2F%2Fauth.example%2Ftessera",
      );
      const { searchParams } = new URL(opened("https://rp.example/login") ?? "");
      expect([...searchParams]).toEqual([["iss", issuer.identifier]]);
    },
  );

  test("with the query that the address has, and one issuer", () => {
    const { searchParams } = new URL(
      opened("https://rp.example/login?tenant=a%26b&iss=https://evil.example") ?? "",
    );
    expect([...searchParams]).toEqual([
      ["tenant", "a&b"],
      ["iss", issuer.identifier],
    ]);
  });

  test("at its home page without one, and not at all without either", () => {
    expect(opened(null, "https://rp.example/home")).toBe("https://rp.example/home");
    expect(opened(null)).toBeNull();
  });
});
