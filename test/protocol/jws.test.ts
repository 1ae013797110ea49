/** The form of JWTs of strangers. */
import { expect, test } from "bun:test";
import { JwsFault, parseJws, repeatedIn } from "../../src/protocol/jws.ts";
import { proves } from "../support/proves.ts";

const encoded = (text: string) => Buffer.from(text).toString("base64url");
const faultOf = (header: string, body: string): string => {
  try {
    parseJws(`${encoded(header)}.${encoded(body)}.AA`, 20_000);
    return "";
  } catch (error) {
    if (error instanceof JwsFault) return error.words;
    throw error;
  }
};

test(
  proves("a name that is there twice is found, and each name is read once", "threat 39", "threat 40"),
  () => {
    let reads = 0;
    const names = Array.from({ length: 2000 }, (_, index) => `n${index}`);
    const counted = new Proxy(names, {
      get(target, member, receiver) {
        if (typeof member === "string" && /^\d+$/.test(member)) reads += 1;
        return Reflect.get(target, member, receiver);
      },
    });
    expect(repeatedIn(counted)).toBeUndefined();
    expect(reads).toBe(2000);
    expect(repeatedIn(["a", "b", "constructor", "b"])).toBe("b");
  },
);

test("a member that is there twice is refused, also in other letters of JSON", () => {
  expect(faultOf('{"alg":"ES256"}', '{"sub":"a","s\\u0075b":"b"}')).toContain("the member 'sub' twice");
  expect(faultOf('{"alg":"ES256","alg":"none"}', "{}")).toContain("the member 'alg' twice");
  expect(faultOf('{"alg":"ES256"}', '{"a":{"b":1},"c":{"b":2}}')).toBe("");
});
