/** All ledgers, in the order of docs/conformance.md. The threats have a page of their own, docs/threats.md. */

import { BACK_CHANNEL_LOGOUT } from "./back-channel-logout.ts";
import { CIBA, CIBA_SUITE } from "./ciba.ts";
import { CLIENT_ID_METADATA } from "./client-id-metadata.ts";
import { FAPI, FAPI_SIGNING } from "./fapi.ts";
import { FAPI_SUITE } from "./fapi-suite.ts";
import { FORM_POST } from "./form-post.ts";
import { ID_JAG } from "./id-jag.ts";
import { JARM } from "./jarm.ts";
import { MCP } from "./mcp.ts";
import { MCP_CLIENT_CREDENTIALS, MCP_ENTERPRISE } from "./mcp-extensions.ts";
import { OIDF } from "./oidf.ts";
import { OPENID_CORE } from "./openid-core.ts";
import { OPENID_DISCOVERY } from "./openid-discovery.ts";
import { OPENID_REGISTRATION } from "./openid-registration.ts";
import { PROMPT_CREATE } from "./prompt-create.ts";
import { RFC_6749 } from "./rfc6749.ts";
import { RFC_6750 } from "./rfc6750.ts";
import { RFC_7009 } from "./rfc7009.ts";
import { RFC_7517 } from "./rfc7517.ts";
import { RFC_7518 } from "./rfc7518.ts";
import { RFC_7521 } from "./rfc7521.ts";
import { RFC_7523 } from "./rfc7523.ts";
import { RFC_7591 } from "./rfc7591.ts";
import { RFC_7592 } from "./rfc7592.ts";
import { RFC_7636 } from "./rfc7636.ts";
import { RFC_7662 } from "./rfc7662.ts";
import { RFC_8252 } from "./rfc8252.ts";
import { RFC_8414 } from "./rfc8414.ts";
import { RFC_8628 } from "./rfc8628.ts";
import { RFC_8693 } from "./rfc8693.ts";
import { RFC_8705 } from "./rfc8705.ts";
import { RFC_8707 } from "./rfc8707.ts";
import { RFC_9068 } from "./rfc9068.ts";
import { RFC_9101 } from "./rfc9101.ts";
import { RFC_9126 } from "./rfc9126.ts";
import { RFC_9207 } from "./rfc9207.ts";
import { RFC_9396 } from "./rfc9396.ts";
import { RFC_9449 } from "./rfc9449.ts";
import { RFC_9470 } from "./rfc9470.ts";
import { RFC_9700 } from "./rfc9700.ts";
import { RFC_9701 } from "./rfc9701.ts";
import { RFC_9728 } from "./rfc9728.ts";
import type { Ledger } from "./row.ts";
import { RP_INITIATED_LOGOUT } from "./rp-initiated-logout.ts";
import { THREATS } from "./threats.ts";

export const SPECIFICATIONS: readonly Ledger[] = [
  RFC_6749,
  RFC_6750,
  RFC_7009,
  RFC_7517,
  RFC_7518,
  RFC_7521,
  RFC_7523,
  RFC_7591,
  RFC_7592,
  RFC_7636,
  RFC_7662,
  RFC_8252,
  RFC_8414,
  RFC_8628,
  RFC_8693,
  RFC_8705,
  RFC_8707,
  RFC_9068,
  RFC_9101,
  RFC_9126,
  RFC_9207,
  RFC_9396,
  RFC_9449,
  RFC_9470,
  RFC_9700,
  RFC_9701,
  RFC_9728,
  CLIENT_ID_METADATA,
  FORM_POST,
  OPENID_CORE,
  OPENID_DISCOVERY,
  OPENID_REGISTRATION,
  PROMPT_CREATE,
  RP_INITIATED_LOGOUT,
  BACK_CHANNEL_LOGOUT,
  ID_JAG,
  MCP,
  MCP_CLIENT_CREDENTIALS,
  MCP_ENTERPRISE,
  JARM,
  FAPI,
  FAPI_SIGNING,
  OIDF,
  FAPI_SUITE,
  CIBA,
  CIBA_SUITE,
];

export const LEDGERS: readonly Ledger[] = [...SPECIFICATIONS, THREATS];
