/** A refusal that only a page can have. error-page.tsx turns it into a response. */
export type PageErrorKind =
  /** The form's token is missing, too old, of another browser or of another purpose. */
  | "form_expired"
  /** Another site sent the form. */
  | "form_foreign"
  /** The setup link is unknown, used, replaced or too old. */
  | "setup_link";

export class PageError extends Error {
  override readonly name = "PageError";
  constructor(readonly kind: PageErrorKind) {
    super(kind);
  }
}
