/** Files, documents and notes. */
import type { Recipe } from "../recipe.ts";

export const FILES: readonly Recipe[] = [
  {
    id: "nextcloud",
    name: "Nextcloud",
    website: "https://nextcloud.com",
    what: "files and groupware, with the app user_oidc",
    people: "The button “Login with Tessera” on the sign-in page.",
    address: { example: "https://cloud.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/apps/user_oidc/code", "{url}/index.php/apps/user_oidc/code"],
        secret: "body",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by itself",
        parameters: {
          claims:
            '{"id_token":{"email":null,"name":null,"quota":null,"groups":null},"userinfo":{"email":null,"name":null,"quota":null,"groups":null}}',
        },
        claims: { quota: "attribute:quota" },
        idToken: ["preferred_username", "name", "email", "groups", "quota"],
        userinfo: null,
        postLogout: ["{url}/", "{url}"],
        backChannel: "{url}/index.php/apps/user_oidc/backchannel-logout/tessera",
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"],
    settings: [
      {
        where: "a terminal, as the user of the web server, in the folder of Nextcloud",
        language: "text",
        text: `php occ app:install user_oidc
php occ user_oidc:provider tessera --clientid='{client_id}' --clientsecret='{client_secret}' \\
  --discoveryuri='{discovery}' --scope='openid profile email groups' \\
  --mapping-uid=preferred_username --unique-uid=0 --group-provisioning=1`,
      },
    ],
    notes: [
      "The provider is called `tessera`. The address for back-channel logout ends with that name, so change both or none.",
      "Nextcloud writes addresses with or without `/index.php`. Both are registered.",
      "To limit a person's space: `tessera user set ada --attribute quota='5 GB'`.",
      "`--unique-uid=0` makes user names those of Tessera. Leave it out if local accounts with the same names must stay apart.",
    ],
    read: { from: "source", what: "nextcloud/user_oidc 46ae8fd", date: "2026-08-21" },
  },
  {
    id: "nextcloud-oidc-login",
    name: "Nextcloud (oidc_login)",
    website: "https://github.com/pulsejet/nextcloud-oidc-login",
    what: "files and groupware, with the community app oidc_login",
    people: "The button on the sign-in page.",
    address: { example: "https://cloud.example.org", path: true },
    clients: [
      {
        name: "Nextcloud",
        redirectUris: ["{url}/apps/oidc_login/oidc", "{url}/index.php/apps/oidc_login/oidc"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups"],
        pkce: "by a setting",
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username", "name", "email", "groups"],
        postLogout: ["{url}/", "{url}"],
      },
    ],
    discovery: [
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "jwks_uri",
      "code_challenge_methods_supported",
    ],
    settings: [
      {
        where: "config/config.php",
        language: "php",
        text: `'oidc_login_provider_url' => '{issuer}',
'oidc_login_client_id' => '{client_id}',
'oidc_login_client_secret' => '{client_secret}',
'oidc_login_scope' => 'openid profile email groups',
'oidc_login_code_challenge_method' => 'S256',
'oidc_login_button_text' => 'Tessera',
'oidc_login_attributes' => [
  'id' => 'preferred_username',
  'name' => 'name',
  'mail' => 'email',
  'groups' => 'groups',
],
'oidc_login_disable_registration' => false,`,
      },
    ],
    notes: [
      'To make administrators, add `\'is_admin\' => \'is_nextcloud_admin\'` to the attributes, and the claim to the client: `tessera client set nextcloud-oidc-login --claim \'is_nextcloud_admin={"yes":"group:nextcloud-admins","no":"everyone"}\'`.',
    ],
    read: { from: "documentation", what: "Authelia's guide for app 3.2.2", date: "2026-08" },
  },
  {
    id: "owncloud",
    name: "ownCloud Infinite Scale",
    website: "https://owncloud.dev/ocis/",
    what: "files",
    people: "The sign-in page is that of Tessera, in the browser and in the apps.",
    address: { example: "https://cloud.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/", "{url}/oidc-callback.html", "{url}/oidc-silent-redirect.html"],
        inBrowser: true,
        secret: "none",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username", "name", "email", "groups"],
        postLogout: ["{url}/", "{url}"],
      },
      {
        suffix: "desktop",
        name: "ownCloud desktop",
        redirectUris: ["http://127.0.0.1", "http://localhost"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username"],
        published: {
          clientId: "xdXOt13JKxym1B1QcEncf2XDkLAexMBFwiT9j6EfhhHFJhs2KM9jbjTmf8JBXE69",
          secret: "UBntmLjC2yYCeHwsyj73Uwo9TAaecAetRwMw0xYcvNL9yRdLSUi0hUAHfvCHFeFh",
        },
      },
      {
        suffix: "android",
        name: "ownCloud for Android",
        redirectUris: ["oc://android.owncloud.com"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username"],
        published: {
          clientId: "e4rAsNUSIUs0lF4nbv9FmCeUkTlV9GdgTLDH1b5uie7syb90SzEVrbN7HIpmWJeD",
          secret: "dInFYGV33xKzhbRmpqQltYNdfLdJIfJ9L5ISoKhNoT9qZftpdWSP71VrpGR9pmoD",
        },
      },
      {
        suffix: "ios",
        name: "ownCloud for iOS",
        redirectUris: ["oc://ios.owncloud.com", "oc.ios://ios.owncloud.com"],
        secret: "header",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username"],
        published: {
          clientId: "mxd5OQDk6es5LzOzRvidJNfXLUZS2oN3oUFeXPP8LpPrhx3UroJFduGEYIBOxkY1",
          secret: "KFeFWWEZO9TkisIQzR3fo7hfiMXlOpaqP8CFuTbSHzV1TUuGECglPxpiVKJfOXIx",
        },
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of ocis",
        language: "env",
        text: `OCIS_OIDC_ISSUER={issuer}
WEB_OIDC_CLIENT_ID={client_id}
WEB_OIDC_SCOPE=openid profile email groups offline_access
PROXY_OIDC_REWRITE_WELLKNOWN=true
PROXY_OIDC_ACCESS_TOKEN_VERIFY_METHOD=none
PROXY_USER_OIDC_CLAIM=preferred_username
PROXY_USER_CS3_CLAIM=username
PROXY_AUTOPROVISION_ACCOUNTS=true
PROXY_AUTOPROVISION_CLAIM_USERNAME=preferred_username
PROXY_AUTOPROVISION_CLAIM_EMAIL=email
PROXY_AUTOPROVISION_CLAIM_DISPLAYNAME=name
PROXY_AUTOPROVISION_CLAIM_GROUPS=groups
OCIS_EXCLUDE_RUN_SERVICES=idp`,
      },
    ],
    notes: [
      "`PROXY_OIDC_ACCESS_TOKEN_VERIFY_METHOD=none` makes ownCloud ask userinfo about every token, so opaque tokens work.",
      "The browser asks this server directly. Add `{issuer}` to `connect-src` and `frame-src` of `csp.yaml`.",
      "The apps for the desktop, Android and iOS have identifiers and secrets of their own, which are published with them. They must be declared in the configuration.",
    ],
    read: { from: "documentation", what: "Authelia's guide for oCIS 4.0.5", date: "2026-08" },
  },
  {
    id: "opencloud",
    name: "OpenCloud",
    website: "https://opencloud.eu",
    what: "files",
    people: "The sign-in page is that of Tessera, in the browser and in the apps.",
    address: { example: "https://cloud.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/", "{url}/oidc-callback.html", "{url}/oidc-silent-redirect.html"],
        inBrowser: true,
        secret: "none",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username", "name", "email", "groups"],
        postLogout: ["{url}/", "{url}"],
      },
      {
        suffix: "desktop",
        name: "OpenCloud desktop",
        redirectUris: ["http://127.0.0.1", "http://localhost"],
        secret: "none",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username"],
      },
      {
        suffix: "android",
        name: "OpenCloud for Android",
        redirectUris: ["oc://android.opencloud.eu"],
        secret: "none",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username"],
      },
      {
        suffix: "ios",
        name: "OpenCloud for iOS",
        redirectUris: ["oc://ios.opencloud.eu", "oc.ios://ios.opencloud.eu"],
        secret: "none",
        scope: ["openid", "profile", "email", "groups", "offline_access"],
        pkce: "by itself",
        refreshes: true,
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username"],
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of opencloud",
        language: "env",
        text: `OC_OIDC_ISSUER={issuer}
OC_EXCLUDE_RUN_SERVICES=idp
PROXY_OIDC_REWRITE_WELLKNOWN=true
PROXY_OIDC_ACCESS_TOKEN_VERIFY_METHOD=none
PROXY_USER_OIDC_CLAIM=preferred_username
PROXY_AUTOPROVISION_ACCOUNTS=true
PROXY_AUTOPROVISION_CLAIM_USERNAME=preferred_username
PROXY_AUTOPROVISION_CLAIM_EMAIL=email
PROXY_AUTOPROVISION_CLAIM_DISPLAYNAME=name
PROXY_AUTOPROVISION_CLAIM_GROUPS=groups
PROXY_ROLE_ASSIGNMENT_DRIVER=oidc
GRAPH_ASSIGN_DEFAULT_USER_ROLE=false
WEBFINGER_WEB_OIDC_CLIENT_ID={client_id}
WEBFINGER_WEB_OIDC_CLIENT_SCOPES=openid profile email groups offline_access
WEBFINGER_DESKTOP_OIDC_CLIENT_ID={client_id:desktop}
WEBFINGER_DESKTOP_OIDC_CLIENT_SCOPES=openid profile email groups offline_access
WEBFINGER_ANDROID_OIDC_CLIENT_ID={client_id:android}
WEBFINGER_ANDROID_OIDC_CLIENT_SCOPES=openid profile email groups offline_access
WEBFINGER_IOS_OIDC_CLIENT_ID={client_id:ios}
WEBFINGER_IOS_OIDC_CLIENT_SCOPES=openid profile email groups offline_access`,
      },
      {
        where: "proxy.yaml, beside opencloud.yaml",
        language: "yaml",
        text: `role_assignment:
  driver: oidc
  oidc_role_mapper:
    role_claim: groups
    role_mapping:
      - role_name: admin
        claim_value: opencloud-admins
      - role_name: user
        claim_value: opencloud-users`,
      },
    ],
    notes: [
      "`PROXY_OIDC_ACCESS_TOKEN_VERIFY_METHOD=none` makes OpenCloud ask userinfo about every token. With `jwt` it checks a signature, which opaque tokens do not have.",
      "The roles need groups: a person in none of the mapped groups cannot sign in.",
      "The browser asks this server directly. Add `{issuer}` to `connect-src` and `frame-src` of `csp.yaml`.",
    ],
    read: { from: "documentation", what: "Authelia's guide for OpenCloud 7.2.2", date: "2026-08" },
  },
  {
    id: "filerise",
    name: "FileRise",
    website: "https://github.com/error311/FileRise",
    what: "files",
    people: "The button “Login with OIDC” on the sign-in page.",
    address: { example: "https://files.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/api/auth/auth.php?oidc=callback"],
        secret: "body",
        scope: ["openid", "profile", "email"],
        pkce: "by itself",
        responseMode: "form_post",
        idToken: ["sub"],
        userinfo: ["sub", "preferred_username"],
      },
    ],
    discovery: ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"],
    settings: [
      {
        where: "Admin Panel › OIDC Configuration & TOTP",
        fields: [
          ["OIDC Provider URL", "{issuer}"],
          ["OIDC Client ID", "{client_id}"],
          ["OIDC Client Secret", "{client_secret}"],
          ["OIDC Redirect URI", "{url}/api/auth/auth.php?oidc=callback"],
        ],
      },
    ],
    notes: [],
    read: { from: "documentation", what: "Authelia's guide for FileRise 1.3.9", date: "2026-08" },
  },
  {
    id: "paperless-ngx",
    name: "Paperless-ngx",
    website: "https://docs.paperless-ngx.com",
    what: "documents",
    people: "The button “Tessera” below the sign-in form.",
    address: { example: "https://paperless.example.org", path: true },
    clients: [
      {
        redirectUris: ["{url}/accounts/oidc/tessera/login/callback/"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: "by a setting",
        nonce: false,
        idToken: ["sub"],
        userinfo: ["sub", "email", "email_verified", "preferred_username", "name", "picture"],
      },
    ],
    discovery: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "jwks_uri",
      "token_endpoint_auth_methods_supported",
    ],
    settings: [
      {
        where: "the environment of paperless",
        language: "env",
        text: `PAPERLESS_APPS=allauth.socialaccount.providers.openid_connect
PAPERLESS_SOCIALACCOUNT_PROVIDERS={"openid_connect":{"SCOPE":["openid","profile","email"],"OAUTH_PKCE_ENABLED":true,"APPS":[{"provider_id":"tessera","name":"Tessera","client_id":"{client_id}","secret":"{client_secret}","settings":{"server_url":"{issuer}","token_auth_method":"client_secret_basic"}}]}}
PAPERLESS_SOCIAL_AUTO_SIGNUP=true`,
      },
    ],
    notes: [
      "The redirect URI has the `provider_id` and ends with a slash.",
      "An e-mail address counts as verified only if `email_verified` is true.",
    ],
    read: {
      from: "documentation",
      what: "Authelia's guide for Paperless 2.13.5; source of django-allauth",
      date: "2026-08",
    },
  },
  {
    id: "outline",
    name: "Outline",
    website: "https://www.getoutline.com",
    what: "a wiki",
    people: "The button “Continue with Tessera” on the sign-in page.",
    address: { example: "https://outline.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/auth/oidc.callback"],
        secret: "body",
        scope: ["openid", "profile", "email", "offline_access"],
        pkce: { never: "its sign-in library sends a secret only" },
        refreshes: true,
        nonce: false,
        idToken: null,
        userinfo: ["sub", "email", "name", "preferred_username"],
        postLogout: ["{url}", "{url}/"],
      },
    ],
    discovery: [],
    settings: [
      {
        where: "the environment of outline",
        language: "env",
        text: `URL={url}
OIDC_CLIENT_ID={client_id}
OIDC_CLIENT_SECRET={client_secret}
OIDC_AUTH_URI={authorize}
OIDC_TOKEN_URI={token}
OIDC_USERINFO_URI={userinfo}
OIDC_LOGOUT_URI={end_session}
OIDC_USERNAME_CLAIM=preferred_username
OIDC_DISPLAY_NAME=Tessera
OIDC_SCOPES=openid offline_access profile email`,
      },
    ],
    notes: [
      "Every person needs an e-mail address: Outline refuses a sign-in without one.",
      "The first person who signs in becomes the administrator of the workspace.",
    ],
    read: { from: "source", what: "outline/outline, and Authelia's guide for 0.65.2", date: "2026-08" },
  },
  {
    id: "linkwarden",
    name: "Linkwarden",
    website: "https://linkwarden.app",
    what: "bookmarks",
    people: "The button “Authelia” on the sign-in page: the name of the provider is fixed.",
    address: { example: "https://links.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/api/v1/auth/callback/authelia"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: { never: "its provider checks the state only" },
        nonce: false,
        idToken: ["sub", "email", "name", "preferred_username"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of linkwarden",
        language: "env",
        text: `NEXT_PUBLIC_AUTHELIA_ENABLED=true
AUTHELIA_WELLKNOWN_URL={discovery}
AUTHELIA_CLIENT_ID={client_id}
AUTHELIA_CLIENT_SECRET={client_secret}
NEXTAUTH_URL={url}/api/v1/auth`,
      },
    ],
    notes: [
      "The variables are those of Linkwarden's provider Authelia, which works with every OpenID provider.",
    ],
    read: { from: "documentation", what: "Authelia's guide for Linkwarden 2.9.2", date: "2026-08" },
  },
  {
    id: "karakeep",
    name: "Karakeep",
    website: "https://karakeep.app",
    what: "bookmarks",
    people: "The button “Sign in with Tessera” on the sign-in page.",
    address: { example: "https://keep.example.org", path: false },
    clients: [
      {
        redirectUris: ["{url}/api/auth/callback/custom"],
        secret: "header",
        scope: ["openid", "profile", "email"],
        pkce: { never: "its provider checks the state only" },
        nonce: false,
        idToken: ["sub", "email", "name"],
        userinfo: null,
      },
    ],
    discovery: ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"],
    settings: [
      {
        where: "the environment of karakeep",
        language: "env",
        text: `NEXTAUTH_URL={url}
OAUTH_WELLKNOWN_URL={discovery}
OAUTH_CLIENT_ID={client_id}
OAUTH_CLIENT_SECRET={client_secret}
OAUTH_PROVIDER_NAME=Tessera`,
      },
    ],
    notes: ["Every person needs an e-mail address. Karakeep reads it in the ID token."],
    read: { from: "documentation", what: "Authelia's guide for Karakeep 0.26.0", date: "2026-08" },
  },
];
