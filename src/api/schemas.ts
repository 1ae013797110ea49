/** The objects of the management API, as the OpenAPI document describes them. The tests hold every answer against its schema. */
import * as v from "valibot";

export const time = v.pipe(v.string(), v.isoTimestamp(), v.description("RFC 3339, in UTC."));
export const timeOrNull = v.nullable(time);
const textOrNull = v.nullable(v.string());

const attributeValue = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]);

const addressMembers = {
  formatted: v.optional(v.string()),
  street_address: v.optional(v.string()),
  locality: v.optional(v.string()),
  region: v.optional(v.string()),
  postal_code: v.optional(v.string()),
  country: v.optional(v.string()),
};

const profileMembers = {
  given_name: v.optional(v.string()),
  family_name: v.optional(v.string()),
  middle_name: v.optional(v.string()),
  nickname: v.optional(v.string()),
  profile: v.optional(v.string()),
  website: v.optional(v.string()),
  gender: v.optional(v.string()),
  birthdate: v.optional(v.string()),
  zoneinfo: v.optional(v.string()),
  locale: v.optional(v.string()),
  phone_number: v.optional(v.string()),
  phone_number_verified: v.optional(v.boolean()),
  address: v.optional(v.strictObject(addressMembers)),
};

export const personSchema = v.pipe(
  v.strictObject({
    subject: v.pipe(v.string(), v.description("The identifier of the person; `sub` in tokens.")),
    source: v.picklist(["configuration", "operator", "setup_link", "invitation", "sign_up", "demo"]),
    declared: v.pipe(v.boolean(), v.description("Whether the configuration file declares the person.")),
    username: v.string(),
    name: textOrNull,
    email: textOrNull,
    email_verified: v.boolean(),
    ...profileMembers,
    picture: textOrNull,
    attributes: v.record(v.string(), attributeValue),
    groups: v.array(v.string()),
    administrator: v.boolean(),
    auditor: v.boolean(),
    state: v.picklist(["active", "waiting", "disabled"]),
    has_password: v.boolean(),
    created_at: time,
    updated_at: time,
    disabled_at: timeOrNull,
    unlocked_at: timeOrNull,
  }),
  v.title("Person"),
);

const given = v.optional(v.nullable(v.string()));

/** What can be written of a person. Null takes a fact away. */
export const personFacts = {
  name: given,
  email: given,
  email_verified: v.optional(v.boolean()),
  given_name: given,
  family_name: given,
  middle_name: given,
  nickname: given,
  profile: given,
  website: given,
  gender: given,
  birthdate: given,
  zoneinfo: given,
  locale: given,
  phone_number: given,
  phone_number_verified: v.optional(v.nullable(v.boolean())),
  address: v.optional(
    v.strictObject({
      formatted: given,
      street_address: given,
      locality: given,
      region: given,
      postal_code: given,
      country: given,
    }),
  ),
  attributes: v.optional(v.record(v.string(), v.nullable(attributeValue))),
  groups: v.optional(v.pipe(v.array(v.string()), v.description("In place of all groups."))),
  administrator: v.optional(v.boolean()),
  auditor: v.optional(v.boolean()),
};

export const groupSchema = v.pipe(
  v.strictObject({ name: v.string(), description: textOrNull, created_at: time }),
  v.title("Group"),
);

export const memberSchema = v.pipe(
  v.strictObject({
    subject: v.string(),
    username: v.string(),
    name: textOrNull,
    manages: v.boolean(),
    joined_at: time,
  }),
  v.title("Member"),
);

/** What the browser or device said that it is; null for what this server does not know. */
const productMembers = { program: textOrNull, system: textOrNull };

export const sessionMembers = {
  id: v.string(),
  ...productMembers,
  created_at: time,
  last_seen_at: time,
  expires_at: time,
  authentication_methods: v.array(v.string()),
};

export const sessionSchema = v.pipe(v.strictObject(sessionMembers), v.title("Session"));

export const passkeySchema = v.pipe(
  v.strictObject({
    id: v.string(),
    name: v.pipe(v.string(), v.description("As the person calls it; may be empty.")),
    kind: v.pipe(textOrNull, v.description("The product that keeps it, if this server knows it.")),
    synced: v.pipe(v.boolean(), v.description("Whether it is on several devices.")),
    discoverable: v.boolean(),
    readable: v.pipe(v.boolean(), v.description("False: it is spoiled, and signs no one in.")),
    created_at: time,
    used_at: timeOrNull,
  }),
  v.title("Passkey"),
);

export const invitationSchema = v.pipe(
  v.strictObject({
    id: v.string(),
    username: textOrNull,
    name: textOrNull,
    email: textOrNull,
    email_by_mail: v.boolean(),
    groups: v.array(v.string()),
    administrator: v.boolean(),
    uses: v.number(),
    uses_left: v.number(),
    created_by: v.string(),
    created_at: time,
    expires_at: time,
    link: v.optional(
      v.pipe(textOrNull, v.description("Only in the answer that makes it; null if the mail alone has it.")),
    ),
  }),
  v.title("Invitation"),
);

export const linkSchema = v.pipe(
  v.strictObject({
    link: v.pipe(textOrNull, v.description("Shown once; null if the mail alone has it.")),
    expires_at: time,
  }),
  v.title("Link"),
);

export const grantSchema = v.pipe(
  v.strictObject({
    id: v.string(),
    username: v.string(),
    subject: v.string(),
    client_id: v.string(),
    scope: v.string(),
    resources: v.array(v.string()),
    authorization_details: v.nullable(v.array(v.looseObject({ type: v.string() }))),
    via: v.picklist(["authorization_code", "device_code", "jwt_bearer", "ciba"]),
    ...productMembers,
    created_at: time,
    expires_at: time,
    revoked_at: timeOrNull,
  }),
  v.title("Grant"),
);

/** As introspection says it (RFC 7662 §2.2). */
export const tokenSchema = v.pipe(
  v.strictObject({
    active: v.literal(true),
    jti: v.pipe(v.string(), v.description("The id of the token.")),
    iss: v.string(),
    sub: v.string(),
    username: v.optional(v.string()),
    client_id: v.string(),
    scope: v.optional(v.string()),
    aud: v.union([v.string(), v.array(v.string())]),
    token_type: v.optional(v.string()),
    iat: v.number(),
    nbf: v.number(),
    exp: v.number(),
    acr: v.optional(v.string()),
    auth_time: v.optional(v.number()),
    cnf: v.optional(
      v.pipe(
        v.record(v.string(), v.string()),
        v.description("What a request with the token must prove; a bearer token has none (RFC 7800)."),
      ),
    ),
    act: v.optional(
      v.pipe(
        v.record(v.string(), v.unknown()),
        v.description("Who acts, of an exchanged token (RFC 8693 §4.1)."),
      ),
    ),
  }),
  v.title("Token"),
);

export const keySchema = v.pipe(
  v.strictObject({
    kid: v.string(),
    algorithm: v.string(),
    state: v.picklist(["next", "current", "former", "published"]),
    file: v.pipe(v.nullable(v.string()), v.description("Null for a key that the server made.")),
    created_at: timeOrNull,
    signs_from: timeOrNull,
    published_until: timeOrNull,
  }),
  v.title("Key"),
);
