/** A refusal that only a page can have. error-page.tsx turns it into a response. */
export type PageErrorKind =
  /** The form's token is of another purpose, or its sealed data was changed. */
  | "form_expired"
  /** Another site sent the form. */
  | "form_foreign"
  /** The setup link is unknown, used, replaced or too old. */
  | "setup_link"
  /** A link that this server does not know, or that is not for this page. */
  | "link_unknown"
  /** It was used as often as it may be. */
  | "link_used"
  /** It is too old. */
  | "link_expired";

export class PageError extends Error {
  override readonly name = "PageError";
  constructor(readonly kind: PageErrorKind) {
    super(kind);
  }
}

/** An error in the middle of what a form asked for. The error page offers the page at `again`, a path of ours. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  constructor(
    readonly again: string,
    override readonly cause: unknown,
  ) {
    super("interrupted");
  }
}

/** Does the work of a form. If it fails, the error page offers the page at `again`, with what the form needs in its query. */
export async function offering(again: string, work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    throw new Interrupted(again, error);
  }
}
