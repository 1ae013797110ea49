/**
 * A route of the management API, declared once: its checks, its words in the OpenAPI document, and what it does. The operation behind it
 * checks the permission; `permission` here is for the document, and test/api asks every route with every role.
 */
import * as v from "valibot";
import type { Context } from "../operations/context.ts";
import type { PathParameters } from "../platform/path-pattern.ts";
import type { Authority, Permission } from "../rules/role.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a request asks for, checked. */
export interface ApiCall<Query, Body> {
  readonly context: Context;
  readonly authority: Authority;
  readonly parameters: PathParameters;
  readonly query: Query;
  readonly body: Body;
  /** The revision that `If-Match` names; undefined without one. */
  readonly revision: number | undefined;
}

export interface ApiAnswer {
  /** Undefined: 204, nothing to say. */
  readonly body?: unknown;
  /** The revision of the object, for its `ETag`. */
  readonly revision?: number;
  /** 201 for an object that was made. Default: 200, or 204 without a body. */
  readonly status?: 201;
}

/** Members of a query are texts. */
type QuerySchema = v.StrictObjectSchema<v.ObjectEntries, undefined>;

export interface ApiRoute {
  readonly method: Method;
  /** Below `/api`: "/people/:subject". */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** What the caller needs; of several, one is enough. */
  readonly permission: Permission | readonly Permission[];
  readonly query: QuerySchema;
  /** Null: the request has no body. */
  readonly body: v.GenericSchema | null;
  /** The media types of a body that is a file, which the handler gets as bytes; null for JSON. */
  readonly file: readonly string[] | null;
  /** An example of the answer's shape; null for 204. */
  readonly answer: v.GenericSchema | null;
  readonly made: boolean;
  /** Whether the object has a revision, so that `If-Match` can be kept. */
  readonly revised: boolean;
  handle(call: ApiCall<Record<string, string | undefined>, unknown>): Promise<ApiAnswer>;
}

/** "GET /people/:subject". */
export const routeName = ({ method, path }: Pick<ApiRoute, "method" | "path">): string => `${method} ${path}`;

/** The body of a route that takes a file. */
export const FILE = v.instance(Uint8Array);

interface RouteOf<Query extends v.ObjectEntries, Body extends v.GenericSchema> {
  readonly method: Method;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly permission: Permission | readonly Permission[];
  readonly query?: Query;
  readonly body?: Body;
  /** The body is a file of one of these media types; `body` is `FILE` then. */
  readonly file?: readonly string[];
  readonly answer?: v.GenericSchema;
  /** Whether it makes an object: 201. */
  readonly made?: boolean;
  /** Whether it keeps `If-Match`. */
  readonly revised?: boolean;
  handle(
    call: ApiCall<
      v.InferOutput<v.StrictObjectSchema<Query, undefined>>,
      Body extends v.GenericSchema ? v.InferOutput<Body> : undefined
    >,
  ): Promise<ApiAnswer>;
}

/** The type of a body reaches the handler through the checks of `handle.ts`. */
export const apiRoute = <
  const Query extends v.ObjectEntries = Record<never, never>,
  Body extends v.GenericSchema = v.GenericSchema<undefined>,
>({
  query,
  body,
  file,
  answer,
  made = false,
  revised = false,
  ...route
}: RouteOf<Query, Body>): ApiRoute => ({
  ...route,
  query: v.strictObject(query ?? {}),
  body: body ?? null,
  file: file ?? null,
  answer: answer ?? null,
  made,
  revised,
  handle: (call) => route.handle(call as Parameters<typeof route.handle>[0]),
});
