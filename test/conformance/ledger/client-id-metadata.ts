/** draft-ietf-oauth-client-id-metadata-document: clients that are known by the URL of a document. */
import type { Ledger } from "./row.ts";

export const CLIENT_ID_METADATA: Ledger = {
  source: "CIMD",
  title: "OAuth Client ID Metadata Document (draft)",
  rows: [
    {
      id: "3-1",
      level: "MUST",
      statement:
        "A client identifier URL is https, has a path, and no dot segments, fragment, user name or password",
      does: "Refuses every other spelling before it fetches anything; the text is compared as it is",
    },
    {
      id: "4-1",
      level: "SHOULD",
      statement: "The server fetches the document at client_id",
      does: "At an authorization request, unless it has it and it is fresh",
    },
    {
      id: "4-2",
      level: "MUST",
      statement: "Every status but 200 is an error",
      does: "A page for the person; no client is made",
    },
    {
      id: "4-3",
      level: "MUST NOT",
      statement: "The server follows redirects",
      does: "A redirect is an error",
    },
    {
      id: "4.1-1",
      level: "MUST",
      statement: "client_id in the document is its URL, by simple string comparison",
      does: "Compares the texts; a member that is there twice is refused",
    },
    {
      id: "4.1-3",
      level: "MUST NOT",
      statement: "token_endpoint_auth_method is one of a shared secret",
      does: "Takes none and private_key_jwt alone; a document that names no method means none",
    },
    {
      id: "4.1-4",
      level: "MUST NOT",
      statement: "client_secret and client_secret_expires_at are used",
      does: "Refuses such a document",
    },
    {
      id: "4.3-1",
      level: "SHOULD",
      statement: "The authorization request is aborted if the document cannot be fetched",
      does: "Unless people use the client and its host is down for less than client_id_metadata_documents.stale_seconds",
    },
    {
      id: "4.4-1",
      level: "SHOULD",
      statement: "HTTP cache headers are respected, within bounds",
      does: "max-age and Age within five minutes and a day, ETag with If-None-Match",
    },
    {
      id: "4.4-2",
      level: "MUST NOT",
      statement: "Errors, and documents that are invalid, are cached",
      does: "The next request fetches again, within the limit for the host",
    },
    {
      id: "4.5-1",
      level: "MUST",
      statement: "The redirect URI of a request is one of the document, by exact match",
      does: "As for every client; the port of a loopback address may vary",
    },
    {
      id: "5-1",
      level: "MUST",
      statement: "The metadata have client_id_metadata_document_supported",
      does: "true, or false if client_id_metadata_documents.mode is off",
    },
    {
      id: "6.2-1",
      level: "MUST",
      statement: "A client whose document names private_key_jwt authenticates with it in every communication",
      does: "With the keys of jwks or jwks_uri; without an assertion it is not authenticated",
    },
    {
      id: "6.3-1",
      level: "SHOULD",
      statement: "The security of changes of a document is considered",
      does: "A new name, address or scope ends the operator's word and what people allowed for good: they are asked again. Another way to authenticate ends the grants",
    },
    {
      id: "6.4-1",
      level: "SHOULD",
      statement: "The host of client_id is shown to the person",
      does: "Below the name, with a warning if the answer goes to a program on the device",
    },
    {
      id: "6.5-1",
      level: "MUST",
      statement: "The URL does not lead to a special-use address",
      does: "The name is resolved once, every address is checked, and one of them is called",
    },
    {
      id: "6.5-2",
      level: "SHOULD NOT",
      statement: "URLs in the document that lead to special-use addresses are fetched",
      does: "jwks_uri and sector_identifier_uri pass the same guard; no logo is fetched or shown",
    },
    {
      id: "6.6-1",
      level: "SHOULD",
      statement: "The size of a document is limited",
      does: "5120 bytes, not compressed",
    },
    {
      id: "6.9-1",
      level: "SHOULD",
      statement: "No identifier that the server makes begins with https://",
      does: "They begin with cl_, and the operator cannot choose a URL",
    },
  ],
};
