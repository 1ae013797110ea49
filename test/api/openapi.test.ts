/** The OpenAPI document is valid, describes every route, and says what the server does. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { API_ROUTES } from "../../src/api/index.ts";
import type { Json } from "../support/flows.ts";
import type { TestServer } from "../support/server.ts";
import { startManagedServer } from "./support.ts";

let server: TestServer;
let document: Json & { readonly paths: Record<string, Record<string, Json>> };

beforeAll(async () => {
  server = await startManagedServer();
  const response = await server.fetch("/api/openapi.json");
  expect(response.status).toBe(200);
  document = (await response.json()) as typeof document;
});
afterAll(() => server.close());

/** Every object in the document that is called a schema. */
function* schemasIn(value: unknown): Generator<Json> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === "schema") yield inner as Json;
    yield* schemasIn(inner);
  }
}

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result).toMatchObject({ valid: true });
    expect(document.openapi).toStartWith("3.1");
  });

  test("has every route, each with an id of its own", () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = API_ROUTES.map(
      ({ method, path }) => `${method} ${path.replaceAll(/:([a-z_]+)/g, "{$1}")}`,
    );
    expect(described.sort()).toEqual(routes.sort());
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("refuses unknown members where the server does, and says what it takes", () => {
    const add = document.paths["/people"]?.post as
      | { requestBody: { content: { "application/json": { schema: Json } } } }
      | undefined;
    expect(add?.requestBody.content["application/json"].schema).toMatchObject({
      type: "object",
      required: ["username"],
      additionalProperties: false,
      properties: { username: { type: "string" }, administrator: { type: "boolean" } },
    });
  });

  test("has no schema that says nothing", () => {
    const empty = [...schemasIn(document)].filter((schema) => Object.keys(schema).length === 0);
    expect(empty).toEqual([]);
  });

  test("is for everyone to read, and the same for all", async () => {
    const again = await server.fetch("/api/openapi.json", { headers: { Origin: "https://docs.example" } });
    expect(again.headers.get("access-control-allow-origin")).toBe("*");
    expect(await again.json()).toEqual(document);
  });
});
