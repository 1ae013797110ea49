/**
 * The formats of access tokens. An entry has everything about a format: the text that the client gets, how it is recognized,
 * and the format's metadata. The row of a token is the same for each, so every token can be listed and revoked.
 */
import { hasJwtForm, type VerifyJwt } from "../keys/verify.ts";
import type { AccessTokenFormatName, Catalogue } from "../protocol/catalogue.ts";
import type { RecordId, ResourceIndicator, SecretDigest } from "../protocol/identifiers.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { parseCredential, parseRecordId, secretMatches } from "./credential.ts";

/** An access token from a request. Its form is right; only the store can tell whether it exists. */
export interface PresentedAccessToken {
  readonly id: RecordId;
  /** What a signed one says. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Whether the text proves that it is the token of the row with this digest. */
  proves(digest: SecretDigest): boolean;
}

/** The parts of which a format makes the text of a token. */
export interface AccessTokenText {
  /** The credential of the row. */
  readonly credential: string;
  sign(typ: string): Promise<string>;
}

export interface AccessTokenFormat {
  readonly format: AccessTokenFormatName;
  /** Whether an API can check the tokens by itself, with the key set. */
  readonly isSigned: boolean;
  write(token: AccessTokenText): string | Promise<string>;
  /** Null if the text is no token of this format. */
  recognize(
    text: string,
    verify: VerifyJwt,
  ): PresentedAccessToken | null | Promise<PresentedAccessToken | null>;
}

/** A random text, which only this server can interpret (RFC 6749 §1.4). */
const opaque: AccessTokenFormat = {
  format: "opaque",
  isSigned: false,
  write: ({ credential }) => credential,
  recognize(text) {
    const presented = parseCredential("access_token", text);
    return presented && { id: presented.id, proves: (digest) => secretMatches(presented.secret, digest) };
  },
};

/** RFC 9068 §2.1: so that no other kind of JWT counts as an access token. */
const JWT_TYPE = "at+jwt";

/** RFC 9068. The secret of its row is never told; the signature proves that the token is of this server. */
const jwt: AccessTokenFormat = {
  format: "jwt",
  isSigned: true,
  write: ({ sign }) => sign(JWT_TYPE),
  recognize: (text, verify) => (hasJwtForm(text) ? recognizeJwt(text, verify) : null),
};

async function recognizeJwt(text: string, verify: VerifyJwt): Promise<PresentedAccessToken | null> {
  const claims = await verify(text, JWT_TYPE);
  if (claims === null) return null;
  const id = typeof claims.jti === "string" ? parseRecordId(claims.jti) : null;
  return id && { id, claims, proves: () => true };
}

export const ACCESS_TOKEN_FORMATS: readonly AccessTokenFormat[] = [opaque, jwt];

/** The format of the client's access tokens for these resources. */
export const accessTokenFormatFor = (
  catalogue: Pick<Catalogue, "accessTokenFormat">,
  client: Pick<ClientRecord, "accessTokenFormat">,
  resources: readonly ResourceIndicator[],
): AccessTokenFormat => (catalogue.accessTokenFormat(client, resources) === "jwt" ? jwt : opaque);

/** The access token in a text, of any format; null if the text is not an access token. */
export function recognizeAccessToken(
  text: string,
  verify: VerifyJwt,
): PresentedAccessToken | null | Promise<PresentedAccessToken | null> {
  return opaque.recognize(text, verify) ?? jwt.recognize(text, verify);
}
