/** The clients, the person and the scope that every contender has. */
export const APP = { id: "bench-app", secret: "nobody-keeps-this-secret-of-the-app" } as const;
export const API = { id: "bench-api", secret: "nobody-keeps-this-secret-of-the-api" } as const;
export const DEVICE = { id: "bench-device" } as const;
export const PERSON = { username: "ada", password: "correct horse battery staple" } as const;
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
