/** Fetch §4.10: the request headers that a preflight allows to scripts on other sites. */

/** Always allowed. Browsers do not count Authorization among the headers of a `*`, and it must be named. */
const OWN_HEADERS = ["Authorization", "Content-Type", "DPoP", "MCP-Protocol-Version"];

/** Bounds the answer; browsers ask for a handful. */
const MAXIMUM_NAMES = 32;
const MAXIMUM_CHARACTERS = 2000;

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * The value of `Access-Control-Allow-Headers`: our own headers and those that the browser asks for. Tracing and monitoring
 * scripts add headers to each request of a page (`traceparent`, `sentry-trace`), and no header gives a script more here.
 * `asked`: `Access-Control-Request-Headers`. One that is malformed or too long adds nothing.
 */
export function allowedRequestHeaders(asked: string | null): string {
  const own = new Set(OWN_HEADERS.map((name) => name.toLowerCase()));
  const names = asked === null || asked.length > MAXIMUM_CHARACTERS ? [] : asked.split(",");
  const more = new Set(
    names.map((name) => name.trim().toLowerCase()).filter((name) => name !== "" && !own.has(name)),
  );
  const isSound = more.size <= MAXIMUM_NAMES && [...more].every((name) => TOKEN.test(name));
  return [...OWN_HEADERS, ...(isSound ? more : [])].join(", ");
}
