/** `tessera resource …`: the metadata of APIs (RFC 9728). */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { proves } from "../support/proves.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

const folder = temporaryFolder();
const file = join(folder, "tessera.toml");
writeFileSync(
  file,
  `
issuer = "https://auth.example.org"
data = ${JSON.stringify(join(folder, "data"))}
[[scopes]]
name = "notes.read"
description = "Read your notes"
[[resources]]
identifier = "https://notes.example.org/api"
name = { en = "Notes", de = "Notizen" }
scopes = ["notes.read"]
documentation_uri = "https://notes.example.org/docs"
access_token_seconds = 300
[[resources]]
identifier = "http://notes.lan"
listed = false
[[resources]]
identifier = "urn:example:notes"
`,
);
afterAll(removeTemporaryFolders);

const run = (...args: string[]) => tessera(["resource", ...args, "--config", file]);

describe("tessera resource", () => {
  test(
    proves(
      "show prints the document for a file, and beside it where to serve it",
      "RFC 9728 3-1",
      "RFC 9728 3.3-1",
    ),
    async () => {
      const { code, out, err } = await run("show", "https://notes.example.org/api");
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual({
        resource: "https://notes.example.org/api",
        authorization_servers: ["https://auth.example.org"],
        scopes_supported: ["notes.read"],
        bearer_methods_supported: ["header"],
        resource_name: "Notes",
        "resource_name#en": "Notes",
        "resource_name#de": "Notizen",
        resource_documentation: "https://notes.example.org/docs",
      });
      expect(err).toBe("Serve this at https://notes.example.org/.well-known/oauth-protected-resource/api\n");
    },
  );

  test(
    proves("show warns of an address without TLS, and refuses what is no address", "RFC 9728 1.2-1"),
    async () => {
      expect((await run("show", "http://notes.lan/")).err).toContain("no TLS");
      const urn = await run("show", "urn:example:notes");
      expect(urn.code).toBe(1);
      expect(urn.err).toContain("no web address");
    },
  );

  test("show names the way on for this server itself and for what it does not know", async () => {
    const self = await run("show", "https://auth.example.org/");
    expect(self.code).toBe(1);
    expect(self.err).toContain("is this server itself");
    expect((await run("show", "https://other.example")).err).toContain("Declare it in [[resources]]");
    const issuer = await run("show", "http://notes.lan", "--issuer", "https://other.example");
    expect(JSON.parse(issuer.out)).toMatchObject({ authorization_servers: ["https://other.example"] });
  });

  test("list shows the declared ones, as a table and as JSON", async () => {
    const { out } = await run("list");
    expect(out).toContain("https://notes.example.org/api  Notes");
    expect(out).toContain("5 minutes");
    expect(out).not.toContain("https://auth.example.org ");
    expect(JSON.parse((await run("list", "--json")).out)).toMatchObject([
      { metadata_url: "https://notes.example.org/.well-known/oauth-protected-resource/api", listed: true },
      { metadata_url: "http://notes.lan/.well-known/oauth-protected-resource", listed: false },
      { metadata_url: null },
    ]);
    const bare = await tessera(["resource", "list", "--set", `data=${join(folder, "bare")}`]);
    expect(bare.out).toContain("No API is declared");
  });

  test("the help says where to serve the document", async () => {
    const { out } = await tessera(["resource", "show", "--help"]);
    expect(out).toContain("/.well-known/oauth-protected-resource comes between the host and the path");
    expect(out).toContain('WWW-Authenticate: Bearer resource_metadata="');
  });
});
