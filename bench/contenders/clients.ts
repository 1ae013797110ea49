/** The clients, the person and the scope that every contender has. */
export const APP = { id: "bench-app", secret: "not-a-secret-but-long-enough-for-the-app" } as const;
export const API = { id: "bench-api", secret: "not-a-secret-but-long-enough-for-the-api" } as const;
export const DEVICE = { id: "bench-device" } as const;
/** The apps that sign people in with OpenID Connect, each with the algorithm of its ID tokens. */
export const OPENID_APPS = {
  RS256: { id: "bench-openid", secret: "not-a-secret-but-long-enough-for-the-openid-app" },
  ES256: { id: "bench-openid-es", secret: "not-a-secret-but-long-enough-for-the-es256-app" },
} as const;
export const OPENID_SCOPE = "openid profile email";
/** The app of the API that checks access tokens by their signature. */
export const SIGNED_APP = {
  id: "bench-signed",
  secret: "not-a-secret-but-long-enough-for-the-signed-app",
} as const;
export const SIGNED_SCOPE = "files";
export const SIGNED_RESOURCE = "https://files.bench.example";
/** The API that authenticates with a signature. Its key is of no use anywhere else. */
export const SIGNING_API = { id: "bench-signing-api", algorithm: "ES256", kid: "bench" } as const;
export const PERSON = {
  username: "ada",
  password: "correct horse battery staple",
  name: "Ada Lovelace",
  email: "ada@bench.example",
} as const;
export const SCOPE = "mail";
export const RESOURCE = "https://mail.bench.example";
export const REDIRECT_URI = "https://app.bench.example/callback";
export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
/** The example of RFC 7636, appendix B. */
export const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** RFC 6749 §2.3.1. These credentials need no encoding. */
export const basic = ({ id, secret }: { readonly id: string; readonly secret: string }): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
