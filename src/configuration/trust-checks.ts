/** Rules for trusted issuers, for the audiences of assertions, and for the workloads of clients. None lets in more than it says. */

import { ID_JAG_TYPE } from "../protocol/assertions.ts";
import { isDelegable, OWN_SCOPES } from "../protocol/catalogue.ts";
import { isTrustDomain } from "../protocol/foreign-issuer.ts";
import { hasType } from "../protocol/jws.ts";
import { sameResource } from "../protocol/resource-indicator.ts";
import { isScope } from "../protocol/scope.ts";
import type { Finding } from "./finding.ts";
import type { Configuration } from "./schema.ts";
import { formatPath, type SettingPath } from "./settings.ts";

export function* checkTrust(configuration: Configuration): Generator<Finding> {
  yield* checkIssuers(configuration);
  yield* checkWorkloadIssuers(configuration);
  yield* checkAudiences(configuration);
}

function* checkIssuers(configuration: Configuration): Generator<Finding> {
  const { issuer: own, trusted_issuers: issuers } = configuration;
  for (const [index, { issuer, jwks_uri, jwks_file, types }] of issuers.entries()) {
    const at = (member: string, words: string): Finding => found(["trusted_issuers", index, member], words);
    // ID-JAG, Cross-Domain Use: "MUST NOT issue access tokens in response to an ID-JAG it issued itself".
    if (issuer === own)
      yield at(
        "issuer",
        "is this server itself. It needs no trust for its own tokens, and would widen them.",
      );
    if (issuers.findIndex((each) => each.issuer === issuer) < index)
      yield at("issuer", "is there twice. Each must be different.");
    if (jwks_uri !== undefined && jwks_file !== undefined)
      yield at("jwks_file", "and jwks_uri are both set. The keys are in one place.");
    if (isTrustDomain(issuer) && jwks_uri === undefined && jwks_file === undefined)
      yield at("issuer", "is a trust domain, which has no address: its keys need jwks_uri or jwks_file.");
    if (types.some((typ) => hasType({ typ }, ID_JAG_TYPE)))
      yield at("types", `has ${ID_JAG_TYPE}, which stands for people and authenticates no workload.`);
    yield* checkPeople(configuration, index);
  }
}

function* checkPeople(
  { trusted_issuers, scopes, resources }: Configuration,
  index: number,
): Generator<Finding> {
  const people = trusted_issuers[index]?.people;
  if (people === undefined) return;
  const at = (member: string, words: string): Finding =>
    found(["trusted_issuers", index, "people", member], words);
  if (people.by === "email" && people.email_domains.length === 0)
    yield at("email_domains", "is needed with by = 'email': otherwise its addresses could be anyone's.");
  if (people.by === "link" && Object.keys(people.links).length === 0)
    yield at("links", "is needed with by = 'link': without links no token stands for a person.");
  if (people.by !== "link" && Object.keys(people.links).length > 0)
    yield at("links", `count with by = 'link' only, and by is '${people.by}'.`);
  if (people.by === "link" && people.claim !== undefined)
    yield at("claim", "is not for by = 'link', which goes by sub.");
  const known = new Set<string>([...OWN_SCOPES, ...scopes].map(({ name }) => name));
  for (const name of people.scope) {
    if (!known.has(name)) yield at("scope", `has '${name}', which does not exist. Declare it in [[scopes]].`);
    if (isScope(name) && !isDelegable(name))
      yield at("scope", `has '${name}', which no other issuer can give: it is for people who sign in here.`);
  }
  for (const name of people.resources ?? []) {
    if (!resources.some(({ identifier }) => sameResource(identifier, name)))
      yield at("resources", `has ${JSON.stringify(name)}, which is not in [[resources]].`);
  }
}

function* checkWorkloadIssuers({ clients, trusted_issuers }: Configuration): Generator<Finding> {
  for (const [index, { workloads = [] }] of clients.entries()) {
    for (const [place, { issuer }] of workloads.entries()) {
      if (trusted_issuers.some((each) => each.issuer === issuer)) continue;
      yield found(
        ["clients", index, "workloads", place, "issuer"],
        `= ${JSON.stringify(issuer)} is not in [[trusted_issuers]], where each issuer is written byte for byte.`,
      );
    }
  }
}

function* checkAudiences({ issuer: own, id_jag_audiences: audiences }: Configuration): Generator<Finding> {
  for (const [index, { issuer }] of audiences.entries()) {
    const at = (words: string): Finding => found(["id_jag_audiences", index, "issuer"], words);
    if (issuer === own) yield at("is this server itself. Assertions are for other authorization servers.");
    if (audiences.findIndex((each) => each.issuer === issuer) < index)
      yield at("is there twice. Each must be different.");
  }
}

const found = (path: SettingPath, words: string): Finding => ({ path, text: `${formatPath(path)} ${words}` });
