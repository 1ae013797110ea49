/** The keys that sign tokens, in the management API. */
import * as v from "valibot";
import { listSigningKeys, retireManagedKey, rotateManagedKey } from "../operations/management/keys.ts";
import { SIGNING_NAMES } from "../protocol/signing-algorithms.ts";
import { describeKey } from "./describe.ts";
import { type ApiRoute, apiRoute } from "./route.ts";
import { keySchema } from "./schemas.ts";

const TAG = "keys";

export const keyRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "GET",
    path: "/keys",
    tag: TAG,
    summary: "List the keys that sign tokens, the oldest first",
    permission: "server.read",
    answer: v.strictObject({ items: v.array(keySchema) }),
    handle: async ({ context, authority }) => ({
      body: {
        items: (await listSigningKeys(context, authority)).map(({ key, state }) => describeKey(key, state)),
      },
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/keys",
    tag: TAG,
    summary: "Make the next key before its time",
    permission: "server.write",
    body: v.strictObject({
      algorithm: v.optional(
        v.pipe(v.picklist(SIGNING_NAMES), v.description("Default: the first of signing.algorithms.")),
      ),
      at_once: v.optional(
        v.pipe(
          v.boolean(),
          v.description(
            "Whether it signs in a minute. APIs that keep an older key set refuse its tokens at first.",
          ),
        ),
        false,
      ),
    }),
    answer: keySchema,
    made: true,
    handle: async ({ context, authority, body }) => {
      const { algorithm, at_once: atOnce } = body;
      const key = await rotateManagedKey(context, authority, algorithm, { atOnce });
      return { body: describeKey(key, "next"), status: 201 };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/keys/:kid",
    tag: TAG,
    summary: "Retire a key at once, because others may have it: its tokens end",
    permission: "server.write",
    answer: v.strictObject({
      kid: v.string(),
      successor: v.pipe(
        v.nullable(v.string()),
        v.description("The key that signs in its place, if it signed."),
      ),
    }),
    handle: async ({ context, authority, parameters }) => {
      const { kid = "" } = parameters;
      const { successor } = await retireManagedKey(context, authority, kid);
      return { body: { kid, successor: successor?.kid ?? null } };
    },
  }),
];
