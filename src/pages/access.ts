/** Describes access in words, for the pages that ask for it and the page that shows it. */
import type { Context } from "../operations/context.ts";
import { OWN_SCOPES } from "../protocol/catalogue.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import { displayText } from "./display.ts";
import type { Texts } from "./texts.ts";
import type { AccessWords, ScopeWords } from "./views/parts.tsx";

type AccessContext = Pick<Context, "catalogue" | "configuration" | "issuer">;

/**
 * The scopes of an access in words, each under the resources that can use it. Scopes of this server or of no particular
 * resource come first, without a name. Sensitive scopes come before all others.
 */
export function accessWords(
  context: AccessContext,
  texts: Texts,
  scope: readonly Scope[],
  resources: readonly ResourceIndicator[],
): AccessWords[] {
  const { catalogue, issuer } = context;
  const isHere = (identifier: ResourceIndicator) => sameResource(identifier, issuer.identifier);
  // A resource that lists no scopes takes any. This server's own scopes still belong to this server.
  const usedHere = new Set(catalogue.scopeFor(scope, resources.filter(isHere)));
  const elsewhere = resources
    .filter((identifier) => !isHere(identifier))
    .map((identifier) => ({
      name: displayText(catalogue.nameResource(identifier, texts.language), 200),
      scope: catalogue.scopeFor(scope, [identifier]).filter((name) => !usedHere.has(name)),
    }));
  const usedElsewhere = new Set(elsewhere.flatMap((resource) => resource.scope));
  const inWords = (names: readonly Scope[]) =>
    sensitiveFirst(
      names.map(
        (name): ScopeWords => ({
          text: describeScope(context, texts, name),
          sensitive: catalogue.isSensitive(name),
        }),
      ),
      ({ sensitive }) => sensitive,
    );
  const groups = [...Map.groupBy(elsewhere, (resource) => resource.scope.join(" ")).values()].map(
    (group) => ({
      resources: group.map(({ name }) => name),
      scopes: inWords(group[0]?.scope ?? []),
    }),
  );
  const unnamed = inWords(scope.filter((name) => !usedElsewhere.has(name)));
  const all =
    unnamed.length > 0 || groups.length === 0 ? [{ resources: [], scopes: unnamed }, ...groups] : groups;
  return sensitiveFirst(all, ({ scopes }) => scopes.some(({ sensitive }) => sensitive));
}

/** Otherwise in the same order. */
const sensitiveFirst = <Entry>(
  entries: readonly Entry[],
  isSensitive: (entry: Entry) => boolean,
): Entry[] => [...entries.filter(isSensitive), ...entries.filter((entry) => !isSensitive(entry))];

/**
 * Whether the whole access is at this server, which knows what it can do there. A scope of the operator may allow anything at
 * an API, even changing a password.
 */
export function isOnlyHere(
  { configuration, issuer }: AccessContext,
  scope: readonly Scope[],
  resources: readonly ResourceIndicator[],
): boolean {
  const isOwn = (name: Scope) =>
    OWN_SCOPES.some((own) => own.name === name) &&
    !configuration.scopes.some((declared) => declared.name === name);
  return scope.every(isOwn) && resources.every((identifier) => sameResource(identifier, issuer.identifier));
}

/** The operator's words come first, even for a scope of the server's own; then those of the person's language. */
export function describeScope(
  { catalogue, configuration }: AccessContext,
  { scopes, language }: Texts,
  name: Scope,
): string {
  const isOperators = configuration.scopes.some((declared) => declared.name === name);
  const own = new Map(Object.entries(scopes)).get(name);
  return own === undefined || isOperators ? displayText(catalogue.describeScope(name, language), 300) : own;
}
