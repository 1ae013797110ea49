/** Photos, films, recipes, passwords and the house. */
import type { Recipe } from "../recipe.ts";

export const HOME: readonly Recipe[] = [
  {
    id: "immich",
    name: "Immich",
    website: "https://immich.app",
    what: "photos",
    people: "The button “Login with OAuth” on the sign-in page, in the browser and in the app.",
    address: { example: "https://photos.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/auth/login", "{url}/user-settings", "app.immich:///oauth-callback"],
        secret: "body",
        scope: ["openid", "profile", "email"],
        pkce: "by itself",
        nonce: false,
        algorithm: "RS256",
        claims: { immich_quota: "attribute:immich_quota" },
        idToken: ["sub", "email", "name", "preferred_username", "immich_quota"],
        userinfo: ["sub", "email", "name", "preferred_username", "picture"],
        postLogout: ["{url}/auth/login?autoLaunch=0"],
        backChannel: "{url}/api/oauth/backchannel-logout",
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "jwks_uri",
      "code_challenge_methods_supported",
    ],
    settings: [
      {
        where: "Administration › Settings › Authentication Settings › OAuth",
        fields: [
          ["Issuer URL", "{issuer}"],
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Token Endpoint Auth Method", "client_secret_post"],
          ["Scope", "openid email profile"],
          ["ID Token Signed Response Algorithm", "RS256"],
          ["Button Text", "Login with Tessera"],
        ],
      },
    ],
    notes: [
      "The address of the app has three slashes: `app.immich:///oauth-callback`.",
      "If you open Immich at several addresses, add those of each: `tessera client set immich --add-redirect-uri …`.",
      "If the ID token has an e-mail address, Immich does not ask userinfo.",
      "To limit a person's space, in GiB: `tessera user set ada --attribute immich_quota=50`. The claim counts when Immich makes the account, and later not.",
      'To make administrators: `tessera client set immich --claim \'immich_role={"admin":"group:immich-admins","user":"everyone"}\'`, also only for new accounts.',
    ],
    read: {
      from: "source",
      what: "immich-app/immich; Immich's and Authelia's guides for 3.1.0",
      date: "2026-08",
    },
  },
  {
    id: "jellyfin",
    name: "Jellyfin",
    website: "https://github.com/9p4/jellyfin-plugin-sso",
    what: "films and music, with the plugin SSO-Auth",
    people: "A button that you add to the sign-in page, or the address {url}/sso/OID/start/tessera.",
    address: { example: "https://films.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/sso/OID/redirect/tessera"],
        secret: "body",
        scope: ["openid", "profile", "groups"],
        pkce: "by itself",
        idToken: ["sub", "preferred_username", "groups"],
        userinfo: ["sub", "preferred_username", "groups"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "Dashboard › Plugins › SSO-Auth › Settings › Add a provider",
        fields: [
          ["Name of the OID Provider", "tessera"],
          ["OID Endpoint", "{issuer}"],
          ["OpenID Client ID", "{client_id}"],
          ["OID Secret", "{client_secret}"],
          ["Enabled", "on"],
          ["Enable Authorization by Plugin", "on"],
          ["Enable All Folders", "on"],
          ["Roles", "jellyfin-users, jellyfin-admins"],
          ["Admin Roles", "jellyfin-admins"],
          ["Role Claim", "groups"],
          ["Request Additional Scopes", "groups"],
          ["Set default username claim", "preferred_username"],
          ["Scheme Override", "https"],
        ],
      },
    ],
    notes: [
      "The plugin was archived in May 2026. Its successor is aussierk/jellyfin-plugin-oidc.",
      "Apps for television and telephones cannot use the plugin. Sign in with Quick Connect there.",
    ],
    read: { from: "source", what: "9p4/jellyfin-plugin-sso 4.0.0.3, and Authelia's guide", date: "2026-08" },
  },
  {
    id: "jellyseerr",
    name: "Jellyseerr",
    website: "https://docs.jellyseerr.dev",
    what: "wishes for films",
    people: "A button on the sign-in page.",
    address: { example: "https://wishes.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/login?provider=tessera&callback=true"],
        secret: "body",
        scope: ["openid", "profile", "email", "groups"],
        pkce: { never: "its preview of OpenID Connect sends none" },
        nonce: false,
        idToken: ["sub", "email", "preferred_username"],
        userinfo: ["sub", "email", "preferred_username"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "Settings › Users › OpenID Connect › Add OpenID Connect Provider",
        fields: [
          ["Provider Name", "tessera"],
          ["Issuer URL", "{issuer}"],
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Scopes", "openid profile email groups"],
          ["Allow New Users", "on"],
        ],
      },
    ],
    notes: ["OpenID Connect is in the preview image of Jellyseerr (`preview-OIDC`)."],
    read: { from: "documentation", what: "Authelia's guide for the preview", date: "2026-08" },
  },
  {
    id: "audiobookshelf",
    name: "Audiobookshelf",
    website: "https://www.audiobookshelf.org",
    what: "audiobooks and podcasts",
    people: "The button “Login with Tessera” on the sign-in page, in the browser and in the app.",
    address: { example: "https://books.example.org", path: true },
    clients: [
      {
        redirectUris: [
          "{url}/auth/openid/callback",
          "{url}/auth/openid/mobile-redirect",
          "audiobookshelf://oauth",
        ],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by itself",
        nonce: false,
        algorithm: "RS256",
        idToken: ["sub"],
        userinfo: ["sub", "email", "preferred_username", "groups"],
        postLogout: ["{url}/login", "audiobookshelf://oauth"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "Settings › Authentication › OpenID Connect Authentication",
        fields: [
          ["Issuer URL", "{issuer}, then the button Auto-populate"],
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Signing Algorithm", "RS256"],
          ["Allowed Mobile Redirect URIs", "audiobookshelf://oauth"],
          ["Subfolder for Redirect URLs", "None"],
          ["Button Text", "Login with Tessera"],
          ["Match existing users by", "Match by username"],
        ],
      },
    ],
    notes: [
      "Set a group claim only if everyone is in a group `admin`, `user` or `guest`: Audiobookshelf refuses the others.",
      "If Audiobookshelf lives below a path, choose that path as the subfolder.",
    ],
    read: { from: "documentation", what: "Authelia's and Pocket ID's guides for 2.26.3", date: "2026-08" },
  },
  {
    id: "mealie",
    name: "Mealie",
    website: "https://mealie.io",
    what: "recipes for the kitchen",
    people: "The button “Login with Tessera” on the sign-in page.",
    address: { example: "https://recipes.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/login", "{url}/login?direct=1"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by itself",
        idToken: ["sub", "email", "name", "preferred_username", "groups"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of mealie",
        language: "env",
        text: `BASE_URL={url}
OIDC_AUTH_ENABLED=true
OIDC_SIGNUP_ENABLED=true
OIDC_CONFIGURATION_URL={discovery}
OIDC_CLIENT_ID={client_id}
OIDC_CLIENT_SECRET={client_secret}
OIDC_PROVIDER_NAME=Tessera
OIDC_USER_GROUP=mealie-users
OIDC_ADMIN_GROUP=mealie-admins`,
      },
    ],
    notes: [
      "With `OIDC_USER_GROUP`, only members of that group can sign in. Leave both variables out if all people may.",
      "Mealie asks for the scope `groups` by itself if one of the two is set.",
    ],
    read: { from: "documentation", what: "Authelia's guide for Mealie 2.0.0", date: "2026-08" },
  },
  {
    id: "tandoor",
    name: "Tandoor",
    website: "https://tandoor.dev",
    what: "recipes for the kitchen",
    people: "The button “Tessera” on the sign-in page.",
    address: { example: "https://cook.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/accounts/oidc/tessera/login/callback/"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: "by a setting",
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "email", "email_verified", "preferred_username", "name"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of tandoor",
        language: "env",
        text: `SOCIAL_PROVIDERS=allauth.socialaccount.providers.openid_connect
SOCIALACCOUNT_PROVIDERS={"openid_connect":{"SCOPE":["openid","profile","email"],"OAUTH_PKCE_ENABLED":true,"APPS":[{"provider_id":"tessera","name":"Tessera","client_id":"{client_id}","secret":"{client_secret}","settings":{"server_url":"{discovery}","token_auth_method":"client_secret_basic"}}]}}`,
      },
    ],
    notes: ["The redirect URI has the `provider_id` and ends with a slash."],
    read: {
      from: "documentation",
      what: "Authelia's guide for Tandoor 1.5.34; source of django-allauth",
      date: "2026-08",
    },
  },
  {
    id: "adventurelog",
    name: "AdventureLog",
    website: "https://adventurelog.app",
    what: "travels",
    people: "The button “Tessera” on the sign-in page.",
    address: { example: "https://travels.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/accounts/oidc/{client_id}/login/callback/"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: { never: "its sign-in library leaves PKCE off, and no setting turns it on" },
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "email", "email_verified", "preferred_username", "name"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "Settings › Launch Admin Panel › Social applications › Add",
        fields: [
          ["Provider", "OpenID Connect"],
          ["Provider ID", "{client_id}"],
          ["Name", "Tessera"],
          ["Client ID", "{client_id}"],
          ["Secret Key", "{client_secret}"],
          ["Settings", '{"server_url": "{issuer}"}'],
          ["Sites", "example.com, also for another domain"],
        ],
      },
    ],
    notes: [
      "The provider ID must be the client ID, because AdventureLog mixes them up in the redirect URI.",
      "`--url` is the address of the backend, if frontend and backend have different ones.",
    ],
    read: { from: "documentation", what: "Authelia's and Pocket ID's guides for 0.9.0", date: "2026-08" },
  },
  {
    id: "home-assistant",
    name: "Home Assistant",
    website: "https://github.com/christiaangoossens/hass-oidc-auth",
    what: "the house, with the integration hass-oidc-auth",
    people: "The page {url}/auth/oidc/welcome, to which the sign-in page links.",
    address: { example: "https://home.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/auth/oidc/callback"],
        secret: "none",
        scope: ["openid", "profile", "groups"],
        pkce: "by itself",
        responseMode: "query",
        nonce: true,
        algorithm: "RS256",
        idToken: ["sub", "name", "preferred_username", "groups"],
        userinfo: null,
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "jwks_uri",
      "response_types_supported",
      "response_modes_supported",
      "code_challenge_methods_supported",
      "id_token_signing_alg_values_supported",
      "scopes_supported",
    ],
    settings: [
      {
        where: "configuration.yaml",
        language: "yaml",
        text: `auth_oidc:
  client_id: "{client_id}"
  discovery_url: "{discovery}"
  display_name: "Tessera"
  roles:
    admin: "home-admins"`,
      },
    ],
    notes: [
      "The integration compares every list of the metadata with what it needs before it sends people here.",
      "Members of the group `home-admins` become administrators of Home Assistant.",
      "Existing accounts are linked with `features: automatic_user_linking: true`. Turn it off again afterwards.",
    ],
    read: { from: "source", what: "christiaangoossens/hass-oidc-auth 779e995", date: "2026-06-29" },
  },
  {
    id: "open-webui",
    name: "Open WebUI",
    website: "https://openwebui.com",
    what: "talk with language models",
    people: "The button “Continue with Tessera” on the sign-in page.",
    address: { example: "https://ai.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/oauth/oidc/callback"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        idToken: ["sub", "email", "name", "picture", "groups"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of open-webui",
        language: "env",
        text: `WEBUI_URL={url}
ENABLE_OAUTH_SIGNUP=true
OAUTH_CLIENT_ID={client_id}
OAUTH_CLIENT_SECRET={client_secret}
OPENID_PROVIDER_URL={discovery}
OAUTH_PROVIDER_NAME=Tessera
OAUTH_SCOPES=openid email profile groups
OAUTH_CODE_CHALLENGE_METHOD=S256
ENABLE_OAUTH_ROLE_MANAGEMENT=true
OAUTH_ROLES_CLAIM=groups
OAUTH_ALLOWED_ROLES=openwebui,openwebui-admin
OAUTH_ADMIN_ROLES=openwebui-admin`,
      },
    ],
    notes: [
      "With role management, only members of the groups `openwebui` and `openwebui-admin` can sign in. Leave out the last four lines if all people may.",
      "`OAUTH_MERGE_ACCOUNTS_BY_EMAIL=true` gives existing accounts to people with the same e-mail address.",
    ],
    read: { from: "documentation", what: "Authelia's guide for Open WebUI 0.6.13", date: "2026-08" },
  },
  {
    id: "miniflux",
    name: "Miniflux",
    website: "https://miniflux.app",
    what: "feeds",
    people: "The link “Sign in with Tessera” on the sign-in page.",
    address: { example: "https://feeds.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/oauth2/oidc/callback"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: "by itself",
        nonce: false,
        algorithm: "RS256",
        idToken: ["sub"],
        userinfo: ["sub", "email", "preferred_username", "name"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of miniflux",
        language: "env",
        text: `OAUTH2_PROVIDER=oidc
OAUTH2_OIDC_PROVIDER_NAME=Tessera
OAUTH2_OIDC_DISCOVERY_ENDPOINT={issuer}
OAUTH2_CLIENT_ID={client_id}
OAUTH2_CLIENT_SECRET={client_secret}
OAUTH2_REDIRECT_URL={url}/oauth2/oidc/callback
OAUTH2_USER_CREATION=1`,
      },
    ],
    notes: [
      "The discovery endpoint is the issuer alone: Miniflux adds `/.well-known/openid-configuration` itself.",
    ],
    read: { from: "documentation", what: "Authelia's guide for Miniflux 2.2.8", date: "2026-08" },
  },
  {
    id: "vaultwarden",
    name: "Vaultwarden",
    website: "https://github.com/dani-garcia/vaultwarden",
    what: "passwords",
    people:
      "The button “Use single sign-on” on the sign-in page, in the browser and in the apps of Bitwarden.",
    address: { example: "https://passwords.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/identity/connect/oidc-signin"],
        secret: "header",
        scope: ["openid", "profile", "email", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        algorithm: "RS256",
        idToken: ["sub", "email", "email_verified", "preferred_username"],
        userinfo: ["sub", "email", "email_verified", "preferred_username"],
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "jwks_uri",
      "response_types_supported",
      "subject_types_supported",
      "id_token_signing_alg_values_supported",
    ],
    settings: [
      {
        where: "the environment of vaultwarden",
        language: "env",
        text: `DOMAIN={url}
SSO_ENABLED=true
SSO_ONLY=false
SSO_AUTHORITY={issuer}
SSO_SCOPES=profile email offline_access
SSO_PKCE=true
SSO_CLIENT_ID={client_id}
SSO_CLIENT_SECRET={client_secret}`,
      },
    ],
    notes: [
      "Everyone keeps a master password: it opens the vault, and this server never sees it.",
      "Vaultwarden wants `email_verified`. Without it, set `SSO_ALLOW_UNKNOWN_EMAIL_VERIFICATION=true`, and never together with `SSO_SIGNUPS_MATCH_EMAIL=true`.",
      "`SSO_ONLY=true` takes the sign-in with e-mail and master password away.",
    ],
    read: { from: "source", what: "dani-garcia/vaultwarden 46d7110", date: "2026-08-20" },
  },
  {
    id: "bitwarden",
    name: "Bitwarden",
    website: "https://bitwarden.com",
    what: "passwords: the server of Bitwarden, on your own machine",
    people: "The button “Use single sign-on” on the sign-in page.",
    address: { example: "https://bitwarden.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/sso/oidc-signin", "{url}/oidc-signin"],
        secret: "body",
        scope: ["openid", "profile", "email"],
        pkce: "by itself",
        responseMode: "form_post",
        idToken: ["sub", "email", "name"],
        userinfo: ["sub", "email", "name"],
        postLogout: ["{url}/sso/oidc-signedout"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "Admin Console › Settings › Single sign-on › OpenID Connect",
        fields: [
          ["Authority", "{issuer}"],
          ["Client ID", "{client_id}"],
          ["Client Secret", "{client_secret}"],
          ["Metadata Address", "{discovery}"],
          ["OIDC redirect behavior", "Form POST"],
          ["Get claims from user info endpoint", "on"],
        ],
      },
    ],
    notes: [
      "Compare the redirect URI with the callback path that the settings page shows. If it differs: `tessera client set bitwarden --add-redirect-uri …`.",
      "The redirect behavior may also be Redirect GET.",
    ],
    read: {
      from: "documentation",
      what: "Authelia's guide for Bitwarden 2025.7.3; redirect URI from memory",
      date: "2026-08",
    },
  },
];
