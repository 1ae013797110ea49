/** The addresses of this server itself, to which no answer to a client may go. */
import type { Listener } from "../platform/listen.ts";
import { isLocalHost, LOOPBACK_HOSTS } from "../protocol/redirect-uri.ts";

const EVERY_ADDRESS = ["0.0.0.0", "::", "[::]"];

/**
 * The origins at which this server may answer: the issuer's and those of its listeners. A redirect URI there could turn an
 * answer into a request to the server.
 */
export function ownOrigins({
  issuer,
  listen,
}: {
  readonly issuer: string;
  readonly listen: readonly Listener[];
}): ReadonlySet<string> {
  const own = listen.flatMap(({ host, port, tls, unix }) =>
    unix !== undefined
      ? []
      : hostsOf(host).map((name) => `${tls === undefined ? "http" : "https"}://${name}:${port}`),
  );
  return new Set([issuer, ...own].filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));
}

/** The names by which a browser on this machine reaches a listener. */
function hostsOf(host: string): string[] {
  const written = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const isLocal = isLocalHost(written) || EVERY_ADDRESS.includes(host);
  return isLocal ? [...LOOPBACK_HOSTS, written] : [written];
}
