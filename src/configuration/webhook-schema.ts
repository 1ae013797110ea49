/** Where the server tells of what happens: addresses of the operator, each with its secrets and the events that it wants. */
import * as v from "valibot";
import { signingKeyOf } from "../protocol/standard-webhooks.ts";
import { optional, REFERENCES, secretOf, table, words } from "./values.ts";

const secret = v.pipe(
  secretOf((text) => signingKeyOf(text) !== null, "whsec_ and 24 to 64 random bytes in base64"),
  words({ secret: true, allowed: `"whsec_" and 24 to 64 random bytes in base64, ${REFERENCES}` }),
);

const isAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username + password + hash === "";
};

export const webhook = table({
  name: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, "small letters, digits, - and _"),
    words({
      allowed: "small letters, digits, - and _",
      description: "Its name. Deliveries are listed by it.",
    }),
  ),
  url: v.pipe(
    v.string(),
    v.maxCodePoints(1000),
    v.check(isAddress, "an https:// URL without user name and fragment"),
    words({
      allowed: "an https:// URL without user name and fragment; http:// only for what outbound.allow names",
      description: "Where the server sends the events.",
    }),
  ),
  secrets: v.pipe(
    v.array(secret),
    v.minLength(1),
    v.maxLength(5),
    words({
      secret: true,
      description: "What signs the events. While a secret is being replaced, the old one and the new one.",
    }),
  ),
  events: optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string(),
          v.regex(
            /^[a-z_]{1,50}(\.[a-z_]{1,50})?$/,
            "an event such as session.started, or the first part of several, such as client",
          ),
        ),
      ),
      v.minLength(1),
    ),
    {
      allowed: "events such as session.started, or the first part of several, such as client",
      fallback: "those about security",
      description: "The events that it wants: docs/webhooks.md lists them.",
    },
  ),
});
