/** RFC 9126 §2.2: the form of the `request_uri` of a pushed request. The credential in it is what makes it hard to guess. */

const PREFIX = "urn:ietf:params:oauth:request_uri:";

export const requestUriOf = (credential: string): string => PREFIX + credential;

/** The credential of a `request_uri` that this server may have given out; null for every other one. */
export const credentialIn = (requestUri: string): string | null =>
  requestUri.startsWith(PREFIX) ? requestUri.slice(PREFIX.length) : null;
