/** @jsxImportSource hono/jsx */
/**
 * The page for a browser that came by another address than the issuer. Where it cannot sign in, it would meet the sign-in
 * form again and again, because it does not send the cookie.
 *
 * The headers of a request only decide whether this page is shown; the page names the issuer, never the Host header. A proxy
 * may send another Host than the browser, or say nothing of TLS. So the page sets the cookie, and a browser that sends the
 * cookie never sees it: where cookies work, it is shown once at most, and its link leads on (decision 40).
 */
import type { Context } from "../operations/context.ts";
import type { Incoming } from "../platform/http.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { pageFrame } from "./frame.ts";
import { respondWithPage } from "./respond.tsx";
import { type OtherAddress, OtherAddressView } from "./views/other-address.tsx";

/** Null for all requests but those of a browser that opens a page by another address. */
export function otherAddressPage(context: Context, incoming: Incoming): Promise<Response> | null {
  const { issuer, sessionCookie } = context;
  const { request, path, query } = incoming;
  const here = query === "" ? path : `${path}?${query}`;
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") return null;
  // Programs get the answer that they asked for.
  if (!headers.get("accept")?.includes("text/html")) return null;
  if (sessionCookie.read(request) !== null) return null;
  const fault = otherAddress(issuer, request);
  if (fault === null) return null;
  context.log.info("a browser came by another address than the issuer", {
    endpoint: path,
    fault,
    request: incoming.requestId,
  });
  const view = (
    <OtherAddressView
      frame={pageFrame(context, incoming)}
      fault={fault}
      address={issuer.identifier}
      there={issuer.origin + here}
      here={here}
    />
  );
  // RFC 9110 §15.5.20.
  return respondWithPage(view, {
    status: 421,
    setCookie: sessionCookie.write(sessionCookie.anonymous()),
    leads: "on_to_client",
  });
}

/**
 * With an https issuer only the missing TLS counts: a proxy that sends its own Host is common, and the cookie works behind
 * it. With an http issuer the Host counts.
 */
export function otherAddress(issuer: Issuer, request: Request): OtherAddress | null {
  if (issuer.isEncrypted) return cameEncrypted(request) ? null : "insecure";
  const host = request.headers.get("host");
  return host === null || withoutDefaultPort(host) === issuer.host ? null : "other_host";
}

/** Whether the browser says, or a proxy or our own listener knows, that the connection of the browser is safe. */
function cameEncrypted({ url, headers }: Request): boolean {
  if (url.startsWith("https:")) return true;
  // Browsers send this header to trustworthy addresses only: https, and localhost, where secure cookies work (W3C Fetch
  // Metadata §3).
  if (headers.has("sec-fetch-site")) return true;
  if (/^https\b/i.test(headers.get("x-forwarded-proto") ?? "")) return true;
  return /\bproto="?https\b/i.test(headers.get("forwarded") ?? "");
}

const withoutDefaultPort = (host: string): string => host.toLowerCase().replace(/:80$/, "");
