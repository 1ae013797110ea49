/** Fetch §4.10: the request headers that scripts on other sites may send. */
import { describe, expect, test } from "bun:test";
import { allowedRequestHeaders } from "../../src/platform/cors.ts";

const OWN = "Authorization, Content-Type, DPoP, MCP-Protocol-Version";
const many = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}`).join(",");

describe("a preflight", () => {
  test.each([
    [null, OWN],
    ["", OWN],
    ["content-type, authorization", OWN],
    ["content-type,traceparent", `${OWN}, traceparent`],
    ["sentry-trace, baggage,,X-Requested-With", `${OWN}, sentry-trace, baggage, x-requested-with`],
    ["a,A, a ", `${OWN}, a`],
    ["!#$%&'*+.^_`|~09azAZ-", `${OWN}, !#$%&'*+.^_\`|~09azaz-`],
  ])("that asks for %j allows %s", (asked, allowed) => {
    expect(allowedRequestHeaders(asked)).toBe(allowed);
  });

  test.each(["a b", "a:b", "a\r\nSet-Cookie: x", "é", '"a"', "a;b", `a,${"x".repeat(2000)}`, many(33)])(
    "that asks for %j allows only our own headers",
    (asked) => {
      expect(allowedRequestHeaders(asked)).toBe(OWN);
    },
  );

  test("may ask for many headers, within a bound", () => {
    expect(allowedRequestHeaders(many(32)).split(", ")).toHaveLength(36);
  });
});
