/** OpenID Connect Core §8: public and pairwise identifiers. */
import { describe, expect, test } from "bun:test";
import { serverKeys } from "../../src/platform/keys.ts";
import { subjectFor } from "../../src/rules/subject.ts";
import { newClient, redirectUri } from "../store/records.ts";
import { proves } from "../support/proves.ts";

const context = { keys: serverKeys(new Uint8Array(32).fill(7)) };
const pairwise = (host: string) =>
  newClient({ subjectType: "pairwise", redirectUris: [redirectUri(`https://${host}/cb`)] });

describe("the identifier of a person for a client", () => {
  test("is the person's own for a public client", () => {
    expect(subjectFor(context, newClient(), "acc_1")).toBe("acc_1");
  });

  test(
    proves(
      "is the same for all clients of a sector, and another for each sector and person",
      "OpenID Core 8.1-1",
      "OpenID Core 8.1-2",
      "OpenID Core 8.1-5",
      "OpenID Core 8.1-6",
    ),
    () => {
      const one = subjectFor(context, pairwise("one.example"), "acc_1");
      expect(subjectFor(context, pairwise("one.example"), "acc_1")).toBe(one);
      const others = [
        subjectFor(context, pairwise("two.example"), "acc_1"),
        subjectFor(context, pairwise("one.example"), "acc_2"),
        subjectFor({ keys: serverKeys(new Uint8Array(32).fill(8)) }, pairwise("one.example"), "acc_1"),
      ];
      expect(new Set([one, ...others]).size).toBe(4);
      expect(one).toMatch(/^pw_[A-Za-z0-9_-]{43}$/);
      expect(one).not.toContain("acc_1");
    },
  );

  test("two applications on one person's computer share none", () => {
    const native = () =>
      newClient({ subjectType: "pairwise", redirectUris: [redirectUri("http://localhost/cb")] });
    expect(subjectFor(context, native(), "acc_1")).not.toBe(subjectFor(context, native(), "acc_1"));
  });
});
