/** Code, projects, figures and accounts. */
import type { Recipe } from "../recipe.ts";

export const CODE: readonly Recipe[] = [
  {
    id: "gitea",
    name: "Gitea",
    website: "https://about.gitea.com",
    what: "code",
    people: "The button “Sign in with tessera” on the sign-in page.",
    address: { example: "https://git.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/user/oauth2/tessera/callback"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: { never: "its sign-in library sends none" },
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "email", "name", "preferred_username", "groups", "picture"],
        postLogout: ["{url}/"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"],
    settings: [
      {
        where: "a terminal, as the user of Gitea",
        language: "text",
        text: `gitea admin auth add-oauth --name tessera --provider openidConnect \\
  --key '{client_id}' --secret '{client_secret}' \\
  --auto-discover-url '{discovery}' \\
  --scopes profile --scopes email --scopes groups --group-claim-name groups`,
      },
      {
        where: "app.ini",
        language: "ini",
        text: `[oauth2_client]
ENABLE_AUTO_REGISTRATION = true
USERNAME = preferred_username`,
      },
    ],
    notes: [
      "The redirect URI has the name of the authentication source, `tessera`.",
      "Add `--admin-group` and the name of a group to make its members administrators.",
    ],
    read: {
      from: "source",
      what: "go-gitea/gitea and markbates/goth; Authelia's guide for 1.25.1",
      date: "2026-08",
    },
  },
  {
    id: "forgejo",
    name: "Forgejo",
    website: "https://forgejo.org",
    what: "code",
    people: "The button “Sign in with tessera” on the sign-in page.",
    address: { example: "https://git.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/user/oauth2/tessera/callback"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by itself",
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "email", "name", "preferred_username", "groups", "picture"],
        postLogout: ["{url}/"],
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "code_challenge_methods_supported",
    ],
    settings: [
      {
        where: "a terminal, as the user of Forgejo",
        language: "text",
        text: `forgejo admin auth add-oauth --name tessera --provider openidConnect \\
  --key '{client_id}' --secret '{client_secret}' \\
  --auto-discover-url '{discovery}' \\
  --scopes profile --scopes email --scopes groups --group-claim-name groups`,
      },
      {
        where: "app.ini",
        language: "ini",
        text: `[oauth2_client]
ENABLE_AUTO_REGISTRATION = true
USERNAME = preferred_username`,
      },
    ],
    notes: [
      "The redirect URI has the name of the authentication source, `tessera`.",
      "Add `--admin-group` and the name of a group to make its members administrators.",
    ],
    read: { from: "source", what: "forgejo/forgejo; Authelia's guide for 13.0.2", date: "2026-08" },
  },
  {
    id: "gitlab",
    name: "GitLab",
    website: "https://about.gitlab.com",
    what: "code",
    people: "The button “Tessera” on the sign-in page.",
    address: { example: "https://gitlab.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/users/auth/openid_connect/callback"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        algorithm: "RS256",
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username", "name", "email", "groups"],
        postLogout: ["{url}/users/sign_in"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "/etc/gitlab/gitlab.rb",
        language: "ruby",
        text: `gitlab_rails['omniauth_allow_single_sign_on'] = ['openid_connect']
gitlab_rails['omniauth_block_auto_created_users'] = false
gitlab_rails['omniauth_providers'] = [
  {
    name: 'openid_connect',
    label: 'Tessera',
    args: {
      name: 'openid_connect',
      scope: ['openid', 'profile', 'email', 'groups'],
      response_type: 'code',
      issuer: '{issuer}',
      discovery: true,
      client_auth_method: 'basic',
      uid_field: 'preferred_username',
      pkce: true,
      client_options: {
        identifier: '{client_id}',
        secret: '{client_secret}',
        redirect_uri: '{url}/users/auth/openid_connect/callback'
      }
    }
  }
]`,
      },
    ],
    notes: [
      "With `uid_field: 'sub'` a person keeps the account when the user name changes.",
      "Rules for groups are in the paid editions of GitLab only.",
    ],
    read: { from: "documentation", what: "Authelia's guide for GitLab 16.9", date: "2026-08" },
  },
  {
    id: "grafana",
    name: "Grafana",
    website: "https://grafana.com/oss/grafana/",
    what: "figures and dashboards",
    people: "The button “Sign in with Tessera” on the sign-in page.",
    address: { example: "https://grafana.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/login/generic_oauth"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by a setting",
        refreshes: true,
        nonce: false,
        idToken: ["sub", "preferred_username", "name", "email", "groups"],
        userinfo: ["sub", "preferred_username", "name", "email", "groups"],
        postLogout: ["{url}/login"],
      },
    ],
    discovery: [],
    settings: [
      {
        where: "grafana.ini",
        language: "ini",
        text: `[server]
root_url = {url}

[auth.generic_oauth]
enabled = true
name = Tessera
client_id = {client_id}
client_secret = {client_secret}
scopes = openid profile email groups offline_access
auth_url = {authorize}
token_url = {token}
api_url = {userinfo}
signout_redirect_url = {end_session}?client_id={client_id}&post_logout_redirect_uri={url}/login
auth_style = InHeader
use_pkce = true
use_refresh_token = true
login_attribute_path = preferred_username
name_attribute_path = name
groups_attribute_path = groups
role_attribute_path = contains(groups[*], 'grafana-admins') && 'Admin' || contains(groups[*], 'grafana-editors') && 'Editor' || 'Viewer'`,
      },
    ],
    notes: [
      "Everyone else may only look. `role_attribute_strict = true` refuses people without a role instead.",
    ],
    read: { from: "documentation", what: "Authelia's guide for Grafana 13.1.0", date: "2026-08" },
  },
  {
    id: "kanboard",
    name: "Kanboard",
    website: "https://kanboard.org",
    what: "projects, with the plugin OAuth2",
    people: "The link “OAuth2 login” on the sign-in page.",
    address: { example: "https://kanban.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/oauth/callback"],
        secret: "body",
        scope: ["openid", "profile", "email"],
        pkce: { never: "the plugin sends none" },
        nonce: false,
        idToken: null,
        userinfo: ["sub", "preferred_username", "name", "email"],
      },
    ],
    discovery: [],
    settings: [
      {
        where: "Settings › Integrations › OAuth2 Authentication",
        fields: [
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Authorize URL", "{authorize}"],
          ["Token URL", "{token}"],
          ["User API URL", "{userinfo}"],
          ["Scopes", "openid profile email"],
          ["Username Key", "preferred_username"],
          ["Name Key", "name"],
          ["Email Key", "email"],
          ["User ID Key", "sub"],
          ["Allow Account Creation", "on"],
        ],
      },
    ],
    notes: ["The settings page of the plugin shows the callback URL. It must be the redirect URI."],
    read: { from: "documentation", what: "Authelia's guide for Kanboard 1.2.46", date: "2026-08" },
  },
  {
    id: "argocd",
    name: "Argo CD",
    website: "https://argo-cd.readthedocs.io",
    what: "deployments on Kubernetes",
    people: "The button “Log in via Tessera”, and `argocd login --sso` in a terminal.",
    address: { example: "https://argocd.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/auth/callback"],
        secret: "header",
        scope: ["openid", "email", "groups"],
        pkce: { never: "the server checks state and nonce only" },
        algorithm: "RS256",
        idToken: ["sub", "email", "groups"],
        userinfo: ["sub", "groups"],
        postLogout: ["{url}", "{url}/"],
      },
      {
        suffix: "cli",
        name: "Argo CD in a terminal",
        redirectUris: ["http://localhost:8085/auth/callback"],
        secret: "none",
        scope: ["openid", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        algorithm: "RS256",
        idToken: ["sub", "email", "groups"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the ConfigMap argocd-cm",
        language: "yaml",
        text: `data:
  url: {url}
  oidc.config: |
    name: Tessera
    issuer: {issuer}
    clientID: {client_id}
    clientSecret: $oidc.tessera.clientSecret
    cliClientID: {client_id:cli}
    requestedScopes: ["openid", "email", "groups"]
    logoutURL: {end_session}?id_token_hint={{token}}&post_logout_redirect_uri={{logoutRedirectURL}}`,
      },
      {
        where: "a terminal: the secret",
        language: "text",
        text: `kubectl -n argocd patch secret argocd-secret --type merge \\
  -p '{"stringData":{"oidc.tessera.clientSecret":"{client_secret}"}}'`,
      },
      {
        where: "the ConfigMap argocd-rbac-cm",
        language: "yaml",
        text: `data:
  scopes: "[groups]"
  policy.csv: |
    g, argocd-admins, role:admin`,
      },
    ],
    notes: ["The command line has only the ID token, so the groups must be in it."],
    read: { from: "documentation", what: "Authelia's guide for Argo CD 2.4.5", date: "2026-08" },
  },
  {
    id: "odoo",
    name: "Odoo",
    website: "https://github.com/OCA/server-auth",
    what: "business, with the module auth_oidc of the Odoo Community Association",
    people: "The button “Tessera” on the sign-in page.",
    address: { example: "https://odoo.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/auth_oauth/signin"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: "by itself",
        algorithm: "RS256",
        idToken: ["sub", "preferred_username", "name", "email"],
        userinfo: null,
      },
    ],
    discovery: [],
    settings: [
      {
        where: "Settings › Users & Companies › OAuth Providers",
        fields: [
          ["Provider name", "Tessera"],
          ["Auth Flow", "OpenID Connect (authorization code flow)"],
          ["Token Map", "preferred_username:user_id"],
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Allowed", "on"],
          ["Authorization URL", "{authorize}"],
          ["Token URL", "{token}"],
          ["JWKS URL", "{jwks}"],
          ["Scope", "openid profile email"],
        ],
      },
    ],
    notes: [
      "Odoo by itself, without the module, gets tokens in the address of the browser (the implicit flow). This server refuses that, because such tokens end up in histories and logs.",
    ],
    read: { from: "source", what: "OCA/server-auth, auth_oidc", date: "2026-08" },
  },
];
