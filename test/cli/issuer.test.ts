/** `tessera issuer`, with issuers in this process. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startIssuer, type TestIssuer } from "../support/issuers.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

let good: TestIssuer;
let bad: TestIssuer;
let flags: string[];
beforeAll(async () => {
  [good, bad] = await Promise.all([startIssuer(), startIssuer()]);
  const folder = temporaryFolder();
  const keys = join(folder, "keys.json");
  writeFileSync(keys, JSON.stringify({ keys: [good.publicJwk] }));
  const file = join(folder, "tessera.toml");
  writeFileSync(
    file,
    `
data = "${folder}/data"
outbound.allow = ["127.0.0.1"]

[[trusted_issuers]]
issuer = "${good.issuer}"

[[trusted_issuers]]
issuer = "${bad.issuer}"

[[trusted_issuers]]
issuer = "spiffe://prod.example"
jwks_file = "${keys}"

[[scopes]]
name = "files"
description = "Files"

[[trusted_issuers]]
issuer = "https://idp.example"
people = { by = "username", clients = ["agent"], scope = ["files"] }

[[clients]]
client_id = "api"
secrets = ["a secret that is long enough"]
workloads = [{ issuer = "${good.issuer}", subject = "a:b" }]
`,
  );
  flags = ["--config", file];
});
afterAll(async () => {
  await Promise.all([good.stop(), bad.stop()]);
  removeTemporaryFolders();
});

test("lists the issuers, and what each may do", async () => {
  const { code, out } = await tessera(["issuer", "list", ...flags]);
  expect(code).toBe(0);
  expect(out).toContain(`${good.issuer}/.well-known/openid-configuration`);
  expect(out).toMatch(/by username, for agent: files/);
  const listed = JSON.parse((await tessera(["issuer", "list", "--json", ...flags])).out) as unknown[];
  expect(listed).toHaveLength(4);
  expect(listed[0]).toMatchObject({ issuer: good.issuer, clients: ["api"], people: null });
});

test("checks the keys of one, and says what is wrong with another", async () => {
  const one = await tessera(["issuer", "check", good.issuer, ...flags]);
  expect(one).toMatchObject({ code: 0 });
  expect(one.out).toContain(good.kid);
  const file = await tessera(["issuer", "check", "spiffe://prod.example", ...flags]);
  expect(file.out).toContain(good.kid);
  bad.answer = () => Response.json({ issuer: good.issuer, jwks_uri: `${bad.url}/keys` });
  const other = await tessera(["issuer", "check", bad.issuer, ...flags]);
  expect(other.code).toBe(1);
  expect(other.out).toContain("its issuer is another one");
  bad.answer = () => Response.json({ issuer: bad.issuer });
  expect((await tessera(["issuer", "check", bad.issuer, ...flags])).out).toContain("no jwks_uri");
  bad.answer = (path) => (path === "/keys" ? Response.json({ keys: [] }) : null);
  expect((await tessera(["issuer", "check", bad.issuer, ...flags])).out).toContain("None of its keys");
  // A terminal would obey it, also U+009B.
  const hostile = { ...good.publicJwk, kid: "\u001b]0;owned\u0007\u009b2J\u202e" };
  bad.answer = (path) => (path === "/keys" ? Response.json({ keys: [hostile] }) : null);
  const shown = await tessera(["issuer", "check", bad.issuer, ...flags]);
  expect(shown.out).toContain("?]0;owned??2J?");
  const asJson = await tessera(["issuer", "check", bad.issuer, "--json", ...flags]);
  expect(asJson.out).not.toMatch(/[^\P{C}\n]/u);
  expect(JSON.parse(asJson.out)).toMatchObject([{ keys: [{ kid: hostile.kid }] }]);
  bad.answer = () => new Response("", { status: 500 });
  expect((await tessera(["issuer", "check", bad.issuer, ...flags])).out).toContain("status 500");
  const unknown = await tessera(["issuer", "check", "https://unknown.example", ...flags]);
  expect(unknown.err).toContain("There is no trusted issuer");
});
