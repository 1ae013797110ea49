import { describe, expect, test } from "bun:test";
import { insert } from "../../../../src/store/contract.ts";
import { type OpenContract, useContract } from "./setting.ts";
import { boxes, newBox } from "./tables.ts";

export function figuresSuite(open: OpenContract): void {
  describe("the figures", () => {
    const { store } = useContract(open);

    test("say how many commits are under way, and the space or the connections that there are", async () => {
      const commits = Array.from({ length: 5 }, () => store().commit({ changes: [insert(boxes, newBox())] }));
      const { lanes, disk } = await store().figures();
      await Promise.all(commits);
      const after = await store().figures();
      const writing = lanes.find(({ lane }) => lane === "write");
      // Some may be done by now.
      expect(writing?.waiting).toBeGreaterThanOrEqual(0);
      expect(writing?.waiting).toBeLessThanOrEqual(5);
      expect(after.lanes.map(({ waiting }) => waiting)).toEqual(lanes.map(() => 0));
      for (const { connections } of after.lanes) {
        if (connections === null) continue;
        expect(connections.most).toBeGreaterThan(0);
        expect(connections.inUse).toBe(0);
      }
      if (disk === null) expect(lanes.every(({ connections }) => connections !== null)).toBe(true);
      else {
        expect(disk.database).toBeGreaterThan(0);
        expect(disk.free).toBeGreaterThan(0);
        expect(disk.size).toBeGreaterThan(disk.free);
      }
    });
  });
}
