/** Machines, clusters, networks and secrets. */
import { DEVICE_CODE_GRANT } from "../../protocol/grant-types.ts";
import type { Recipe } from "../recipe.ts";

const VAULT: Omit<Recipe, "id" | "name" | "website" | "settings"> = {
  what: "secrets for programs",
  people: "The method “OIDC” on the sign-in page, and `login -method=oidc` in a terminal.",
  address: { example: "https://vault.example.org", path: false },
  clients: [
    {
      redirectUris: [
        "{url}/ui/vault/auth/oidc/oidc/callback",
        "http://localhost:8250/oidc/callback",
        "http://127.0.0.1:8250/oidc/callback",
      ],
      secret: "header",
      scope: ["openid", "profile", "email", "groups"],
      grants: ["authorization_code", DEVICE_CODE_GRANT],
      pkce: "by itself",
      algorithm: "RS256",
      idToken: ["sub", "preferred_username", "groups"],
      userinfo: null,
    },
  ],
  discovery: [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "id_token_signing_alg_values_supported",
  ],
  notes: [
    "`oidc_scopes` must name `groups`: the scopes beside `openid` are those of the role.",
    "Members of a group get its policies by an external identity group with an alias of the same name.",
  ],
  read: {
    from: "documentation",
    what: "Vault's documentation of jwt/oidc; Authelia's guide",
    date: "2026-08",
  },
};

const vaultSettings = (program: string, further: string): Recipe["settings"] => [
  {
    where: "a terminal",
    language: "text",
    text: `${program} auth enable oidc
${program} write auth/oidc/config oidc_discovery_url='{issuer}' \\
  oidc_client_id='{client_id}' oidc_client_secret='{client_secret}' default_role=people
${program} write auth/oidc/role/people user_claim=sub groups_claim=groups \\
  bound_audiences='{client_id}' oidc_scopes=profile,email,groups${further} \\
  allowed_redirect_uris='{url}/ui/vault/auth/oidc/oidc/callback' \\
  allowed_redirect_uris='http://localhost:8250/oidc/callback' \\
  token_policies=default`,
  },
];

