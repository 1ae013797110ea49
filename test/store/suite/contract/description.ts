import { expect, test } from "bun:test";
import { type OpenContract, useContract } from "./setting.ts";

export function descriptionSuite(open: OpenContract): void {
  const { store } = useContract(open);

  test("a store says which engine it is, how much its data takes, and what time it is there", async () => {
    const { engine, version, bytes, millis } = await store().describe();
    expect(["sqlite", "postgresql"]).toContain(engine);
    expect(version).toMatch(/^\d+\.\d+/);
    if (bytes !== null) expect(bytes).toBeGreaterThan(4096);
    // The embedded database has no other clock than this process.
    expect(millis === null).toBe(engine === "sqlite");
    if (millis !== null) expect(Math.abs(Date.now() - millis)).toBeLessThan(600_000);
  });
}
