/** The settings of clients that publish a metadata document (draft-ietf-oauth-client-id-metadata-document). */
import * as v from "valibot";
import { isDocumentPattern } from "../protocol/document-url.ts";
import { count, optional, seconds, table, words } from "./values.ts";

const patterns = (description: string) =>
  v.pipe(
    v.optional(
      v.array(
        v.pipe(v.string(), v.check(isDocumentPattern, "a host, *. and a host, or an https URL with a path")),
      ),
      [],
    ),
    words({
      allowed:
        "hosts (claude.ai), hosts below one (*.example.com), URLs (https://app.example/client.json), and URLs with a slash at the end for all below",
      description,
    }),
  );

export const clientIdMetadataDocuments = v.pipe(
  v.optional(
    table({
      mode: optional(v.picklist(["open", "listed", "off"]), {
        fallback: "open if registration.mode is open, and off otherwise",
        description:
          "Whose documents are taken. open: all but denied ones; listed: those that allow names; off: none.",
      }),
      allow: patterns("Where documents are taken from if mode is listed."),
      deny: patterns("Where no document is taken from."),
      local: v.pipe(
        v.optional(v.boolean(), false),
        v.description(
          "Whether documents may be on this machine (http://localhost), for development. outbound.allow must name the host too.",
        ),
      ),
      fresh_seconds_least: seconds(
        "A document is fetched again at an authorization request after this long, even if its server says sooner.",
        300,
        60,
      ),
      fresh_seconds_most: seconds(
        "A document is fetched again after this long, even if its server says later.",
        86_400,
        60,
      ),
      stale_seconds: seconds(
        "For this long after the last fetch a known client works although its server does not answer.",
        86_400,
        0,
      ),
      fetches_per_host: count(
        "How many documents are fetched from one host within a minute: so many that strangers name, as many that people use here, and as many first ones of further networks.",
        30,
      ),
      fetches_per_address: count(
        "How many documents of applications that no person uses here are fetched for one address within a minute.",
        20,
      ),
    }),
    {},
  ),
  v.description("Clients whose identifier is the URL of a document that describes them."),
);
