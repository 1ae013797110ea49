/** The languages of the pages, as metadata names them (RFC 8414 §2: `ui_locales_supported`). pages/texts.ts has their words. */
export const UI_LOCALES = ["en", "de", "ar", "es", "fr", "it", "nl", "pl"] as const;
