/**
 * What an application wants of this server: the client that it needs, the claims that it reads, and the settings that its
 * operator pastes. A recipe is data. The command line makes its clients, docs/apps has a page for each, and the tests play
 * the application as its recipe describes it.
 */
import type { ClaimMapping } from "../protocol/claim-mapping.ts";
import type { GrantType } from "../protocol/grant-types.ts";
import type { SigningAlgorithm } from "../protocol/signing-algorithms.ts";

/** How the facts were found: in the source of the application, in documentation, or from memory. */
export type Evidence = "source" | "documentation" | "memory";

/**
 * A text in which names in braces stand for values: `{url}` and `{host}` of the application, `{issuer}`, `{discovery}`,
 * `{client_id}` and the others of `values.ts`. `{client_id:cli}` is that of the client with the suffix `cli`.
 */
export type Template = string;

/** Whether the application proves with PKCE (RFC 7636) that it began the flow. */
export type PkceUse =
  /** It does without being told, or because the metadata names S256. */
  | "by itself"
  /** The settings of the recipe turn it on. */
  | "by a setting"
  /** It cannot. The client is exempt, and the words say why. */
  | { readonly never: string };

/** A client that the application needs. Most need one. */
export interface RecipeClient {
  /** Its identifier is that of the first client, a hyphen and this. The first has none. */
  readonly suffix?: string;
  /** What people read on the consent page. Default: the name of the application. */
  readonly name?: string;
  readonly redirectUris: readonly Template[];
  /** Where it sends its secret; none: it is a public client. */
  readonly secret: "header" | "body" | "none";
  readonly scope: readonly string[];
  readonly pkce: PkceUse;
  /** Default: the authorization code and, with `refreshes`, refresh tokens. */
  readonly grants?: readonly GrantType[];
  /** Whether it refreshes its tokens. */
  readonly refreshes?: boolean;
  /** The response mode that it asks for, if it asks for one. */
  readonly responseMode?: "query" | "form_post";
  /** Further parameters of its authorization request. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether it sends a nonce and insists on it. Default: true. */
  readonly nonce?: boolean;
  /** The algorithm of ID tokens that it insists on. Default: it takes what the metadata name, and RS256 is among it. */
  readonly algorithm?: SigningAlgorithm;
  /** The claims that it reads in the ID token. Null: it reads no ID token. */
  readonly idToken: readonly string[] | null;
  /** The claims that it reads from userinfo. Null: it does not ask there. */
  readonly userinfo: readonly string[] | null;
  /** Claims with names of its own, and where this server takes them from. */
  readonly claims?: ClaimMapping;
  /** The audience of access tokens that it checks by their signature (RFC 9068). */
  readonly signedFor?: Template;
  /** Whether a page of it asks this server from within the browser (CORS). */
  readonly inBrowser?: boolean;
  /** Where people are sent after they have signed out. */
  readonly postLogout?: readonly Template[];
  /** Where the server tells it that a session has ended. */
  readonly backChannel?: Template;
  /** A secret that everyone knows, because it is in the published program. The client must be declared in the configuration. */
  readonly published?: { readonly clientId: string; readonly secret: string };
}

/** Values for the fields of a settings page. */
export interface Fields {
  /** The page: `Administration › Settings › OAuth`. */
  readonly where: Template;
  readonly fields: readonly (readonly [name: string, value: Template])[];
}

/** Text for a file, environment variables, or commands. */
export interface Paste {
  readonly where: Template;
  readonly language: "env" | "yaml" | "json" | "ini" | "php" | "ruby" | "text" | "python" | "nginx";
  readonly text: Template;
}

export type Settings = Fields | Paste;

export interface Recipe {
  /** The name on the command line, and the identifier of its client. */
  readonly id: string;
  readonly name: string;
  readonly website: string;
  /** What the application is, in a few words. */
  readonly what: string;
  /** What a person sees: where sign-in begins. */
  readonly people: string;
  /** An address as an example, if the client depends on it; `path`: the application may live below a path. */
  readonly address: { readonly example: string; readonly path: boolean } | null;
  /** Empty: the application needs no client of its own. */
  readonly clients: readonly RecipeClient[];
  /** Members of the metadata that the application insists on. */
  readonly discovery: readonly string[];
  readonly settings: readonly Settings[];
  /** What the configuration of this server must have beside the client, in TOML. Scopes in it must be there first. */
  readonly server?: Template;
  /** What to know: one sentence or two each. */
  readonly notes: readonly Template[];
  readonly read: { readonly from: Evidence; readonly what: string; readonly date: string };
  /** Why the application cannot sign in with this server, and the way around. No client can be made of such a recipe. */
  readonly refused?: { readonly why: string; readonly instead: string };
}

export const isPaste = (settings: Settings): settings is Paste => "text" in settings;

/** Why a recipe cannot be followed. Most are faults of the address of the application, as `addressOf` finds them. */
export type RecipeFault =
  | "address_not_needed"
  | "address_missing"
  | "address_without_scheme"
  | "address_malformed"
  | "address_not_web"
  | "address_with_more"
  | "address_with_path"
  | "application_refused"
  | "scope_missing"
  | "identifier_refused"
  | "identifier_taken";

/** Recipes say it in words for people; the command line adds what to do. */
export class RecipeError extends Error {
  readonly fault: RecipeFault;

  constructor(fault: RecipeFault, message: string) {
    super(message);
    this.fault = fault;
  }
}
