/** Authorization details (RFC 9396) in the words of the operator and the language of the page. */
import type { Context } from "../operations/context.ts";
import { canonical, detailInWords, LONGEST_TEXT } from "../protocol/authorization-details.ts";
import type { Details } from "../rules/authorization-details.ts";
import { displayText } from "./display.ts";
import type { Texts } from "./texts.ts";

export interface DetailWords {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly values: readonly string[] }[];
}

/** Each detail once, however many permissions have it. */
export function detailWords(
  { catalogue }: Pick<Context, "catalogue">,
  { language, consent }: Texts,
  details: Details,
): DetailWords[] {
  const different = new Map((details ?? []).map((detail) => [canonical(detail), detail]));
  return [...different.values()].map((detail) => {
    const { title, rows } = detailInWords(catalogue.detailType(detail.type), detail, language);
    const inWords = (value: string | boolean): string => {
      if (typeof value === "boolean") return value ? consent.detailYes : consent.detailNo;
      return displayText(value, LONGEST_TEXT);
    };
    return {
      title: displayText(title, 200),
      rows: rows.map(({ label, values }) => ({ label: displayText(label), values: values.map(inWords) })),
    };
  });
}
