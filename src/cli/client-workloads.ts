/** The option `--workload` of `client add` and `client set`: whose tokens of a trusted issuer authenticate the client. */
import { InvalidArgumentError } from "commander";
import type { Workload } from "../store/tables.ts";

/** ISSUER SUBJECT CLAIM=VALUE …, or the same as JSON; an empty text: none. */
export function collectWorkload(value: string, earlier: readonly unknown[] = []): unknown[] {
  if (value === "") return [...earlier];
  return [...earlier, value.startsWith("{") ? parsedJson(value) : parsedWords(value)];
}

function parsedJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new InvalidArgumentError('Write JSON: {"issuer": "…", "subject": "…", "claims": {"…": "…"}}');
  }
}

function parsedWords(value: string): unknown {
  const [issuer, subject, ...pairs] = value.split(/\s+/).filter((word) => word !== "");
  if (issuer === undefined || subject === undefined)
    throw new InvalidArgumentError("Write the issuer, a space and the subject.");
  const claims = pairs.map((pair): [string, string] => {
    const at = pair.indexOf("=");
    if (at < 1) throw new InvalidArgumentError(`Write a claim as name=value, not '${pair}'.`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return { issuer, subject, ...(claims.length > 0 && { claims: Object.fromEntries(claims) }) };
}

/** A workload on one line, as `--workload` takes it where its claims are plain texts. */
export function workloadWords({ issuer, subject, claims }: Workload): string {
  const entries = Object.entries(claims);
  return [
    issuer,
    subject,
    ...entries.map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`),
  ].join(" ");
}
