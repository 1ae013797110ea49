import { describe, expect, test } from "bun:test";
import { beginningsOf, wordsOf } from "../../src/protocol/words.ts";

describe("the words of a name", () => {
  test.each([
    ["Team Wiki", ["team", "wiki"]],
    ["  Café-Crème (2026)!", ["cafe", "creme", "2026"]],
    ["STRASSE Straße", ["strasse", "strasse"]],
    ["Søren Kierkegaard, Łódź", ["soren", "kierkegaard", "lodz"]],
    ["ΟΔΥΣΣΕΥΣ Οδυσσεύς", ["οδυσσευσ", "οδυσσευσ"]],
    ["Istanbul İstanbul ıstanbul", ["istanbul", "istanbul", "istanbul"]],
    ["ﬁle ⅷ", ["file", "viii"]],
    ["https://app.example/client.json", ["https", "app", "example", "client", "json"]],
    ["🙂 — …", []],
    ["", []],
  ])("%p are %p", (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });

  test("are no longer than the index takes", () => {
    expect(wordsOf("x".repeat(5000))).toEqual(["x".repeat(40)]);
  });

  test("begin anywhere in a script that writes no spaces, and else at their beginning", () => {
    expect(beginningsOf("東京アプリ")).toEqual(
      ["東京アプリ", "京アプリ", "アプリ", "フリ", "リ"].map(folded),
    );
    expect(beginningsOf("Wiki")).toEqual(["wiki"]);
  });
});

/** Marks of kana are marks. */
const folded = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "");