export const MACHINES: readonly Recipe[] = [
  {
    id: "proxmox",
    name: "Proxmox VE",
    website: "https://www.proxmox.com",
    what: "virtual machines; Proxmox Backup Server works alike",
    people: "The realm “tessera” on the sign-in page.",
    address: { example: "https://pve.example.org:8006", path: false },
    clients: [
      {
        name: "Proxmox",
        redirectUris: ["{url}", "{url}/"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by itself",
        algorithm: "RS256",
        idToken: ["sub", "preferred_username", "email", "groups"],
        userinfo: ["sub", "preferred_username", "groups"],
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "jwks_uri",
      "response_types_supported",
      "subject_types_supported",
      "id_token_signing_alg_values_supported",
    ],
    settings: [
      {
        where: "Datacenter › Permissions › Realms › Add › OpenID Connect Server",
        fields: [
          ["Issuer URL", "{issuer}"],
          ["Realm", "tessera"],
          ["Client ID", "{client_id}"],
          ["Client Key", "{client_secret}"],
          ["Username Claim", "username"],
          ["Scopes", "openid email profile groups"],
          ["Autocreate Users", "on"],
          ["Groups Claim", "groups"],
          ["Autocreate Groups", "on"],
        ],
      },
    ],
    notes: [
      "The address has the port, and nothing behind it. Each node that people open has an address of its own: add them with `tessera client set proxmox --add-redirect-uri …`.",
      "The claim for user names cannot be changed later. “username” stands for `preferred_username`.",
      "New people may do nothing. Give their groups a role.",
    ],
    read: {
      from: "documentation",
      what: "Authelia's guide for 8.4.1; source of openidconnect-rs",
      date: "2026-08",
    },
  },
  {
    id: "portainer",
    name: "Portainer",
    website: "https://www.portainer.io",
    what: "containers",
    people: "The button “Login with OAuth” on the sign-in page.",
    address: { example: "https://portainer.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}", "{url}/"],
        secret: "body",
        scope: ["openid", "profile", "email", "groups"],
        pkce: { never: "it sends none" },
        nonce: false,
        idToken: null,
        userinfo: ["sub", "preferred_username", "email"],
        postLogout: ["{url}", "{url}/"],
      },
    ],
    discovery: [],
    settings: [
      {
        where: "Settings › Authentication › OAuth › Custom",
        fields: [
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Authorization URL", "{authorize}"],
          ["Access Token URL", "{token}"],
          ["Resource URL", "{userinfo}"],
          ["Redirect URL", "{url}"],
          ["Logout URL", "{end_session}"],
          ["User Identifier", "preferred_username"],
          ["Scopes", "openid profile groups email"],
          ["Auth Style", "In Params"],
          ["Automatic User Provision", "on"],
        ],
      },
    ],
    notes: ["The redirect URL is the address of Portainer, with nothing behind it."],
    read: {
      from: "source",
      what: "portainer/portainer 2024-10; Authelia's guide for 2.21.4",
      date: "2026-08",
    },
  },
  {
    id: "kubernetes",
    name: "Kubernetes",
    website: "https://github.com/int128/kubelogin",
    what: "clusters: the API server and kubectl with kubelogin",
    people: "`kubectl` opens the browser, or shows a code where there is none.",
    address: null,
    clients: [
      {
        name: "kubectl",
        redirectUris: ["http://localhost:8000", "http://localhost:18000"],
        secret: "none",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        grants: ["authorization_code", "refresh_token", DEVICE_CODE_GRANT],
        pkce: "by itself",
        refreshes: true,
        algorithm: "RS256",
        idToken: ["sub", "email", "email_verified", "groups", "preferred_username"],
        userinfo: null,
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "jwks_uri",
      "device_authorization_endpoint",
      "code_challenge_methods_supported",
    ],
    settings: [
      {
        where: "the flags of kube-apiserver",
        language: "text",
        text: `--oidc-issuer-url={issuer}
--oidc-client-id={client_id}
--oidc-username-claim=preferred_username
--oidc-username-prefix=oidc:
--oidc-groups-claim=groups
--oidc-groups-prefix=oidc:`,
      },
      {
        where: "a terminal of a person",
        language: "text",
        text: `kubectl krew install oidc-login
kubectl config set-credentials tessera \\
  --exec-api-version=client.authentication.k8s.io/v1 --exec-interactive-mode=IfAvailable \\
  --exec-command=kubectl --exec-arg=oidc-login --exec-arg=get-token \\
  --exec-arg=--oidc-issuer-url={issuer} --exec-arg=--oidc-client-id={client_id} \\
  --exec-arg=--oidc-extra-scope=profile --exec-arg=--oidc-extra-scope=email \\
  --exec-arg=--oidc-extra-scope=groups --exec-arg=--oidc-extra-scope=offline_access
kubectl config set-context --current --user=tessera`,
      },
      {
        where: "a manifest: what the group `admins` may do",
        language: "yaml",
        text: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: tessera-admins
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: "oidc:admins"`,
      },
    ],
    notes: [
      "The ID token is the credential: it works until it expires (`lifetimes.id_token_seconds`), also after a person has lost access. kubelogin refreshes it.",
      "The issuer must be https and exactly the same in both places.",
      "The flags take RS256 only. EdDSA works in no version.",
      "On a machine without a browser add `--exec-arg=--grant-type=device-code`.",
      "With `--oidc-username-claim=email` Kubernetes also wants `email_verified`.",
    ],
    read: { from: "source", what: "int128/kubelogin 4ac72f1", date: "2026-08-22" },
  },
  {
    ...VAULT,
    id: "vault",
    name: "HashiCorp Vault",
    website: "https://developer.hashicorp.com/vault/docs/auth/jwt",
    settings: vaultSettings("vault", ""),
  },
  {
    ...VAULT,
    id: "openbao",
    name: "OpenBao",
    website: "https://openbao.org/docs/auth/jwt/",
    settings: vaultSettings("bao", " callback_mode=client"),
    notes: [
      ...VAULT.notes,
      "With `callback_mode=device` a terminal shows a code instead of opening a browser: `bao login -method=oidc callbackmode=device`.",
    ],
  },
  {
    id: "headscale",
    name: "Headscale",
    website: "https://headscale.net",
    what: "a private network: the server of Tailscale, on your own machine",
    people: "`tailscale up --login-server {url}` shows an address that leads here.",
    address: { example: "https://headscale.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/oidc/callback"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        algorithm: "RS256",
        idToken: ["sub", "email", "email_verified", "name", "preferred_username", "groups"],
        userinfo: ["sub", "email", "email_verified", "preferred_username", "groups"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "config.yaml",
        language: "yaml",
        text: `oidc:
  only_start_if_oidc_is_available: true
  issuer: "{issuer}"
  client_id: "{client_id}"
  client_secret: "{client_secret}"
  scope: ["openid", "profile", "email", "groups"]
  pkce:
    enabled: true
    method: S256
  # allowed_groups: ["network"]`,
      },
    ],
    notes: [
      "Headscale takes the e-mail address only if `email_verified` is true.",
      "With `only_start_if_oidc_is_available` it waits at its start until this server answers.",
    ],
    read: { from: "source", what: "juanfont/headscale; Authelia's guide for 0.29.1", date: "2026-08" },
  },
  {
    id: "tailscale",
    name: "Tailscale",
    website: "https://tailscale.com/kb/1240/sso-custom-oidc",
    what: "a private network, with a sign-in of your own domain",
    people: "“Sign in with OIDC” and the e-mail address on the page of Tailscale.",
    address: null,
    clients: [
      {
        redirectUris: ["https://login.tailscale.com/a/oauth_response"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: { never: "it sends none" },
        algorithm: "RS256",
        nonce: false,
        idToken: ["sub", "email", "name"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"],
    settings: [
      {
        where: "login.tailscale.com › Sign up with OIDC",
        fields: [
          ["Email", "an address of your domain"],
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Prompts", "none"],
        ],
      },
      {
        where: "nginx, for the domain of people's e-mail addresses",
        language: "nginx",
        text: `location = /.well-known/webfinger {
  proxy_pass {issuer_origin};
}`,
      },
    ],
    notes: [
      "`example.org` stands for the domain of people's e-mail addresses. Tailscale asks there, so the web server of that domain passes the request on to this server, which answers with its issuer.",
      "Tailscale reaches this server from the Internet.",
    ],
    server: `[webfinger]
domains = ["example.org"]
`,
    read: { from: "documentation", what: "Tailscale's and Authelia's guides", date: "2026-08" },
  },
  {
    id: "netbird",
    name: "NetBird",
    website: "https://netbird.io",
    what: "a private network",
    people: "The dashboard and `netbird up` send people here.",
    address: { example: "https://netbird.example.org", path: false },
    clients: [
      {
        redirectUris: [
          "{url}/nb-auth",
          "{url}/nb-silent-auth",
          "{url}/peers",
          "{url}/add-peers",
          "http://localhost:53000",
          "http://localhost:54000",
        ],
        inBrowser: true,
        secret: "none",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        grants: ["authorization_code", "refresh_token", DEVICE_CODE_GRANT],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        algorithm: "RS256",
        idToken: ["sub", "email", "name", "preferred_username", "groups"],
        userinfo: ["sub", "email", "name"],
        postLogout: ["{url}/", "{url}"],
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "jwks_uri",
      "device_authorization_endpoint",
    ],
    settings: [
      {
        where: "setup.env",
        language: "env",
        text: `NETBIRD_DOMAIN={hostname}
NETBIRD_AUTH_OIDC_CONFIGURATION_ENDPOINT={discovery}
NETBIRD_USE_AUTH0=false
NETBIRD_AUTH_CLIENT_ID={client_id}
NETBIRD_AUTH_AUDIENCE={client_id}
NETBIRD_AUTH_SUPPORTED_SCOPES="openid profile email groups offline_access"
NETBIRD_AUTH_USER_ID_CLAIM=sub
NETBIRD_AUTH_REDIRECT_URI=/nb-auth
NETBIRD_AUTH_SILENT_REDIRECT_URI=/nb-silent-auth
NETBIRD_TOKEN_SOURCE=idToken
NETBIRD_AUTH_DEVICE_AUTH_CLIENT_ID={client_id}
NETBIRD_AUTH_DEVICE_AUTH_AUDIENCE={client_id}
NETBIRD_AUTH_DEVICE_AUTH_USE_ID_TOKEN=true
NETBIRD_AUTH_PKCE_USE_ID_TOKEN=true
NETBIRD_MGMT_IDP_SIGNKEY_REFRESH=true`,
      },
    ],
    notes: [
      "NetBird checks signatures. The settings make it take ID tokens, so that access tokens may be opaque.",
    ],
    read: { from: "documentation", what: "Authelia's and Pocket ID's guides for 0.36.3", date: "2026-08" },
  },
  {
    id: "incus",
    name: "Incus",
    website: "https://linuxcontainers.org/incus/",
    what: "containers and virtual machines",
    people: "“Login with SSO” in the web interface, and a code in a terminal.",
    address: { example: "https://incus.example.org:8443", path: false },
    clients: [
      {
        redirectUris: ["{url}/oidc/callback"],
        secret: "none",
        scope: ["openid", "profile", "offline_access", "incus"],
        grants: ["authorization_code", "refresh_token", DEVICE_CODE_GRANT],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        algorithm: "RS256",
        signedFor: "{url}",
        idToken: ["sub"],
        userinfo: null,
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "device_authorization_endpoint",
      "jwks_uri",
    ],
    settings: [
      {
        where: "a terminal",
        language: "text",
        text: `incus config set oidc.issuer={issuer} oidc.client.id={client_id} \\
  oidc.audience={url} oidc.scopes="openid,profile,offline_access,incus" oidc.claim=sub`,
      },
    ],
    server: `[[scopes]]
name = "incus"
description = "Manage containers and virtual machines"

[[resources]]
identifier = "{url}"
name = "Incus"
scopes = ["incus"]
access_token_format = "jwt"
`,
    notes: [
      "Incus checks access tokens by their signature. The scope `incus` makes them tokens for Incus, which are signed.",
      "`oidc.scopes` is missing in old versions of Incus.",
      "With `oidc.claim=sub` people are known by their identifier: `tessera user show ada`.",
    ],
    read: { from: "source", what: "lxc/incus be7afc5", date: "2026-08-22" },
  },
  {
    id: "opkssh",
    name: "opkssh",
    website: "https://github.com/openpubkey/opkssh",
    what: "SSH without keys that last",
    people: "`opkssh login` opens the browser.",
    address: null,
    clients: [
      {
        redirectUris: [
          "http://localhost:3000/login-callback",
          "http://localhost:10001/login-callback",
          "http://localhost:11110/login-callback",
        ],
        secret: "none",
        scope: ["openid", "profile", "email", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        algorithm: "RS256",
        parameters: { prompt: "consent", access_type: "offline" },
        idToken: ["sub", "email"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"],
    settings: [
      {
        where: "~/.opk/config.yml",
        language: "yaml",
        text: `default_provider: tessera
providers:
  - alias: tessera
    issuer: {issuer}
    client_id: {client_id}
    scopes: openid profile email offline_access
    access_type: offline
    prompt: consent
    redirect_uris:
      - http://localhost:3000/login-callback
      - http://localhost:10001/login-callback
      - http://localhost:11110/login-callback`,
      },
      {
        where: "/etc/opk/providers, on the server",
        language: "text",
        text: "{issuer} {client_id} 24h",
      },
      {
        where: "a terminal, on the server",
        language: "text",
        text: "sudo opkssh add root ada@example.org {issuer}",
      },
    ],
    notes: ["The nonce carries the key of the person, so it must come back in the ID token unchanged."],
    read: { from: "documentation", what: "Authelia's guide for opkssh 0.10.0", date: "2026-08" },
  },
  {
    id: "postgresql",
    name: "PostgreSQL 18",
    website: "https://www.postgresql.org/docs/18/auth-oauth.html",
    what: "a database that takes access tokens",
    people: "`psql` shows an address and a code.",
    address: null,
    clients: [
      {
        name: "psql",
        redirectUris: [],
        secret: "none",
        scope: ["openid", "profile"],
        grants: [DEVICE_CODE_GRANT],
        pkce: { never: "it uses the device flow" },
        idToken: null,
        userinfo: null,
      },
    ],
    discovery: ["issuer", "token_endpoint", "device_authorization_endpoint", "grant_types_supported"],
    settings: [
      {
        where: "pg_hba.conf",
        language: "text",
        text: 'host all all 0.0.0.0/0 oauth issuer="{issuer}" scope="openid profile" map="tessera"',
      },
      {
        where: "a terminal of a person",
        language: "text",
        text: `psql "host=db.example.org dbname=app user=ada oauth_issuer={issuer} oauth_client_id={client_id}"`,
      },
    ],
    notes: [
      "PostgreSQL has no validator of its own: set `oauth_validator_libraries` to a module that asks introspection or userinfo about the token.",
      "The issuer is the same in `pg_hba.conf` and in the connection, byte for byte.",
    ],
    read: { from: "memory", what: "the manual of PostgreSQL 18", date: "2026-08" },
  },
  {
    id: "guacamole",
    name: "Apache Guacamole",
    website: "https://guacamole.apache.org",
    what: "remote desktops in the browser",
    people: "",
    address: null,
    clients: [],
    discovery: [],
    settings: [],
    notes: [],
    read: { from: "documentation", what: "Authelia's guide for Guacamole 1.5.5", date: "2026-08" },
    refused: {
      why: "Its extension for OpenID Connect takes the ID token from the address of the browser (the implicit flow). This server issues none that way: RFC 9700 §2.1.2 forbids it, because such tokens end up in histories and logs.",
      instead:
        "Put oauth2-proxy before Guacamole and use its extension `guacamole-auth-header`, with `http-auth-header: X-Forwarded-Preferred-Username`. See oauth2-proxy.",
    },
  },
];
