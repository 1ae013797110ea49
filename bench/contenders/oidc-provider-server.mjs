/**
 * The process of the contender `oidc-provider`: the library on Node, with its own in-memory store. That store keeps a
 * thousand entries and forgets the rest; here its place for them has no such bound, or nothing could be measured.
 * It is told over IPC which credentials to make, with the library's own models.
 */
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
// Not among the package's exports, hence the path.
import MemoryAdapter from "../node_modules/oidc-provider/lib/adapters/memory_adapter.js";

const { app, api, device, openidApps, openidScope, scope, redirectUri, challenge, deviceGrant } = JSON.parse(
  process.argv[2],
);

const entries = new Map();
const store = {
  get(key) {
    const entry = entries.get(key);
    if (entry === undefined || (entry.expiresAt !== null && entry.expiresAt <= Date.now())) return undefined;
    return entry.value;
  },
  set(key, value, options) {
    entries.set(key, { value, expiresAt: options === undefined ? null : Date.now() + options.maxAge });
  },
  delete: (key) => entries.delete(key),
};

const client = { redirect_uris: [], response_types: [], grant_types: [], scope };
const facts = { preferred_username: "ada", name: "Ada Lovelace", email: "ada@bench.example" };
const account = (sub) => ({ accountId: sub, claims: () => ({ sub, ...facts }) });

const jwkOf = ({ privateKey }, alg) => ({
  ...privateKey.export({ format: "jwk" }),
  kid: alg,
  alg,
  use: "sig",
});
const jwks = {
  keys: [
    jwkOf(generateKeyPairSync("rsa", { modulusLength: 2048 }), "RS256"),
    jwkOf(generateKeyPairSync("ec", { namedCurve: "P-256" }), "ES256"),
  ],
};

const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  adapter: (model) => new MemoryAdapter(model, store),
  clients: [
    {
      ...client,
      client_id: app.id,
      client_secret: app.secret,
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
    },
    ...Object.entries(openidApps).map(([algorithm, { id, secret }]) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code", "refresh_token"],
      scope: openidScope,
      id_token_signed_response_alg: algorithm,
    })),
    { ...client, client_id: api.id, client_secret: api.secret },
    { ...client, client_id: device.id, token_endpoint_auth_method: "none", grant_types: [deviceGrant] },
  ],
  scopes: [scope, ...openidScope.split(" ")],
  claims: { openid: ["sub"], profile: ["preferred_username", "name"], email: ["email"] },
  // The claims are in the ID token too, as in Tessera's.
  conformIdTokenClaims: false,
  jwks,
  cookies: { keys: ["a key of no importance"] },
  findAccount: (_context, sub) => account(sub),
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    devInteractions: { enabled: false },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (_context, of) => of.grantTypeAllowed("refresh_token"),
  ttl: {
    AuthorizationCode: 600,
    AccessToken: 3600,
    ClientCredentials: 3600,
    RefreshToken: 86_400,
    Grant: 86_400,
    DeviceCode: 600,
  },
});
server.on("request", provider.callback());

const openidClients = Object.fromEntries(
  await Promise.all(
    Object.entries(openidApps).map(async ([algorithm, { id }]) => [
      algorithm,
      await provider.Client.find(id),
    ]),
  ),
);
const appClient = await provider.Client.find(app.id);
const deviceClient = await provider.Client.find(device.id);
const person = "ada";

async function newGrant(client, scope) {
  const grant = new provider.Grant({ accountId: person, clientId: client.clientId });
  grant.addOIDCScope(scope);
  return grant.save();
}

const ofPerson = async (client = appClient, allowed = scope) => ({
  accountId: person,
  client,
  grantId: await newGrant(client, allowed),
  scope: allowed,
  gty: "authorization_code",
});

const newCode = async (of) =>
  new provider.AuthorizationCode({
    ...(await of),
    redirectUri,
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
    authTime: Math.floor(Date.now() / 1000),
  }).save();

/** Its store forgets what is revoked, so a revoked token is an unknown one. */
async function goneToken() {
  const token = new provider.AccessToken(await ofPerson());
  const text = await token.save();
  await token.destroy();
  return text;
}

const makers = {
  person_token: async () => new provider.AccessToken(await ofPerson()).save(),
  client_token: async () => new provider.ClientCredentials({ client: appClient, scope }).save(),
  revoked_token: goneToken,
  unknown_token: goneToken,
  code: () => newCode(ofPerson()),
  openid_code_RS256: () => newCode(ofPerson(openidClients.RS256, openidScope)),
  openid_code_ES256: () => newCode(ofPerson(openidClients.ES256, openidScope)),
  refresh_token: async () => new provider.RefreshToken({ ...(await ofPerson()), rotations: 0 }).save(),
  device_code: async () =>
    new provider.DeviceCode({
      client: deviceClient,
      grantId: undefined,
      params: { client_id: device.id, scope },
      userCode: Math.random().toString(36).slice(2),
      deviceInfo: {},
    }).save(),
};

process.on("message", async ({ kind, count }) => {
  const made = [];
  for (let index = 0; index < count; index += 1) made.push(await makers[kind]());
  process.send({ made });
});
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => process.exit());
console.log(`listening on ${origin}`);
