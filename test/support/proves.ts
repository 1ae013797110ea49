/** A rule of a specification, as "RFC 6749 4.1.2-3", or a threat, as "threat 8": the source, and the row of its ledger. */
export type Claim = `${Source} ${string}` | `threat ${number}`;

type Source =
  | `RFC ${number}`
  | "CIBA"
  | "CIBA Suite"
  | "CIMD"
  | "Form Post"
  | "ID-JAG"
  | "MCP"
  | "MCP Client Credentials"
  | "MCP Enterprise"
  | "OpenID Core"
  | "OpenID Discovery"
  | "OIDF"
  | "Prompt Create"
  | "OpenID Registration"
  | "RP-Initiated Logout"
  | "Back-Channel Logout"
  | "JARM"
  | "FAPI 2.0"
  | "FAPI Signing"
  | "FAPI Suite";

/**
 * The name of a test that proves rows of the ledger (test/conformance/ledger), as in
 * `test(proves("…", "RFC 6749 4.1.2-3"), …)`. A test proves a row if it fails as soon as the server no longer does what
 * the row says. A tool reads the claims from the source, so they must be literals in the call.
 */
export const proves = (name: string, ..._claims: readonly [Claim, ...Claim[]]): string => name;
