/** Talk and mail. */
import type { Recipe } from "../recipe.ts";

/** The name of the provider in MAS: a ULID, which its addresses have too. */
const MAS_ID = "01H8TESSERA000000000000000";

export const TALK: readonly Recipe[] = [
  {
    id: "mas",
    name: "Matrix Authentication Service",
    website: "https://element-hq.github.io/matrix-authentication-service/",
    what: "chat: the sign-in of Matrix servers",
    people: "The button “Continue with Tessera” on the sign-in page of Matrix.",
    address: { example: "https://account.matrix.example.org", path: true },
    clients: [
      {
        name: "Matrix",
        redirectUris: [`{url}/upstream/callback/${MAS_ID}`],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: "by itself",
        responseMode: "query",
        algorithm: "RS256",
        idToken: ["sub", "preferred_username", "name", "email"],
        userinfo: null,
        backChannel: `{url}/upstream/backchannel-logout/${MAS_ID}`,
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
      "code_challenge_methods_supported",
    ],
    settings: [
      {
        where: "config.yaml",
        language: "yaml",
        text: `upstream_oauth2:
  providers:
    - id: ${MAS_ID}
      human_name: Tessera
      issuer: "{issuer}"
      client_id: "{client_id}"
      client_secret: "{client_secret}"
      token_endpoint_auth_method: client_secret_basic
      scope: "openid profile email"
      on_backchannel_logout: logout_browser_only
      claims_imports:
        localpart:
          action: require
          template: "{{ user.preferred_username }}"
        displayname:
          action: suggest
          template: "{{ user.name }}"
        email:
          action: suggest
          template: "{{ user.email }}"`,
      },
    ],
    notes: [
      "The addresses have the `id` of the provider, a ULID that you may change together with them.",
      "The issuer is compared byte for byte. It has no slash at the end.",
      "MAS asks for `prompt=login` after a person has signed out.",
    ],
    read: { from: "source", what: "element-hq/matrix-authentication-service 682b8d2", date: "2026-08-07" },
  },
  {
    id: "synapse",
    name: "Synapse",
    website: "https://element-hq.github.io/synapse/",
    what: "chat: a Matrix server without the Matrix Authentication Service",
    people: "The button “Continue with Tessera” in every Matrix client.",
    address: { example: "https://matrix.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/_synapse/client/oidc/callback"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: "by itself",
        algorithm: "RS256",
        idToken: ["sub", "preferred_username", "name", "email"],
        userinfo: null,
        backChannel: "{url}/_synapse/client/oidc/backchannel_logout",
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
      "code_challenge_methods_supported",
    ],
    settings: [
      {
        where: "homeserver.yaml",
        language: "yaml",
        text: `oidc_providers:
  - idp_id: tessera
    idp_name: Tessera
    issuer: "{issuer}"
    client_id: "{client_id}"
    client_secret: "{client_secret}"
    scopes: ["openid", "profile", "email"]
    backchannel_logout_enabled: true
    user_mapping_provider:
      config:
        localpart_template: "{{ user.preferred_username }}"
        display_name_template: "{{ user.name }}"
        email_template: "{{ user.email }}"`,
      },
    ],
    notes: [
      "Synapse sends PKCE because the metadata name S256.",
      "`allow_existing_users: true` gives existing accounts to people with the same user name.",
    ],
    read: { from: "source", what: "element-hq/synapse a58ad44, docs/openid.md", date: "2026-07-24" },
  },
  {
    id: "mastodon",
    name: "Mastodon",
    website: "https://joinmastodon.org",
    what: "short messages",
    people: "The button “Tessera” on the sign-in page.",
    address: { example: "https://social.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/auth/auth/openid_connect/callback"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: { never: "its sign-in library sends none" },
        algorithm: "RS256",
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username", "name", "email", "email_verified"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: ".env.production",
        language: "env",
        text: `OIDC_ENABLED=true
OIDC_DISPLAY_NAME=Tessera
OIDC_DISCOVERY=true
OIDC_ISSUER={issuer}
OIDC_SCOPE=openid,profile,email
OIDC_UID_FIELD=preferred_username
OIDC_CLIENT_ID={client_id}
OIDC_CLIENT_SECRET={client_secret}
OIDC_REDIRECT_URI={url}/auth/auth/openid_connect/callback
OIDC_SECURITY_ASSUME_EMAIL_IS_VERIFIED=true`,
      },
    ],
    notes: [
      "With the last line, Mastodon sends no mail to confirm addresses. Leave it out if people can enter addresses themselves.",
    ],
    read: {
      from: "documentation",
      what: "Authelia's guide for Mastodon 4.2.8; source of omniauth_openid_connect",
      date: "2026-08",
    },
  },
  {
    id: "mattermost",
    name: "Mattermost",
    website: "https://mattermost.com",
    what: "chat: the free edition, by its sign-in with GitLab",
    people: "The button “GitLab”, which you may rename, on the sign-in page.",
    address: { example: "https://chat.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/signup/gitlab/complete", "{url}/login/gitlab/complete"],
        secret: "body",
        scope: ["openid", "profile", "email"],
        pkce: { never: "its sign-in with GitLab is OAuth 2.0 without it" },
        nonce: false,
        idToken: null,
        claims: { id: "attribute:mattermost_id", username: "preferred_username" },
        userinfo: ["id", "username", "email", "name"],
      },
    ],
    discovery: [],
    settings: [
      {
        where: "config.json",
        language: "json",
        text: `"GitLabSettings": {
  "Enable": true,
  "Id": "{client_id}",
  "Secret": "{client_secret}",
  "Scope": "openid profile email",
  "AuthEndpoint": "{authorize}",
  "TokenEndpoint": "{token}",
  "UserAPIEndpoint": "{userinfo}",
  "ButtonText": "Tessera"
}`,
      },
    ],
    notes: [
      "Mattermost reads an account of GitLab: `id` is a whole number that never changes. Give everyone one: `tessera user set ada --attribute mattermost_id=1001`.",
    ],
    read: {
      from: "documentation",
      what: "Authelia's guide; names of the settings from Mattermost's client library",
      date: "2026-08",
    },
  },
  {
    id: "roundcube",
    name: "Roundcube",
    website: "https://roundcube.net",
    what: "mail in the browser",
    people: "The button “Login with Tessera” on the sign-in page.",
    address: { example: "https://webmail.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/index.php/login/oauth"],
        secret: "body",
        scope: ["openid", "profile", "email", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        idToken: ["sub", "email", "name"],
        userinfo: ["sub", "email", "name"],
        postLogout: ["{url}/"],
        backChannel: "{url}/index.php/login/backchannel",
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "config/config.inc.php",
        language: "php",
        text: `$config['use_https'] = true;
$config['oauth_provider'] = 'generic';
$config['oauth_provider_name'] = 'Tessera';
$config['oauth_client_id'] = '{client_id}';
$config['oauth_client_secret'] = '{client_secret}';
$config['oauth_config_uri'] = '{discovery}';
$config['oauth_scope'] = 'openid profile email offline_access';
$config['oauth_identity_fields'] = ['email'];
$config['oauth_pkce'] = 'S256';`,
      },
    ],
    notes: [
      "Roundcube gives the access token to the mail server as the password (XOAUTH2 or OAUTHBEARER). The mail server asks this server about it: see Dovecot.",
      "Roundcube makes the redirect URI from the address in the browser. Behind a proxy, leave `SERVER_PORT` empty, so that it adds no port.",
      "Access tokens should live longer than Roundcube's `refresh_interval`.",
    ],
    read: { from: "source", what: "roundcube/roundcubemail 28b4441", date: "2026-08-16" },
  },
  {
    id: "mailcow",
    name: "mailcow",
    website: "https://mailcow.email",
    what: "a mail server, its settings pages and SOGo",
    people: "The button “Single-Sign-On” on the sign-in page.",
    address: { example: "https://mail.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}", "{url}/"],
        secret: "body",
        scope: ["openid", "profile", "email"],
        pkce: { never: "its sign-in library has it turned off" },
        nonce: false,
        idToken: null,
        userinfo: ["sub", "email", "name"],
      },
    ],
    discovery: [],
    settings: [
      {
        where: "System › Configuration › Access › Identity Provider",
        fields: [
          ["Identity Provider", "Generic-OIDC"],
          ["Authorization Endpoint", "{authorize}"],
          ["Token Endpoint", "{token}"],
          ["User Info Endpoint", "{userinfo}"],
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Redirect URL", "{url}"],
          ["Client Scopes", "openid profile email"],
        ],
      },
    ],
    notes: [
      "People's e-mail addresses must be those of their mailboxes.",
      "Mail programs keep app passwords, which mailcow makes.",
    ],
    read: { from: "documentation", what: "Authelia's guide for mailcow 2025-03", date: "2026-08" },
  },
  {
    id: "sogo",
    name: "SOGo",
    website: "https://www.sogo.nu",
    what: "mail, calendars and address books in the browser",
    people: "SOGo sends people here at once.",
    address: { example: "https://groupware.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/SOGo/", "{url}/SOGo"],
        secret: "body",
        scope: ["openid", "profile", "email"],
        pkce: { never: "it sends none" },
        refreshes: true,
        nonce: false,
        idToken: null,
        userinfo: ["sub", "email"],
        postLogout: ["{url}/SOGo/"],
      },
    ],
    discovery: ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"],
    settings: [
      {
        where: "sogo.conf",
        language: "text",
        text: `SOGoAuthenticationType = openid;
SOGoOpenIdConfigUrl = "{discovery}";
SOGoOpenIdClient = "{client_id}";
SOGoOpenIdClientSecret = "{client_secret}";
SOGoOpenIdScope = "openid profile email";
SOGoOpenIdEmailParam = email;
NGImap4AuthMechanism = xoauth2;`,
      },
    ],
    notes: [
      "SOGo gives the access token to the mail server (XOAUTH2). The mail server asks this server about it: see Dovecot.",
    ],
    read: { from: "memory", what: "SOGo's installation guide", date: "2026-08" },
  },
  {
    id: "dovecot",
    name: "Dovecot",
    website: "https://doc.dovecot.org/2.4.1/",
    what: "a mail server that takes access tokens as passwords",
    people: "Nothing: webmail and mail programs bring the token.",
    address: null,
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
    discovery: [],
    settings: [
      {
        where: "dovecot.conf, 2.4",
        language: "text",
        text: `auth_mechanisms {
  oauthbearer = yes
  xoauth2 = yes
}

oauth2 {
  introspection_mode = post
  introspection_url = https://{client_id}:{client_secret}@{introspect_path}
  force_introspection = yes
  username_attribute = username
  active_attribute = active
  active_value = true
}`,
      },
      {
        where: "dovecot.conf, 2.3",
        language: "text",
        text: `auth_mechanisms = oauthbearer xoauth2
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = /etc/dovecot/dovecot-oauth2.conf.ext
}`,
      },
      {
        where: "/etc/dovecot/dovecot-oauth2.conf.ext, 2.3",
        language: "text",
        text: `introspection_mode = post
introspection_url = https://{client_id}:{client_secret}@{introspect_path}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
tls_ca_cert_file = /etc/ssl/certs/ca-certificates.crt`,
      },
      {
        where: "dovecot.conf, 2.4, without a client: Dovecot asks userinfo with the token itself",
        language: "text",
        text: `oauth2 {
  introspection_mode = auth
  introspection_url = {userinfo}
  username_attribute = email
}`,
      },
    ],
    server: `[introspection]
trusted_clients = ["{client_id}"]
`,
    notes: [
      "Introspection answers with `username`, the name with which people sign in, and with `email` if the token has that scope. Choose by what mailboxes are called; `email` is Dovecot's default.",
      "With userinfo, the webmail must ask for `openid email`, and mailboxes are called as people's e-mail addresses.",
      "`introspection_mode = local` is not for this server: Dovecot 2.3 refuses access tokens that are JWTs (RFC 9068), because their type is `at+jwt`.",
      "If mail is a resource of its own in `[[resources]]`, name the client in its `introspection_clients` instead of `trusted_clients`.",
    ],
    read: { from: "source", what: "dovecot/documentation 1b1da80", date: "2026-08-06" },
  },
  {
    id: "stalwart",
    name: "Stalwart",
    website: "https://stalw.art",
    what: "a mail server that takes access tokens as passwords",
    people: "Nothing: webmail and mail programs bring the token.",
    address: null,
    clients: [],
    discovery: ["userinfo_endpoint"],
    settings: [
      {
        where: "config.toml",
        language: "ini",
        text: `[directory."tessera"]
type = "oidc"
timeout = "15s"
endpoint.url = "{userinfo}"
endpoint.method = "userinfo"
fields.email = "email"
fields.username = "preferred_username"
fields.full-name = "name"

[storage]
directory = "tessera"`,
      },
    ],
    notes: [
      "Stalwart asks userinfo with the token itself, so it needs no client. The webmail must ask for `openid profile email`.",
      "The web interface of 0.16 has no field for a client: it registers itself. Allow that with `registration.mode`.",
    ],
    read: { from: "source", what: "stalwartlabs/stalwart, and Authelia's guide for 0.11.7", date: "2026-08" },
  },
];
