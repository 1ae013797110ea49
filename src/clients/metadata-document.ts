/**
 * A client ID metadata document (draft-ietf-oauth-client-id-metadata-document §4.1): what is in it is checked as a registration is,
 * and beside that what belongs to documents alone.
 */
import type { Configuration } from "../configuration/schema.ts";
import type { DocumentPolicy } from "../protocol/document-url.ts";
import { OAuthError } from "../protocol/errors.ts";
import { outlineOf, repeatedIn } from "../protocol/jws.ts";
import { isAbsent } from "./members.ts";
import { type ClientMetadata, checkClientMetadata, type MetadataPolicy } from "./metadata.ts";

/**
 * What the operator says of documents. An operator who keeps strangers from registering wants none that describe themselves either,
 * unless the configuration says so.
 */
export const documentSettings = ({
  registration,
  client_id_metadata_documents: settings,
}: Pick<Configuration, "registration" | "client_id_metadata_documents">): DocumentPolicy => ({
  ...settings,
  mode: settings.mode ?? (registration.mode === "open" ? "open" : "off"),
});

/** §6.6: the size that the draft recommends. */
export const DOCUMENT_BYTES = 5120;

/** Nothing that a document needs is nested this deep. */
const DEEPEST = 8;

/** §6.2: a document is public, so a client can prove itself by a key pair, or not at all. */
const METHODS = ["none", "private_key_jwt"];

const refuse = (description: string): never => {
  throw new OAuthError("client_document_refused", { description });
};

/** The metadata of the client with this URL. Throws `client_document_refused`, with words for its developer. */
export function checkMetadataDocument(url: string, text: string, policy: MetadataPolicy): ClientMetadata {
  const { client_id, software_statement: _, ...members } = parseDocument(text);
  // §4.1, RFC 3986 §6.2.1: as texts. A document may stand at other addresses too, but describes one client.
  if (client_id !== url) refuse("client_id in the document is not the URL of the document.");
  for (const name of ["client_secret", "client_secret_expires_at"])
    if (!isAbsent(members[name])) refuse(`The document has ${name}, which everyone can read.`);
  const method = isAbsent(members.token_endpoint_auth_method) ? "none" : members.token_endpoint_auth_method;
  if (typeof method !== "string" || !METHODS.includes(method))
    refuse(`token_endpoint_auth_method in a document must be ${METHODS.join(" or ")}.`);
  try {
    return checkClientMetadata({ ...members, token_endpoint_auth_method: method }, policy);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return refuse(`The document is not allowed: ${error.description}`);
  }
}

function parseDocument(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse("The document is not JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return refuse("The document is not a JSON object.");
  const { names, depth } = outlineOf(text);
  if (depth > DEEPEST) return refuse(`The document is nested more than ${DEEPEST} deep.`);
  // RFC 8259 §4: readers differ in which of two equal members they take.
  const repeated = repeatedIn(names);
  if (repeated !== undefined) return refuse(`The document has the member '${repeated.slice(0, 40)}' twice.`);
  return { ...parsed };
}
