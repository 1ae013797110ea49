/** Texts that people tell apart by looking at them: names. */

/** Control and format characters, private use, and characters that are drawn as nothing. They make one name look like another. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]/u;

export const hasInvisible = (text: string): boolean => INVISIBLE.test(text);

/** Whether there is nothing to read: no character, or only spaces and invisible ones. */
export const isBlank = (text: string): boolean => text.replace(new RegExp(INVISIBLE, "gu"), "").trim() === "";
