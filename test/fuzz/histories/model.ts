/** The model of the promises, small enough to understand: who holds which token, until when, and how it ended. */

import type { ConfigurationInput } from "../../../src/configuration/schema.ts";
import type { AccountRecord } from "../../../src/store/tables/people.ts";

import { SECRET, TEST_CONFIGURATION } from "../../support/server.ts";

export const ACCESS_SECONDS = 100;
export const REFRESH_SECONDS = 400;
export const CODE_SECONDS = 60;
export const DEVICE_SECONDS = 120;
export const INTERVAL_SECONDS = 5;
export const RETRY_SECONDS = 30;
export const CODE_FAILURES = 3;

const MANY = 1_000_000_000;

/** `mail-server` sees every access token that is for an API. */
export const CONFIGURATION: ConfigurationInput = {
  resources: [
    {
      identifier: "https://mail.example/",
      scopes: ["mail.read", "mail.send"],
      introspection_clients: ["mail-server"],
    },
    { identifier: "https://files.example/api", scopes: ["files"], introspection_clients: ["mail-server"] },
  ],
  clients: [
    ...(TEST_CONFIGURATION.clients ?? []),
    { client_id: "rival", redirect_uris: ["https://rival.example/callback"], secrets: [SECRET] },
  ],
  lifetimes: {
    access_token_seconds: ACCESS_SECONDS,
    refresh_token_seconds: REFRESH_SECONDS,
    authorization_code_seconds: CODE_SECONDS,
    device_code_seconds: DEVICE_SECONDS,
    device_interval_seconds: INTERVAL_SECONDS,
    refresh_retry_window_seconds: RETRY_SECONDS,
    session_absolute_seconds: 20 * 86_400,
  },
  limits: {
    code_redemption_failures: CODE_FAILURES,
    user_code_failures_per_address: MANY,
    user_code_failures: MANY,
    user_code_failures_per_account: MANY,
    registrations_per_address: MANY,
    client_secret_failures_per_address: MANY,
    device_requests_per_address: MANY,
    clean_up_interval_seconds: 3600,
  },
};

const AUDIENCES: Readonly<Record<string, string>> = {
  profile: "https://auth.example",
  "mail.read": "https://mail.example/",
  "mail.send": "https://mail.example/",
  files: "https://files.example/api",
};

/** Some of the scopes, always with a scope of an API. */
export const scopeFor = (number: number): string[] => {
  const mask = (number % 7) + 1 + (number % 2) * 8;
  return ["mail.read", "mail.send", "files", "profile"].filter((_, bit) => (mask >> bit) % 2 === 1);
};

export const audienceOf = (scope: readonly string[]): string[] =>
  [...new Set(scope.map((name) => AUDIENCES[name] ?? name))].sort();

export interface Client {
  readonly id: string;
  readonly redirectUri: string | null;
  readonly isDevice: boolean;
  readonly registered: boolean;
  disabled: boolean;
  /** Whether a person has allowed the client something. */
  used: boolean;
}

export interface Person {
  readonly account: AccountRecord;
  cookie: string;
  disabled: boolean;
}

export interface Grant {
  readonly client: Client;
  readonly person: Person;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  revoked: boolean;
}

export interface Code {
  readonly kind: "code";
  readonly text: string;
  readonly grant: Grant;
  readonly expiresAt: number;
  used: boolean;
  failures: number;
}

export interface AccessToken {
  readonly kind: "access";
  readonly text: string;
  /** Null for a client's own token. */
  readonly grant: Grant | null;
  readonly client: Client;
  readonly subject: string;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  readonly expiresAt: number;
  revoked: boolean;
  /** Its client was removed. A later client may have the same identifier. */
  orphaned: boolean;
}

export interface RefreshToken {
  readonly kind: "refresh";
  readonly text: string;
  readonly grant: Grant;
  readonly expiresAt: number;
  usedAt: number | null;
  successor: RefreshToken | null;
  /** The access token of the same answer. */
  readonly companion: AccessToken;
  /** The clean-up has removed it, so the server does not know it any more. */
  gone: boolean;
}

export interface Device {
  readonly kind: "device";
  readonly text: string;
  readonly userCode: string;
  readonly client: Client;
  readonly scope: readonly string[];
  readonly expiresAt: number;
  /** 60 seconds after the approval; 0 before it. */
  collectableUntil: number;
  status: "pending" | "approved" | "denied";
  grant: Grant | null;
  used: boolean;
  lastPoll: number | null;
  interval: number;
  gone: boolean;
}

export type Credential = Code | AccessToken | RefreshToken | Device;

export const isActive = (token: AccessToken, now: number): boolean =>
  !token.revoked &&
  !token.orphaned &&
  token.expiresAt > now &&
  !token.client.disabled &&
  token.grant?.revoked !== true;

/** The answer to a device's poll; `tokens` if it gets them. The model keeps the pace as the server does. */
export function pollOutcome(device: Device, client: Client, now: number): string {
  if (client.disabled) return "invalid_client";
  if (device.gone || device.client !== client || device.used) return "invalid_grant";
  if (device.status === "denied") return "access_denied";
  // An approved device has a minute for its tokens, also beyond the life of its code.
  if (Math.max(device.expiresAt, device.collectableUntil) <= now) return "expired_token";
  if (device.status === "approved") return device.grant?.revoked === true ? "access_denied" : "tokens";
  const isEarly = device.lastPoll !== null && now - device.lastPoll < device.interval - 0.5;
  device.lastPoll = now;
  if (!isEarly) return "authorization_pending";
  device.interval += 5;
  return "slow_down";
}

export type RefreshOutcome = "invalid_client" | "refused" | "replayed" | "rotated" | "retried";

/** `wider`: the request asks for more scope than the grant has. */
export function refreshOutcome(
  token: RefreshToken,
  client: Client,
  now: number,
  wider: boolean,
): RefreshOutcome {
  if (client.disabled) return "invalid_client";
  if (token.gone || token.grant.client !== client || token.grant.revoked) return "refused";
  if (token.usedAt === null) return token.expiresAt <= now || wider ? "refused" : "rotated";
  if (now > token.usedAt + RETRY_SECONDS) return "replayed";
  if (wider) return "refused";
  const { successor } = token;
  return successor !== null && successor.usedAt === null && successor.expiresAt > now
    ? "retried"
    : "replayed";
}

export type RedeemOutcome = "invalid_client" | "refused" | "guessed" | "replayed" | "issued";

/** `sound`: redirect URI and verifier are right. */
export function redeemOutcome(code: Code, client: Client, now: number, sound: boolean): RedeemOutcome {
  if (client.disabled) return "invalid_client";
  if (code.grant.client !== client) return "guessed";
  if (code.used) return "replayed";
  if (code.grant.revoked || code.expiresAt <= now) return "refused";
  if (!sound) return "guessed";
  return code.failures >= CODE_FAILURES ? "refused" : "issued";
}
