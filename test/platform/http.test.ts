import { describe, expect, test } from "bun:test";
import { BodyError, json, NO_STORE, readBody, seeOther } from "../../src/platform/http.ts";

const FORM = "application/x-www-form-urlencoded";
const request = (body: BodyInit | null, headers: Record<string, string> = { "Content-Type": FORM }) =>
  new Request("https://auth.example/", { method: "POST", body, headers });

async function faultOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof BodyError) return error.fault;
    throw error;
  }
}

describe("reading a body", () => {
  test.each([
    FORM,
    "Application/X-WWW-Form-URLEncoded",
    `${FORM};charset=utf-8`,
    `${FORM}; charset=UTF-8`,
    `${FORM}; Charset="utf-8"`,
    `${FORM} ; charset=utf8`,
    `${FORM}; charset=us-ascii`,
    `${FORM}; boundary=x`,
    `${FORM};`,
  ])("%j is a form", async (type) => {
    expect(await readBody(request("a=1", { "Content-Type": type }), FORM, 100)).toBe("a=1");
  });

  test.each([
    "",
    "text/plain",
    "application/json",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencodedx",
    "x/application/x-www-form-urlencoded",
    `text/plain; ${FORM}`,
    `${FORM}, text/plain`,
    `${FORM}; charset=utf-16`,
    `${FORM}; charset=iso-8859-1`,
  ])("%j is no form", async (type) => {
    expect(await faultOf(readBody(request("a=1", { "Content-Type": type }), FORM, 100))).toBe("wrong_type");
  });

  test("a body without a type is refused", async () => {
    const untyped = new Request("https://auth.example/", { method: "POST", body: new Uint8Array([97]) });
    expect(await faultOf(readBody(untyped, FORM, 100))).toBe("wrong_type");
  });

  test("the limit is in bytes, not in characters", async () => {
    expect(await faultOf(readBody(request("a".repeat(100)), FORM, 100))).toBeNull();
    expect(await faultOf(readBody(request("a".repeat(101)), FORM, 100))).toBe("too_large");
    expect(await faultOf(readBody(request("é".repeat(50)), FORM, 100))).toBeNull();
    expect(await faultOf(readBody(request("é".repeat(51)), FORM, 100))).toBe("too_large");
    expect(await faultOf(readBody(request("€".repeat(33)), FORM, 100))).toBeNull();
    expect(await faultOf(readBody(request("€".repeat(34)), FORM, 100))).toBe("too_large");
  });

  test("a length that is announced is refused before the body is read", async () => {
    const announced = request("a=1", { "Content-Type": FORM, "Content-Length": "101" });
    expect(await faultOf(readBody(announced, FORM, 100))).toBe("too_large");
    expect(announced.bodyUsed).toBe(false);
  });

  test("a body that ends too early, or never, is told from a fault of the server", async () => {
    const failing = (error: Error) =>
      new ReadableStream({
        start: (controller) => controller.error(error),
      });
    const gone = new DOMException("The connection was closed.", "AbortError");
    expect(await faultOf(readBody(request(failing(gone)), FORM, 100))).toBe("incomplete");
    const cutOff = new Error("Request body exceeded maxRequestBodySize");
    expect(await faultOf(readBody(request(failing(cutOff)), FORM, 100))).toBe("too_large");
    await expect(readBody(request(failing(new Error("an accident"))), FORM, 100)).rejects.toThrow("accident");
  });

  test("bytes that are no UTF-8 come out as U+FFFD", async () => {
    expect(await readBody(request(new Uint8Array([0x61, 0x3d, 0xff])), FORM, 100)).toBe("a=\uFFFD");
  });
});

describe("answers", () => {
  test("JSON is not stored unless told otherwise", async () => {
    const response = json({ a: 1 });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ a: 1 });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(json({}, 201, {}).headers.get("cache-control")).toBeNull();
  });

  test("a redirect is 303, so that a form is never sent on (RFC 9700 §4.12), and not stored", () => {
    const response = seeOther("https://client.example/?code=x", ["a=b"]);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("https://client.example/?code=x");
    expect(response.headers.get("set-cookie")).toBe("a=b");
    for (const [name, value] of Object.entries(NO_STORE)) expect(response.headers.get(name)).toBe(value);
  });
});
