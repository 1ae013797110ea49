/** OpenID Connect Core §5.5: the parameter `claims`. Threat class 40. */
import { describe, expect, test } from "bun:test";
import { parseClaimsRequest } from "../../src/protocol/claims-request.ts";
import { OAuthError } from "../../src/protocol/errors.ts";
import { proves } from "../support/proves.ts";

const parsed = (value: unknown) => parseClaimsRequest(JSON.stringify(value));

describe("the parameter claims", () => {
  test(proves("the example of §5.5", "OpenID Core 5.5-1"), () => {
    const example = {
      userinfo: {
        given_name: { essential: true },
        nickname: null,
        "http://example.info/claims/groups": null,
      },
      id_token: {
        auth_time: { essential: true },
        acr: { values: ["urn:mace:incommon:iap:silver"] },
        sub: { value: "248289761001" },
      },
    };
    expect(parsed(example)).toEqual({
      userinfo: {
        given_name: { essential: true, values: null },
        nickname: { essential: false, values: null },
        "http://example.info/claims/groups": { essential: false, values: null },
      },
      idToken: {
        auth_time: { essential: true, values: null },
        acr: { essential: false, values: ["urn:mace:incommon:iap:silver"] },
        sub: { essential: false, values: ["248289761001"] },
      },
    });
  });

  test(proves("unknown members are ignored", "OpenID Core 5.5-1", "OpenID Core 5.5.1-1"), () => {
    expect(parsed({ saml: 1, userinfo: { name: { essential: true, purpose: "x" } } })).toEqual({
      userinfo: { name: { essential: true, values: null } },
      idToken: {},
    });
  });

  test("names of objects are names of claims like others", () => {
    const { userinfo } = parseClaimsRequest(
      '{"userinfo":{"__proto__":{"essential":true},"constructor":null}}',
    );
    expect(Object.keys(userinfo)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(userinfo)).toBe(Object.prototype);
    expect(JSON.parse(JSON.stringify(userinfo))).toEqual(userinfo);
  });

  test("what is kept has bounds", () => {
    const names = Array.from({ length: 60 }, (_, index) => [`c${index}`, null]);
    expect(Object.keys(parsed({ id_token: Object.fromEntries(names) }).idToken)).toHaveLength(40);
    expect(parsed({ id_token: { ["x".repeat(101)]: null } }).idToken).toEqual({});
  });

  test.each([
    ["", "no JSON"],
    ["{", "no JSON"],
    ["[]", "no JSON object"],
    ["null", "no JSON object"],
    ['"userinfo"', "no JSON object"],
    ['{"userinfo":[]}', "userinfo is no object"],
    ['{"id_token":"sub"}', "id_token is no object"],
    ['{"userinfo":{"name":true}}', "null or an object"],
    ['{"userinfo":{"name":{"essential":"true"}}}', "essential in userinfo is true or false"],
    ['{"userinfo":{"name":{"values":"x"}}}', "values in userinfo is a list"],
    ['{"userinfo":{"name":{"values":[{}]}}}', "more than 4 deep"],
    ['{"x":[[[[]]]]}', "more than 4 deep"],
    ['{"userinfo":{"name":{"value":"\\u0000"}}}', "characters"],
    ['{"userinfo":{"\\ud800":null}}', "characters"],
    [`{"x":"${"é".repeat(2100)}"}`, "more than 4096 bytes"],
  ])("%s is refused with words", (text, why) => {
    let error: unknown;
    try {
      parseClaimsRequest(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OAuthError);
    expect(error).toHaveProperty("reason", "parameter_invalid");
    expect(error).toHaveProperty("description", expect.stringContaining(why));
  });
});
