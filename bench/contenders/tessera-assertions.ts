/** The client that authenticates with a signature: its key, its entry in the configuration, and its assertions. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { SIGNING_API } from "./clients.ts";

export interface SigningClient {
  /** TOML. */
  readonly settings: string;
  /** All of the same length. They count for ten minutes. */
  assertions(issuer: string, count: number): Promise<readonly string[]>;
}

/** `folder`: where the file with the public key is written. */
export async function newSigningClient(folder: string): Promise<SigningClient> {
  const { id, algorithm, kid } = SIGNING_API;
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const file = join(folder, "keys.json");
  await Bun.write(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid }] }));
  const assertion = (issuer: string, now: number) =>
    new SignJWT({ iss: id, sub: id, aud: issuer, iat: now, exp: now + 600, jti: randomUUID() })
      .setProtectedHeader({ alg: algorithm, kid })
      .sign(privateKey);
  return {
    settings: `
[[clients]]
client_id = "${id}"
grant_types = []
token_endpoint_auth_method = "private_key_jwt"
jwks_file = ${JSON.stringify(file)}
`,
    async assertions(issuer, count) {
      const now = Math.floor(Date.now() / 1000);
      const made: string[] = [];
      for (let index = 0; index < count; index += 1) made.push(await assertion(issuer, now));
      return made;
    },
  };
}
