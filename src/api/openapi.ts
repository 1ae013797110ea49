/** The OpenAPI 3.1 document of the management API, made of the routes and of the schemas that check their input. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import type { ApiRoute } from "./route.ts";

const schemaOf = (schema: GenericSchema) => {
  const { $schema: _, ...members } = toJsonSchema(schema, { errorMode: "ignore", typeMode: "input" });
  return members;
};

const PARAMETER = /:([a-z_]+)/g;

const pathParameters = (path: string) =>
  [...path.matchAll(PARAMETER)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));

const queryParameters = ({ query }: ApiRoute) =>
  Object.entries(query.entries).map(([name, entry]) => {
    const { description, ...schema } = schemaOf(entry as GenericSchema);
    const required = (entry as GenericSchema).type !== "optional";
    return { name, in: "query", required, ...(description && { description }), schema };
  });

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "A value of your choice. A request that is sent again with it within a day gets the first answer.",
  schema: { type: "string", maxLength: 255 },
};

const IF_MATCH = {
  name: "If-Match",
  in: "header",
  required: false,
  description: "The ETag of the object as you read it. 412 if it has changed since.",
  schema: { type: "string" },
};

const headerParameters = ({ method, revised }: ApiRoute) =>
  method === "POST" ? [IDEMPOTENCY_KEY] : revised ? [IF_MATCH] : [];

const json = (schema: object) => ({ "application/json": { schema } });

/** OpenAPI 3.1 §4.8.14: a file has no schema. */
const bodyOf = ({ file }: ApiRoute, body: GenericSchema) =>
  file === null ? json(schemaOf(body)) : Object.fromEntries(file.map((type) => [type, {}]));

const nameOf = ({ method, path }: ApiRoute): string =>
  method.toLowerCase() +
  path
    .replaceAll(PARAMETER, "By/$1")
    .split(/[/-]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");

const REFUSAL = { $ref: "#/components/responses/Refusal" };

function operationOf(route: ApiRoute) {
  const status = route.answer === null ? "204" : route.made ? "201" : "200";
  return {
    operationId: nameOf(route),
    tags: [route.tag],
    summary: route.summary,
    description: `Needs the permission ${[route.permission]
      .flat()
      .map((name) => `\`${name}\``)
      .join(" or ")}.`,
    parameters: [...pathParameters(route.path), ...queryParameters(route), ...headerParameters(route)],
    ...(route.body !== null && { requestBody: { required: true, content: bodyOf(route, route.body) } }),
    responses: {
      [status]: {
        description: status === "204" ? "Done." : status === "201" ? "Made." : "Found.",
        ...(route.answer !== null && { content: json(schemaOf(route.answer)) }),
      },
      default: REFUSAL,
    },
  };
}

/** `url`: the address of the API. */
export function openApiDocument(routes: readonly ApiRoute[], url: string) {
  const byPath = Map.groupBy(routes, ({ path }) => path.replaceAll(PARAMETER, "{$1}"));
  return {
    openapi: "3.1.0",
    info: {
      title: "Tessera management API",
      version: "1",
      description: "People, groups, applications and everything else that an administrator manages.",
    },
    servers: [{ url }],
    security: [{ bearer: [] }],
    paths: Object.fromEntries(
      [...byPath].map(([path, ofPath]) => [
        path,
        Object.fromEntries(ofPath.map((route) => [route.method.toLowerCase(), operationOf(route)])),
      ]),
    ),
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An access token of this server with a scope that begins with tessera.",
        },
      },
      responses: {
        Refusal: {
          description: "Nothing was done. `error_uri` leads to the cure.",
          content: json({
            type: "object",
            properties: {
              error: { type: "string" },
              error_description: { type: "string" },
              error_uri: { type: "string" },
            },
            required: ["error", "error_description"],
          }),
        },
      },
    },
  };
}
