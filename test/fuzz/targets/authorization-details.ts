/** Authorization details: what is accepted is shown whole, so a person allows nothing that the page does not say. */
import fc from "fast-check";
import { parse } from "valibot";
import { configurationSchema } from "../../../src/configuration/schema.ts";
import { displayText } from "../../../src/pages/display.ts";
import {
  canonical,
  detailInWords,
  LONGEST_DETAILS_BYTES,
  LONGEST_TEXT,
  MOST_DETAILS,
} from "../../../src/protocol/authorization-details.ts";
import { createCatalogue } from "../../../src/protocol/catalogue.ts";
import { type Details, narrowedDetails, requestedDetails } from "../../../src/rules/authorization-details.ts";
import {
  ACCOUNT_INFORMATION,
  DETAILS_CONFIGURATION,
  PAYMENT,
  written,
} from "../../support/authorization-details.ts";
import { TEST_CONFIGURATION } from "../../support/server.ts";
import { mustBe, refusedWith } from "../checks.ts";
import { property, type Target } from "../target.ts";
import { anyText, spoilt, textOf } from "../texts.ts";

const catalogue = createCatalogue({
  ...parse(configurationSchema, { ...TEST_CONFIGURATION, ...DETAILS_CONFIGURATION }),
  issuer: "https://auth.example",
});
const client = {
  authorizationDetailsTypes: ["payment", "account_information", "documents"],
  source: "configuration",
} as const;

const EXAMPLE = written(PAYMENT, ACCOUNT_INFORMATION);
const value = fc.oneof(anyText, fc.jsonValue({ maxDepth: 2 }));
const detailsText = fc.oneof(
  spoilt(fc.constant(EXAMPLE)),
  fc
    .tuple(anyText, anyText)
    .map(([payee, amount]) => written({ ...PAYMENT, payee, amount: { value: amount, currency: "USD" } })),
  fc
    .dictionary(fc.constantFrom("type", "payee", "amount", "urgent", "__proto__", "amount.value"), value)
    .map((more) => JSON.stringify([{ ...PAYMENT, ...more }])),
  fc.json({ maxDepth: 6 }),
  textOf(["[", "]", "{", "}", '"type":"documents"', ",", "1e400", '"payee"', ":"]),
  anyText,
);

/** Every value in a JSON text but the type, as a page would write it. */
const leaves = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];

const details = property("authorization details", 400, detailsText, (text) => {
  let found: Details = null;
  const reasons = ["authorization_details_malformed", "authorization_details_type_unknown"] as const;
  if (refusedWith(reasons, () => (found = requestedDetails(catalogue, client, text)))) return;
  const all: Details = found;
  if (all === null) throw new Error("nothing came of it");
  mustBe(
    Buffer.byteLength(text) <= LONGEST_DETAILS_BYTES && (all as readonly unknown[]).length <= MOST_DETAILS,
    true,
    "in bounds",
  );
  mustBe(
    canonical(JSON.parse(JSON.stringify(all))),
    canonical(JSON.parse(text)),
    "what was sent, and JSON can keep it",
  );
  mustBe(narrowedDetails(all, text), all, "the same again is no more");
  for (const { type, ...fields } of all as NonNullable<Details>) {
    const entry = catalogue.detailType(type);
    const shown = detailInWords(entry, { type, ...fields }, "en").rows.flatMap(({ values }) =>
      values.map(String),
    );
    mustBe(shown.length, leaves(fields).length, "each value is shown");
    for (const one of shown) mustBe(displayText(one, LONGEST_TEXT), one, "shown whole");
  }
});

export const DETAIL_TARGETS: readonly Target[] = [details];
