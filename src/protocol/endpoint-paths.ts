/** Paths below the issuer that operations name too. endpoints/paths.ts has all of them. */
export const TOKEN_PATH = "/auth/token";
