import { expect, test } from "bun:test";
import { describeSettings, nearest } from "../../src/configuration/settings.ts";

test("every setting is explained, says what is allowed, and has its unit in its name", () => {
  const settings = describeSettings();
  expect(settings.length).toBeGreaterThan(60);
  for (const setting of settings) {
    expect(setting.description, setting.key).not.toBe("");
    expect(setting.allowed, setting.key).not.toBe("");
    if (/lifetimes\.|window/.test(setting.key) && !setting.table)
      expect(setting.unit, setting.key).toBe("seconds");
  }
});

test("every setting that is not in a list of tables has a variable", () => {
  const variables = describeSettings().filter((setting) => !setting.key.includes("[]"));
  for (const { key, variable } of variables) {
    expect(variable).toBe(`TESSERA_${key.toUpperCase().replaceAll(".", "__")}`);
  }
});

test("the nearest word is suggested only if it is near", () => {
  expect(nearest("issuerr", ["issuer", "data"])).toBe("issuer");
  expect(nearest("xyzzy", ["issuer", "data"])).toBeNull();
});
