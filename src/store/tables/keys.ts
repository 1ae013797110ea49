/** The keys of the server: its own secret, and those that sign tokens. */
import type { SigningAlgorithm } from "../../protocol/signing-algorithms.ts";
import { bytes, integer, orNull, type Row, table, text } from "../declare.ts";
import { asItIs } from "./columns.ts";

/** The server's own secret, from which all processes on this database derive their keys, and the former ones that still count. */
export const serverKeys = table("server_keys", {
  columns: {
    /** `server`; of a former one `server` and its fingerprint, so that it comes after. */
    name: text(),
    /** Shows whether two secrets differ without revealing either: 32 bytes. */
    fingerprint: bytes(),
    /** 32 bytes; null if the operator keeps the secret in the configuration. */
    secret: orNull(bytes()),
    /** When another took its place; null for the one in use. */
    retiredAt: orNull(integer()),
  },
  key: ["name"],
});
export type ServerKeyRecord = Row<typeof serverKeys>;

/** A public key as in RFC 7517. */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** A public key of this server. */
export interface SigningJwk extends PublicJwk {
  readonly kty: string;
  readonly kid: string;
  readonly use: "sig";
  readonly alg: SigningAlgorithm;
}

/** The keys that sign tokens. Each is published before it signs, and until the last token that it signed has expired. */
export const signingKeys = table("signing_keys", {
  columns: {
    /** RFC 7638: the thumbprint of the public key. */
    kid: text(),
    algorithm: text<SigningAlgorithm>(),
    publicKey: asItIs<SigningJwk>(),
    /** The private key (PKCS #8), sealed with a key of the server. */
    sealedPrivateKey: bytes(),
    /** Published from this time on. */
    createdAt: integer(),
    /** Signs from this time on, until a newer key of the algorithm does. */
    signsFrom: integer(),
    /** Null while no newer key takes its place. */
    publishedUntil: orNull(integer()),
  },
  key: ["kid"],
  expires: "publishedUntil",
  updated: true,
});
export type SigningKeyRecord = Row<typeof signingKeys>;

/** A key of the ring, wherever its private part is. */
export interface RingKey extends Omit<SigningKeyRecord, "sealedPrivateKey"> {
  /** The file of the operator that has the private part; undefined if it is in the database. */
  readonly file?: string;
}
