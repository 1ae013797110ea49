/**
 * Whether the browser says that a page of ours does what its policy forbids. A test that types before the browser has put the cursor into
 * the first field is told that it came first, which is no complaint.
 */
export const isComplaint = (text: string): boolean =>
  /policy|refused|blocked|violat/i.test(text) && !text.startsWith("Autofocus processing was blocked");
