/** Proxies that put a sign-in before applications, and servers that check tokens. */
import type { Recipe } from "../recipe.ts";

export const GATEWAYS: readonly Recipe[] = [
  {
    id: "oauth2-proxy",
    name: "oauth2-proxy",
    website: "https://oauth2-proxy.github.io/oauth2-proxy/",
    what: "a sign-in before applications that have none",
    people: "The page of oauth2-proxy with one button, or Tessera's at once.",
    address: { example: "https://app.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/oauth2/callback"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        refreshes: true,
        idToken: ["sub", "email", "email_verified", "groups", "preferred_username"],
        userinfo: null,
        postLogout: ["{url}/", "{url}"],
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "jwks_uri",
      "id_token_signing_alg_values_supported",
    ],
    settings: [
      {
        where: "oauth2-proxy.cfg",
        language: "ini",
        text: `provider = "oidc"
provider_display_name = "Tessera"
oidc_issuer_url = "{issuer}"
redirect_url = "{url}/oauth2/callback"
client_id = "{client_id}"
client_secret = "{client_secret}"
scope = "openid profile email groups"
code_challenge_method = "S256"
email_domains = ["*"]
whitelist_domains = ["{issuer_host}"]
oidc_groups_claim = "groups"
# allowed_groups = ["staff"]
# cookie_secret: openssl rand -base64 32 | tr -- '+/' '-_'
cookie_secret = ""
cookie_refresh = "10m"`,
      },
    ],
    notes: [
      "oauth2-proxy refuses people whose `email_verified` is false. If you do not verify addresses: `insecure_oidc_allow_unverified_email = true`.",
      "It needs an e-mail address of everyone.",
      "`backend_logout_url` ends no session here: it calls this server without the person's browser. Leave it out.",
      "To sign people out of both: a link to `/oauth2/sign_out?rd=` and, percent-encoded, `{end_session}?client_id={client_id}&post_logout_redirect_uri={url}/`.",
    ],
    read: { from: "source", what: "oauth2-proxy/oauth2-proxy 14af295", date: "2026-07-30" },
  },
  {
    id: "apache",
    name: "Apache",
    website: "https://github.com/OpenIDC/mod_auth_openidc",
    what: "a sign-in before applications, with the module mod_auth_openidc",
    people: "Tessera's sign-in page, before the application opens.",
    address: { example: "https://app.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/oidc/redirect"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        refreshes: true,
        idToken: ["sub", "email", "groups", "preferred_username"],
        userinfo: ["sub", "email", "groups", "preferred_username"],
        postLogout: ["{url}/"],
        backChannel: "{url}/oidc/redirect?logout=backchannel",
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the virtual host, after a2enmod auth_openidc",
        language: "text",
        text: `OIDCProviderMetadataURL {discovery}
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {url}/oidc/redirect
# openssl rand -base64 32
OIDCCryptoPassphrase ""
OIDCScope "openid profile email groups"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCRefreshAccessTokenBeforeExpiry 60

<Location "/">
  AuthType openid-connect
  Require valid-user
  # Require claim groups:staff
</Location>
<Location "/oidc/redirect">
  AuthType openid-connect
  Require valid-user
</Location>`,
      },
    ],
    notes: [
      "The address of the redirect must say `Require valid-user`. With `Require claim` it answers the notice of a sign-out with 401.",
      "The application gets the name in `REMOTE_USER` and the claims in `OIDC_CLAIM_email` and the like.",
      "To sign people out of both: a link to `/oidc/redirect?logout=` and, percent-encoded, `{url}/`.",
    ],
    read: { from: "source", what: "the README of OpenIDC/mod_auth_openidc 2.4.12.3", date: "2026-11-30" },
  },
  {
    id: "nginx",
    name: "nginx",
    website: "https://nginx.org/en/docs/http/ngx_http_auth_request_module.html",
    what: "a sign-in before applications, by auth_request and oauth2-proxy",
    people: "Tessera's sign-in page, before the application opens.",
    address: { example: "https://app.example.org", path: false },
    clients: [
      {
        name: "nginx",
        redirectUris: ["{url}/oauth2/callback"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        idToken: ["sub", "email", "email_verified", "groups", "preferred_username"],
        userinfo: null,
        postLogout: ["{url}/"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "oauth2-proxy.cfg",
        language: "ini",
        text: `http_address = "127.0.0.1:4180"
reverse_proxy = true
set_xauthrequest = true
skip_provider_button = true
provider = "oidc"
oidc_issuer_url = "{issuer}"
redirect_url = "{url}/oauth2/callback"
client_id = "{client_id}"
client_secret = "{client_secret}"
scope = "openid profile email groups"
code_challenge_method = "S256"
email_domains = ["*"]
cookie_secret = ""`,
      },
      {
        where: "the server block of nginx",
        language: "nginx",
        text: `location /oauth2/ {
  proxy_pass http://127.0.0.1:4180;
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-Proto $scheme;
}
location = /oauth2/auth {
  internal;
  proxy_pass http://127.0.0.1:4180;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header Host $host;
}
location / {
  auth_request /oauth2/auth;
  error_page 401 = /oauth2/sign_in;
  auth_request_set $user $upstream_http_x_auth_request_preferred_username;
  proxy_set_header Remote-User $user;
  proxy_pass http://127.0.0.1:3000;
}`,
      },
    ],
    notes: [
      "`cookie_secret` has 32 random bytes: `openssl rand -base64 32 | tr -- '+/' '-_'`.",
      "The application must take `Remote-User` from nginx only.",
    ],
    read: {
      from: "source",
      what: "oauth2-proxy/oauth2-proxy 14af295, and the manual of nginx",
      date: "2026-07-30",
    },
  },
  {
    id: "traefik-oidc-auth",
    name: "traefik-oidc-auth",
    website: "https://traefik-oidc-auth.sevensolutions.cc",
    what: "a sign-in before applications: a plugin of Traefik",
    people: "Tessera's sign-in page, before the application opens.",
    address: { example: "https://app.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/oidc/callback"],
        secret: "body",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        refreshes: true,
        nonce: false,
        idToken: ["sub", "preferred_username", "email", "groups"],
        userinfo: null,
        postLogout: ["{url}/oidc/callback", "{url}/"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the dynamic configuration of Traefik",
        language: "yaml",
        text: `http:
  middlewares:
    tessera:
      plugin:
        traefik-oidc-auth:
          Secret: "32 characters of your own ......"
          Provider:
            Url: "{issuer}"
            ClientId: "{client_id}"
            ClientSecret: "{client_secret}"
            UsePkce: true
            TokenValidation: IdToken
          Scopes: ["openid", "profile", "email", "groups"]
          Headers:
            - Name: Remote-User
              Value: "{{\`{{ .claims.preferred_username }}\`}}"`,
      },
    ],
    notes: [
      "Change `Secret`: the plugin has a default that everyone knows.",
      "For one client before many hosts, make `CallbackUri` an absolute address and give `SessionCookie` their common domain.",
      "`TokenValidation: Introspection` works too. `AccessToken` wants a signed token.",
    ],
    read: { from: "source", what: "sevensolutions/traefik-oidc-auth bf0d45c", date: "2026-08-17" },
  },
  {
    id: "caddy",
    name: "Caddy",
    website: "https://docs.authcrunch.com",
    what: "a sign-in before applications: caddy-security (AuthCrunch)",
    people: "Tessera's sign-in page, before the application opens.",
    address: { example: "https://app.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/auth/oauth2/tessera/authorization-code-callback"],
        secret: "body",
        scope: ["openid", "profile", "email", "groups"],
        pkce: { never: "its generic driver sends none" },
        idToken: ["sub", "email", "name", "groups"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"],
    settings: [
      {
        where: "Caddyfile",
        language: "text",
        text: `{
  order authenticate before respond
  security {
    oauth identity provider tessera {
      realm tessera
      driver generic
      client_id {client_id}
      client_secret {client_secret}
      scopes openid profile email groups
      base_auth_url {issuer}
      metadata_url {discovery}
    }
    authentication portal portal {
      enable identity provider tessera
      cookie domain {hostname}
      transform user {
        match realm tessera
        action add role authp/user
      }
    }
    authorization policy signed-in {
      set auth url /auth
      allow roles authp/user
      inject headers with claims
    }
  }
}

{hostname} {
  route /auth* {
    authenticate with portal
  }
  route {
    authorize with signed-in
    reverse_proxy 127.0.0.1:3000
  }
}`,
      },
    ],
    notes: ["Caddy must be built with the module: `xcaddy build --with github.com/greenpau/caddy-security`."],
    read: { from: "memory", what: "AuthCrunch's documentation of its generic driver", date: "2026-08" },
  },
  {
    id: "envoy-gateway",
    name: "Envoy Gateway",
    website: "https://gateway.envoyproxy.io",
    what: "a sign-in before applications on Kubernetes",
    people: "Tessera's sign-in page, before the application opens.",
    address: { example: "https://app.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/oauth2/callback"],
        secret: "header",
        scope: ["openid", "offline_access"],
        pkce: { never: "versions before 1.5 send none" },
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: null,
        postLogout: ["{url}/"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint"],
    settings: [
      {
        where: "a terminal: the secret",
        language: "text",
        text: `kubectl create secret generic tessera-client --from-literal=client-secret='{client_secret}'`,
      },
      {
        where: "a manifest",
        language: "yaml",
        text: `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata:
  name: tessera
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: app
  oidc:
    provider:
      issuer: "{issuer}"
    clientID: "{client_id}"
    clientSecret:
      name: tessera-client
    scopes: ["openid", "offline_access"]
    redirectURL: "{url}/oauth2/callback"
    logoutPath: "/logout"
    refreshToken: true`,
      },
    ],
    notes: ["If your version sends PKCE: `tessera client set envoy-gateway --pkce`."],
    read: { from: "documentation", what: "Authelia's guide for Envoy Gateway 1.4.1", date: "2026-08" },
  },
  {
    id: "istio",
    name: "Istio",
    website: "https://istio.io/latest/docs/reference/config/security/request_authentication/",
    what: "a mesh that checks signed tokens before applications",
    people: "Nothing: clients bring the token.",
    address: null,
    clients: [],
    discovery: ["issuer", "jwks_uri"],
    settings: [
      {
        where: "a manifest",
        language: "yaml",
        text: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: tessera
spec:
  jwtRules:
    - issuer: "{issuer}"
      jwksUri: "{jwks}"
      audiences: ["https://api.example.org"]
      forwardOriginalToken: true`,
      },
    ],
    notes: [
      "The audience is the identifier of your API in `[[resources]]`. Its tokens are signed (`access_token_format`).",
      "A signed token works until it expires, even if it was revoked. Let it live briefly: `access_token_seconds = 300`.",
      "A rule alone lets requests without any token pass. Add an `AuthorizationPolicy`.",
    ],
    server: `[[scopes]]
name = "api"
description = "Use the API"

[[resources]]
identifier = "https://api.example.org"
name = "API"
scopes = ["api"]
access_token_format = "jwt"
`,
    read: { from: "memory", what: "Istio's reference", date: "2026-08" },
  },
  {
    id: "fastmcp",
    name: "FastMCP",
    website: "https://gofastmcp.com",
    what: "a server of tools for agents (MCP), in Python",
    people: "The agent opens Tessera's pages when it connects.",
    address: { example: "https://mcp.example.org", path: true },
    clients: [
      {
        redirectUris: [],
        secret: "header",
        scope: [],
        pkce: { never: "it only asks about tokens" },
        grants: [],
        idToken: null,
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "registration_endpoint"],
    settings: [
      {
        where: "the server",
        language: "python",
        text: `from fastmcp import FastMCP
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.introspection import IntrospectionTokenVerifier

verifier = IntrospectionTokenVerifier(
    introspection_url="{introspect}",
    client_id="{client_id}",
    client_secret="{client_secret}",
    required_scopes=["tools"],
)
auth = RemoteAuthProvider(
    token_verifier=verifier,
    authorization_servers=["{issuer}"],
    base_url="{url}",
)
mcp = FastMCP(name="Tools", auth=auth)`,
      },
    ],
    server: `[[scopes]]
name = "tools"
description = "Use the tools"

[[resources]]
identifier = "{url}/mcp"
name = "Tools"
scopes = ["tools"]
introspection_clients = ["{client_id}"]
`,
    notes: [
      "Agents register themselves: see registration.md.",
      "The identifier of the resource is the address that agents connect to.",
    ],
    read: { from: "source", what: "jlowin/fastmcp b14b137", date: "2026-02-13" },
  },
  {
    id: "mcp-server",
    name: "MCP servers",
    website: "https://modelcontextprotocol.io",
    what: "a server of tools for agents, with an SDK of MCP",
    people: "The agent opens Tessera's pages when it connects.",
    address: { example: "https://agents.example.org", path: true },
    clients: [
      {
        redirectUris: [],
        secret: "header",
        scope: [],
        pkce: { never: "it only asks about tokens" },
        grants: [],
        idToken: null,
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "code_challenge_methods_supported"],
    settings: [
      {
        where: "{url}/.well-known/oauth-protected-resource/mcp",
        language: "json",
        text: `{
  "resource": "{url}/mcp",
  "authorization_servers": ["{issuer}"],
  "scopes_supported": ["agents"],
  "bearer_methods_supported": ["header"]
}`,
      },
      {
        where: "what the server asks about each token",
        language: "text",
        text: `POST {introspect}
Authorization: Basic base64({client_id}:{client_secret})
Content-Type: application/x-www-form-urlencoded

token=…`,
      },
    ],
    server: `[[scopes]]
name = "agents"
description = "Use the tools of the server"

[[resources]]
identifier = "{url}/mcp"
name = "Agents"
scopes = ["agents"]
introspection_clients = ["{client_id}"]
`,
    notes: [
      "`authorization_servers` has the issuer byte for byte, without a slash at the end. `tessera resource show {url}/mcp` prints the document from the configuration, and where to serve it.",
      "A guard for the server in TypeScript, Python, Go and Java: see resource-servers.md.",
      "Agents register themselves: see registration.md.",
    ],
    read: { from: "documentation", what: "RFC 9728 and the specification of MCP", date: "2026-08" },
  },
];
