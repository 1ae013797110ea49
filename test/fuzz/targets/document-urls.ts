/** Client identifiers that are URLs, compared with what would be fetched: a second spelling would be a second client of one host. */

import fc from "fast-check";
import { checkMetadataDocument } from "../../../src/clients/metadata-document.ts";
import {
  documentHost,
  documentUrlFault,
  fitsDocumentPattern,
  isDocumentPattern,
  isDocumentUrl,
} from "../../../src/protocol/document-url.ts";
import { mustBe, refusedWith } from "../checks.ts";
import { property, type Target } from "../target.ts";
import { anyText, spoilt, textOf } from "../texts.ts";
import { policy } from "./documents.ts";

const SOUND = [
  "https://app.example/client",
  "https://app.example:8443/a/client.json?v=1",
  "https://xn--bcher-kva.example/",
] as const;

const inOrder = fc
  .tuple(
    fc.constantFrom("https://", "https://", "http://", "HTTPS://", "https:/", "https:", "ftp://"),
    fc.constantFrom("", "", "me@", "me:x@", ":@"),
    fc.constantFrom(
      ...["app.example", "App.example", "app.example.", "127.1", "0x7f.1", "[::1]", "[::ffff:7f00:1]"],
      ...["2130706433", "localhost", "app%2eexample", "app.example\\", "①②⑦.⓪.⓪.①", ""],
    ),
    fc.constantFrom("", "", ":443", ":8443", ":0", ":", ":65536"),
    fc.constantFrom("", "/", "/client", "/a/../b", "/./b", "/%2e%2e/b", "/a%2fb", "/a%5cb", "//b", "/a;b"),
    fc.constantFrom("", "", "?v=1", "?", "#", "#a", "?a=../b"),
  )
  .map((parts) => parts.join(""));

const url = fc.oneof(
  spoilt(fc.constantFrom(...SOUND)),
  inOrder,
  textOf(["https://", "app.example", ":443", "/", "..", "%2e", "@", "#", "?", "\\", "client"]),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  anyText,
);

const fetched = property("URLs of metadata documents", 400, url, (text) => {
  if (documentUrlFault(text, { local: false }) !== null) return;
  mustBe(isDocumentUrl(text), true, "it is seen as one");
  const parsed = new URL(text);
  mustBe(parsed.href, text, "fetched as it is written");
  mustBe(parsed.protocol, "https:", "in the dark");
  mustBe([parsed.username, parsed.password, parsed.hash], ["", "", ""], "nothing but a place");
  mustBe(documentHost(text), parsed.host, "the host that the page shows");
  mustBe(fitsDocumentPattern(text, parsed.hostname), true, "a block of the host finds it");
  mustBe(isDocumentPattern(text), true, "it can be blocked by itself");
  mustBe(fitsDocumentPattern(text, text), true, "a block of the URL finds it");
});

const body = fc.oneof(
  spoilt(
    fc.constantFrom(
      JSON.stringify({ client_id: SOUND[0], redirect_uris: ["https://app.example/"] }),
      JSON.stringify({ client_id: SOUND[0], redirect_uris: ["http://127.0.0.1/"], grant_types: ["x"] }),
    ),
  ),
  fc.json(),
  anyText,
);

const read = property("metadata documents", 300, body, (text) => {
  const check = () => checkMetadataDocument(SOUND[0], text, policy);
  if (refusedWith(["client_document_refused"], check)) return;
  mustBe(JSON.parse(text).client_id, SOUND[0], "of this client");
  mustBe(check().tokenEndpointAuthMethod, "none", "without a secret");
});

export const DOCUMENT_URL_TARGETS: readonly Target[] = [fetched, read];
