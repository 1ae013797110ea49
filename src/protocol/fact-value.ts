/** The value of an attribute or a claim, as the operator writes it in one text. */
export type FactValue = string | number | boolean | readonly string[];

/** A number, true, false, a list of texts as JSON, or a text. A text in double quotes stays a text. Null for a list of anything else. */
export function readFactValue(text: string): FactValue | null {
  if (text === "true" || text === "false") return text === "true";
  if (/^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/.test(text)) return Number(text);
  if (!/^(\[.*\]|".*")$/s.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "string") return value;
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  } catch {
    // As below.
  }
  return null;
}
