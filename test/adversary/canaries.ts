/** The planted secrets, one of each kind that an operator or a person chooses. */
import { createHash } from "node:crypto";

/** By their kind. */
export type Canaries = Readonly<Record<string, string>>;

/** Unique, and recognisable by its kind. */
const canary = (kind: string): string =>
  `canary-${createHash("sha256").update(`canary ${kind}`).digest("hex").slice(0, 24)}`;

export const PLANTED: Canaries = {
  "the database's password": canary("database"),
  "the server key": createHash("sha256").update("canary server key").digest("base64url"),
  "a client secret from the environment": canary("web"),
  "a client secret": canary("service"),
  "a wrong client secret": canary("wrong secret"),
  "the initial access token": canary("initial access token"),
  "a wrong initial access token": canary("wrong initial access token"),
  "a password": canary("password"),
  "a wrong password": canary("wrong password"),
  "a new password": canary("new password"),
  "the password of the mail server": canary("mail server"),
  "a verifier": `${canary("verifier")}-${canary("more of it")}`,
  "a wrong verifier": `${canary("wrong verifier")}-${canary("more of it")}`,
  "a text that is no token": canary("nonsense"),
};

/** The encoded and shortened forms in which a secret may appear. */
export function formsOfCanary(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    text,
    encodeURIComponent(text),
    text.slice(-16),
    text.replace("-", ""),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    bytes.toString("hex"),
  ];
}

export const CONFIGURATION = `
[registration]
mode = "token"
initial_access_tokens = ["${PLANTED["the initial access token"]}"]

[mail]
host = "127.0.0.1"
port = 9
security = "none"
from = "auth@example.org"
user = "auth"
password = "${PLANTED["the password of the mail server"]}"

[[scopes]]
name = "mail.read"
description = "Read your e-mail"

[[people]]
username = "ada"
email = "ada@example.net"
password = "${PLANTED["a password"]}"

[[clients]]
client_id = "web"
redirect_uris = ["https://client.example/callback"]
secrets = [{ env = "WEB_SECRET" }]

[[clients]]
client_id = "service"
secrets = ["${PLANTED["a client secret"]}"]

[[clients]]
client_id = "television"
grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]
`;
