import { describe, expect, test } from "bun:test";
import { fillPattern, matchPattern } from "../../src/platform/path-pattern.ts";

const SECRET = "/api/clients/:client_id/secrets/:secret";

describe("a path with parameters", () => {
  test("gives each segment as text", () => {
    expect(matchPattern(SECRET, "/api/clients/wiki/secrets/1")).toEqual({ client_id: "wiki", secret: "1" });
    expect(matchPattern(SECRET, "/api/clients/https%3A%2F%2Fapp.example%2Fc/secrets/%C3%A4")).toEqual({
      client_id: "https://app.example/c",
      secret: "ä",
    });
  });

  test("compares the fixed segments byte for byte", () => {
    for (const path of [
      "/api/Clients/wiki/secrets/1",
      "/api/client%73/wiki/secrets/1",
      "/api/clients/wiki/secrets",
      "/api/clients/wiki/secrets/1/",
      "//api/clients/wiki/secrets/1",
    ])
      expect(matchPattern(SECRET, path)).toBeNull();
  });

  test("takes no segment that is empty, that is resolved on the way, or that is not UTF-8", () => {
    for (const id of ["", ".", "..", "%2e", "%2E%2e", "%00", "%", "%ff", "a%2"])
      expect(matchPattern("/api/clients/:id", `/api/clients/${id}`)).toBeNull();
  });

  test("is filled by what it gives", () => {
    const parameters = { client_id: "https://app.example/a b?c#d", secret: "ä/.." };
    expect(matchPattern(SECRET, fillPattern(SECRET, parameters))).toEqual(parameters);
  });
});
