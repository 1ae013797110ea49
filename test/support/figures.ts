/** What the suite counts while it runs, for whoever reads its output. */
export function figure(text: string): void {
  console.log(`  figure: ${text}`);
}
