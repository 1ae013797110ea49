/** Explains to the operator why a database could not be opened. The explanation never contains the password. */
import { printable } from "../../platform/printable.ts";
import { DatabaseRefused, StoreUnavailable } from "../contract.ts";
import { sqlState } from "./driver.ts";

/** An error of opening, with advice; an error that has advice already stays as it is. */
export function explainOpening(error: unknown, databaseUrl: string): unknown {
  if (!(error instanceof StoreUnavailable)) return error;
  const cause = error.cause ?? error;
  const url = new URL(databaseUrl);
  const where = `PostgreSQL at ${url.host}`;
  const user = decodeURIComponent(url.username) || "(none)";
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  const refused = (message: string) => new DatabaseRefused(`${where} ${message}`, { cause });
  switch (sqlState(cause)) {
    case "3D000":
      return refused(
        `has no database "${database}". Make it (CREATE DATABASE ${database} OWNER ${user};), or correct DATABASE_URL.`,
      );
    case "0A000":
      return new StoreUnavailable(`${where} is a replica, which only reads`, {
        cause,
        advice: "Name the primary in DATABASE_URL, or an address that always leads to it.",
      });
    case "28P01":
    case "28000":
      return refused(
        `does not let the user "${user}" in: ${reasonOf(cause)}. Correct the user or the password in DATABASE_URL.`,
      );
  }
  // OpenSSL's codes for faults of a certificate, and Node's code for the certificate of another host.
  if (/CERT|UNABLE_TO/.test(codeOf(cause))) {
    return refused(
      `has a certificate that cannot be trusted: ${reasonOf(cause)}. Name the host as the certificate does, and the file of its authority in NODE_EXTRA_CA_CERTS.`,
    );
  }
  if (codeOf(cause).includes("TLS")) {
    return refused(
      `speaks no TLS, but DATABASE_URL asks for it: ${reasonOf(cause)}. Remove sslmode from it, or set TLS up there.`,
    );
  }
  return new StoreUnavailable(`${where} cannot be reached: ${reasonOf(cause)}`, {
    cause,
    advice:
      "Check that it runs, that host and port in DATABASE_URL are right, and that a firewall lets this machine in.",
  });
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? printable(cause.message.replace(/\.$/, "")) : "no reason was given";

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "";
