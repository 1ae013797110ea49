/** Prints a test's measurement as a line that the run of the whole suite shows. */
export function figure(text: string): void {
  console.log(`  figure: ${text}`);
}
