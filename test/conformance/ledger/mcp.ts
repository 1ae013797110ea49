/**
 * The Model Context Protocol, 2026-07-28: the pages "Authorization", "Authorization Server Discovery", "Client Registration" and "Security
 * Considerations". What they ask of authorization servers, and of MCP servers as docs/agents.md builds them with the guard of examples/.
 */
import type { Ledger } from "./row.ts";
import { NO_TLS, TLS } from "./tls.ts";

export const MCP: Ledger = {
  source: "MCP",
  title: "Model Context Protocol: Authorization (2026-07-28)",
  rows: [
    {
      id: "overview-1",
      level: "MUST",
      statement: "The authorization server implements OAuth 2.1, for confidential and public clients",
      does: "The code flow with PKCE (S256) for both; no implicit grant and no password grant",
    },
    {
      id: "overview-2",
      level: "SHOULD",
      statement: "The authorization server supports client ID metadata documents",
      does: "By default, beside registration",
    },
    {
      id: "overview-4",
      level: "MUST",
      statement: "MCP servers implement protected resource metadata",
      does: "`tessera resource show` prints the document, and the guard in examples/ serves it",
    },
    {
      id: "overview-5",
      level: "MUST",
      statement: "The authorization server has RFC 8414 metadata or OpenID Connect discovery",
      does: "Both, with the same content",
    },
    {
      id: "scope-1",
      level: "SHOULD",
      statement: "A challenge names the scopes that the request needs",
      does: "The guard in examples/ does, also in a 401 without a token",
    },
    {
      id: "response-1",
      level: "SHOULD",
      statement: "iss is in authorization responses, also in errors",
      does: "In every one",
    },
    {
      id: "response-2",
      level: "MUST",
      statement: "The metadata say so: authorization_response_iss_parameter_supported",
      does: "true",
    },
    {
      id: "resource-1",
      level: "MUST",
      statement: "resource is sent in authorization and token requests, and names the MCP server",
      does: "Takes it in both; the token is for that server alone, and for no other than the person was asked about",
    },
    {
      id: "resource-2",
      level: "SHOULD",
      statement: "Upper case in scheme and host of a resource is accepted",
      does: "Means the same resource; so does an empty path with and without its slash",
    },
    {
      id: "token-1",
      level: "MUST",
      statement: "MCP servers take only tokens that were issued for them",
      does: "The guard in examples/ compares aud",
    },
    {
      id: "token-2",
      level: "MUST",
      statement: "Invalid or expired tokens get 401",
      does: "From the guard in examples/",
    },
    {
      id: "token-3",
      level: "MUST NOT",
      statement: "MCP servers pass the token on that they received",
      does: "The server of docs/agents.md does not give it to its tools. docs/apis.md has the exchange of tokens for upstream APIs",
      notApplicable: "What an MCP server sends to others is its own",
    },
    {
      id: "refresh-1",
      level: "SHOULD NOT",
      statement: "offline_access is in a challenge, or in scopes_supported of protected resource metadata",
      does: "The document has the scopes of the resource alone, and offline_access cannot be one of them",
    },
    {
      id: "errors-1",
      level: "MUST",
      statement: "401 without a good token, 403 without the scope, 400 for a malformed request",
      does: "From the guard in examples/ and the SDK; this server answers by RFC 6749 §5.2",
    },
    {
      id: "errors-2",
      level: "SHOULD",
      statement: "403 insufficient_scope names all scopes of the operation, and resource_metadata",
      does: "From the guard in examples/ and the SDK",
    },
    {
      id: "errors-3",
      level: "MUST",
      statement: "Servers account for scopes that imply others",
      does: "No scope implies another one here: a request is given what it names",
      notApplicable: "There is no hierarchy of scopes",
    },
    {
      id: "discovery-1",
      level: "MUST",
      statement: "authorization_servers of the resource metadata has at least one",
      does: "This issuer",
    },
    {
      id: "discovery-2",
      level: "MUST",
      statement: "The location is in WWW-Authenticate (resource_metadata), or at the well-known address",
      does: "The guard in examples/ does both",
    },
    {
      id: "discovery-3",
      level: "MUST",
      statement: "Clients find the metadata at one of three places, in order, also for an issuer with a path",
      does: "They are at all three",
    },
    {
      id: "discovery-4",
      level: "MUST",
      statement: "issuer in the metadata is identical to the identifier from which the address was made",
      does: "One text, everywhere",
    },
    {
      id: "documents-1",
      level: "SHOULD",
      statement: "The document is fetched when client_id is a URL",
      does: "Unless it is known and fresh",
    },
    {
      id: "documents-2",
      level: "MUST",
      statement: "client_id in the document is its URL exactly",
      does: "Letter by letter",
    },
    {
      id: "documents-3",
      level: "SHOULD",
      statement: "HTTP cache headers are respected",
      does: "Within five minutes and a day",
    },
    {
      id: "documents-4",
      level: "MUST",
      statement: "The redirect URI of a request is in the document",
      does: "Refuses others on a page; only the port of a loopback address varies",
    },
    {
      id: "documents-5",
      level: "MUST",
      statement: "The document is valid JSON with the required fields: client_id, client_name, redirect_uris",
      does: "Refuses every other one, but takes one without client_name",
      deviation:
        "The draft requires no name, and clients of other kinds leave it out. People then see the host of the document, which no one else can publish",
    },
    {
      id: "documents-6",
      level: "SHOULD",
      statement: "The security considerations of the draft are followed",
      does: "The ledger of the draft (CIMD) has them: guarded fetches, limits, changes, private_key_jwt",
    },
    {
      id: "documents-7",
      level: "SHOULD",
      statement: "The metadata have client_id_metadata_document_supported",
      does: "true, unless the operator turned it off",
    },
    {
      id: "registration-1",
      level: "SHOULD",
      statement: "Native applications register with application_type native, and get along with its rules",
      does: "Loopback addresses with any port, and private-use schemes; web is held to https by the same registration",
    },
    {
      id: "theft-1",
      level: "SHOULD",
      statement: "Access tokens are short-lived",
      does: "An hour by default",
    },
    {
      id: "theft-2",
      level: "MUST",
      statement: "Refresh tokens of public clients are rotated",
      does: "At every use; a second use of one ends the grant",
    },
    {
      id: "communication-1",
      level: "MUST",
      statement: "All endpoints are served over https",
      does: TLS,
      deviation: NO_TLS,
    },
    {
      id: "communication-2",
      level: "MUST",
      statement: "Redirect URIs are localhost or https",
      does: "http beyond loopback only for a client whose operator allows it by name; private-use schemes of native applications too",
      deviation:
        "OAuth 2.1 §8.4.3 lets native applications be called by their own scheme. Cursor and others are; the consent page says that the answer goes to a program",
    },
    {
      id: "code-1",
      level: "MUST",
      statement: "code_challenge_methods_supported is there, also in OpenID Connect discovery",
      does: '["S256"] in both',
    },
    {
      id: "redirect-1",
      level: "MUST",
      statement: "Redirect URIs are compared exactly",
      does: "Texts, as they were registered",
    },
    {
      id: "redirect-2",
      level: "MUST",
      statement: "No one is redirected to an untrusted URI (OAuth 2.1 §7.12.2)",
      does: "A request whose client or redirect URI is wrong gets a page",
    },
    {
      id: "redirect-3",
      level: "SHOULD",
      statement: "The browser is redirected by itself only to a trusted URI",
      does: "For a client that strangers can make, the person is asked first, also before an error is sent there",
    },
    {
      id: "localhost-1",
      level: "SHOULD",
      statement: "There is an additional warning for loopback redirect URIs",
      does: "On the consent page: any program on the device can pretend to be the application",
    },
    {
      id: "localhost-2",
      level: "MUST",
      statement: "The host of the redirect URI is displayed during authorization",
      does: "On the consent page; a private-use scheme in its place, where there is no host",
    },
    {
      id: "ssrf-1",
      level: "SHOULD",
      statement: "Fetches of documents cannot be turned against the network of the server",
      does: "One resolution, public addresses only, no redirects, 5 KB, 5 seconds",
    },
  ],
};
