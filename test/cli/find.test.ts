/** `tessera find`: names and identifiers at the command line. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
const run = (...args: string[]) => tessera([...args, "--data", data]);
beforeAll(async () => {
  await run("user", "add", "ada", "--name", "Ada Lovelace", "--email", "countess@example.org", "--generate");
  await run(
    "client",
    "add",
    "--id",
    "wiki",
    "--name",
    "Wiki of the Team",
    "--redirect-uri",
    "https://wiki.example/cb",
  );
});
afterAll(removeTemporaryFolders);

test("finds people and applications by words of their names, and says which command shows more", async () => {
  const person = await run("find", "LOVEL");
  expect(person).toMatchObject({ code: 0, err: "" });
  expect(person.out).toMatch(/person +Ada Lovelace +tessera user show ada\n/);
  expect((await run("find", "countess@")).out).toContain("tessera user show ada");
  const client = await run("find", "team wik", "--json");
  expect(JSON.parse(client.out)).toMatchObject({
    clients: [{ client_id: "wiki" }],
    clients_complete: true,
    people: [],
  });
});

test("finds nothing without a fault, and takes no token", async () => {
  expect(await run("find", "zebra")).toMatchObject({ code: 0, out: "Nothing was found for 'zebra'.\n" });
  const token = await run("find", `tat_${"A".repeat(64)}`);
  expect(token.code).toBe(1);
  expect(token.err).toContain("tessera token inspect");
});
