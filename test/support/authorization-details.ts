/** A bank and an archive, for tests of authorization details (RFC 9396). */
import type { ConfigurationInput } from "../../src/configuration/schema.ts";
import { EXCHANGE_GRANT } from "./exchange.ts";
import { SECRET, TEST_CONFIGURATION } from "./server.ts";

export const BANK = "https://bank.example/";
export const ARCHIVE = "https://archive.example/";

/** `web` may use all three types, `native` none, and clients that register themselves the archive's. */
export const DETAILS_CONFIGURATION: ConfigurationInput = {
  registration: { mode: "open" },
  resources: [
    ...(TEST_CONFIGURATION.resources ?? []),
    { identifier: BANK, name: "Bank", introspection_clients: ["mail-server"] },
    { identifier: ARCHIVE, name: "Archive", access_token_format: "jwt" },
  ],
  authorization_details_types: [
    {
      type: "payment",
      title: { en: "Make a payment", de: "Eine Zahlung ausführen" },
      resources: [BANK],
      fields: [
        { name: "amount.value", label: { en: "Amount", de: "Betrag" }, required: true },
        {
          name: "amount.currency",
          label: { en: "Currency", de: "Währung" },
          required: true,
          values: { EUR: "Euro", USD: { en: "US dollar", de: "US-Dollar" } },
        },
        { name: "payee", label: { en: "To", de: "An" }, required: true },
        { name: "urgent", label: { en: "Urgent", de: "Eilig" }, kind: "boolean" },
      ],
    },
    {
      type: "account_information",
      title: "See an account",
      resources: [BANK],
      remember: true,
      fields: [
        { name: "iban" },
        { name: "days", kind: "number" },
        {
          name: "actions",
          kind: "texts",
          required: true,
          values: { balances: "See the balance", transactions: "See the transactions" },
        },
      ],
    },
    { type: "transfer", title: "Move money", resources: [BANK], minimum_acr: "2" },
    { type: "documents", title: "Read documents", resources: [ARCHIVE], self_registered: true },
  ],
  clients: [
    ...(TEST_CONFIGURATION.clients ?? []).map((client) =>
      ["web", "television"].includes(client.client_id)
        ? {
            ...client,
            authorization_details_types: ["payment", "account_information", "transfer", "documents"],
          }
        : client,
    ),
    {
      client_id: "bank-app",
      client_name: "Bank",
      redirect_uris: ["https://bank.example/cb"],
      secrets: [SECRET],
      grant_types: ["authorization_code", EXCHANGE_GRANT],
    },
  ],
  token_exchange: [{ client: "bank-app", from_resources: [BANK], resources: [BANK] }],
};

export const PAYMENT = {
  type: "payment",
  amount: { value: "123.50", currency: "EUR" },
  payee: "Merchant A",
} as const;
export const ACCOUNT_INFORMATION = {
  type: "account_information",
  iban: "DE40100100103307118608",
  actions: ["balances", "transactions"],
} as const;
export const DOCUMENTS = { type: "documents" } as const;

export const written = (...details: readonly unknown[]): string => JSON.stringify(details);
