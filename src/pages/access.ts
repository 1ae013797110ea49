/** What an access is for, in words: shared by the pages that ask for it and the one that shows it. */
import type { Context } from "../context.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import { displayText } from "./display.ts";
import type { ResourceWords, ScopeWords } from "./views/parts.tsx";

export const scopeWords = (
  { catalogue }: Pick<Context, "catalogue">,
  scope: readonly Scope[],
): ScopeWords[] =>
  scope.map((name) => ({ name, description: displayText(catalogue.describeScope(name), 300) }));

/** Without this server itself, which goes without saying. */
export const resourceWords = (
  { catalogue, configuration }: Pick<Context, "catalogue" | "configuration">,
  resources: readonly ResourceIndicator[],
): ResourceWords[] =>
  resources
    .filter((identifier) => !sameResource(identifier, configuration.issuer))
    .map((identifier) => ({ identifier, name: displayText(catalogue.nameResource(identifier), 200) }));
