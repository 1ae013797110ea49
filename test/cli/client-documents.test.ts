/** The commands about metadata documents of clients. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Result, removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let host: Bun.Server<undefined>;
let name = "Notebook";
beforeAll(async () => {
  // A database to work on.
  await (await serve(data)).stop();
  host = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) =>
      Response.json({
        client_id: url.endsWith("/wrong") ? "https://other.example/" : url,
        client_name: name,
        redirect_uris: ["http://127.0.0.1/callback"],
      }),
  });
});
afterAll(async () => {
  await host.stop(true);
  removeTemporaryFolders();
});

const url = (path: string) => `http://127.0.0.1:${host.port}${path}`;
const LOCAL = ["--set", "client_id_metadata_documents.local=true", "--set", 'outbound.allow=["127.0.0.1"]'];
const client = (...args: string[]): Promise<Result> => tessera(["client", ...args, "--data", data, ...LOCAL]);
const json = async (...args: string[]) => JSON.parse((await client(...args, "--json")).out);

test("client fetch makes the client as its document says, and takes a change over", async () => {
  expect((await client("fetch", url("/client"))).out).toContain("Notebook is as its document says.");
  expect(await json("show", url("/client"))).toMatchObject({
    client_name: "Notebook",
    source: "metadata_document",
    token_endpoint_auth_method: "none",
  });
  name = "Diary";
  expect(await json("fetch", url("/client"))).toMatchObject({ client_name: "Diary" });
  const wrong = await client("fetch", url("/wrong"));
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("is not the URL of the document")]);
  expect((await client("fetch", "notebook")).err).toContain("is not an https URL");
});

test("client list --source shows those of one kind alone", async () => {
  expect(
    (await json("list", "--source", "metadata_document")).map(
      (each: { client_id: string }) => each.client_id,
    ),
  ).toEqual([url("/client")]);
  expect((await client("list", "--source", "registration")).out).toContain("There are no such clients.");
  expect((await client("list", "--source", "x")).err).toContain("metadata_document");
});

test("client block refuses the clients of a host until it is unblocked", async () => {
  expect((await client("blocks")).out).toContain("Nothing is blocked.");
  expect((await client("block", "127.0.0.1")).out).toContain("tessera client unblock 127.0.0.1");
  expect((await client("list")).out).toContain("blocked");
  expect(await json("blocks")).toEqual([{ pattern: "127.0.0.1", created_at: expect.any(String) }]);
  expect((await client("fetch", url("/client"))).err).toContain("takes no client ID metadata document");
  expect((await client("unblock", "127.0.0.1")).out).toContain("taken from 127.0.0.1 again");
  expect((await json("show", url("/client"))).disabled_at).toBeNull();
  expect((await client("unblock", "127.0.0.1")).err).toContain("is not blocked");
  expect((await client("block", "no host")).err).toContain("an https URL with a path");
});
