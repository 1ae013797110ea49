/** Whether a page fits the screen, and its texts can be read wherever the operator's picture is. */
import type { Page } from "playwright-core";

/** The texts with nothing between them and the picture of the operator, on which no colour can be read for certain. */
const textsOnPicture = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    if (getComputedStyle(document.body).backgroundImage === "none") return [];
    const hasGround = (element: Element | null): boolean =>
      element !== null &&
      element !== document.body &&
      (getComputedStyle(element).backgroundColor !== "rgba(0, 0, 0, 0)" || hasGround(element.parentElement));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const bare: string[] = [];
    while (texts.nextNode() !== null) {
      const { parentElement: parent, textContent: text } = texts.currentNode;
      const isSeen = parent?.checkVisibility() === true && parent.closest(".hidden, script") === null;
      if (isSeen && text?.trim() && !hasGround(parent)) bare.push(text);
    }
    return bare;
  });

/** A page that fits is no wider than the screen, so no person has to scroll sideways to a button. */
export const FITS = { overflow: 0, bare: [] };

export const fitOf = async (page: Page): Promise<{ overflow: number; bare: readonly string[] }> => ({
  overflow: await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth),
  bare: await textsOnPicture(page),
});
