/** Who may register clients here, what such clients may do, and how many there are. The configuration says it. */
import { documentSettings } from "../../clients/metadata-document.ts";
import type { Authority } from "../../rules/role.ts";
import type { ClientSource, DocumentBlockRecord } from "../../store/tables/clients.ts";
import { everyClient } from "../clients.ts";
import type { Context } from "../context.ts";
import { listDocumentBlocks } from "../document-blocks.ts";
import { countUpTo } from "../paging.ts";
import { requirePermission } from "./authority.ts";
import { type KnownSetting, MOST_COUNTED, settingsBelow } from "./server.ts";

export interface RegistrationPolicy {
  readonly mode: "open" | "token" | "off";
  /** How many initial access tokens the configuration has. */
  readonly initialAccessTokens: number;
  /** The scopes that a client may register for. */
  readonly scope: readonly string[];
  readonly documents: { readonly mode: "open" | "listed" | "off" };
  /** Where the operator takes no metadata documents from, beside the configuration. */
  readonly blocks: readonly DocumentBlockRecord[];
  /** The clients that came so; null for more than `MOST_COUNTED`. */
  readonly counts: Readonly<Record<SelfService, number | null>>;
  /** The settings of both, with their sources. */
  readonly settings: readonly KnownSetting[];
}

type SelfService = Extract<ClientSource, "registration" | "metadata_document">;

const TABLES = ["registration", "client_id_metadata_documents"];

export async function findRegistration(context: Context, authority: Authority): Promise<RegistrationPolicy> {
  requirePermission(authority, "clients.read");
  const { configuration, catalogue } = context;
  const { mode, initial_access_tokens } = configuration.registration;
  const count = (source: SelfService) => countUpTo(MOST_COUNTED, everyClient(context, source));
  return {
    mode,
    initialAccessTokens: initial_access_tokens.length,
    scope: catalogue.registrableScope,
    documents: { mode: documentSettings(configuration).mode },
    blocks: await listDocumentBlocks(context),
    counts: {
      registration: await count("registration"),
      metadata_document: await count("metadata_document"),
    },
    settings: settingsBelow(context, TABLES),
  };
}
