/** Groups, people and clients as a file. */
import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { proves } from "../support/proves.ts";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);

const FILE = `
[[groups]]
name = "staff"
description = "All of us"
managers = ["ada"]

[[people]]
username = "ada"
name = "Ada"
email = "ada@example.org"
administrator = true
groups = ["staff"]
attributes = { quota = 5 }

[[people]]
username = "grace"
disabled = true

[[clients]]
client_id = "wiki"
client_name = "Wiki"
"client_name#de" = "Das Wiki"
redirect_uris = ["https://wiki.example/cb"]
scope = ["openid", "profile"]
allowed_groups = ["staff"]

[[clients]]
client_id = "notes"
token_endpoint_auth_method = "none"
redirect_uris = ["http://localhost/cb"]
scope = "openid"
`;

/** A data folder, and its commands. */
function fresh() {
  const data = temporaryFolder();
  const run = (...args: string[]) => tessera([...args, "--data", data]);
  const apply = async (content: string, ...args: string[]) => {
    const file = join(data, `apply-${Bun.hash(content)}`);
    await Bun.write(file, content);
    return run("apply", "-f", file, ...args);
  };
  const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).out);
  return { run, apply, json };
}

describe("tessera apply", () => {
  test("makes what the file says, and the second time nothing", async () => {
    const { run, apply, json } = fresh();
    const first = await apply(FILE);
    expect(first.code).toBe(0);
    expect(first.out).toContain("5 added, 1 changed, 0 removed.");
    expect(first.out).toContain('+ group staff\n    description: "All of us"\n');
    expect(first.out.match(/tcs_/g)).toHaveLength(1);
    expect(await json("user", "show", "ada")).toMatchObject({
      administrator: true,
      attributes: { quota: 5 },
      groups: ["staff"],
      manages: ["staff"],
      source: "operator",
    });
    expect((await json("user", "show", "grace")).state).toBe("disabled");
    expect(await json("client", "show", "wiki")).toMatchObject({
      scope: "openid profile",
      "client_name#de": "Das Wiki",
      source: "operator",
    });
    expect(await apply(FILE)).toMatchObject({ code: 0, out: "Everything is as the file says.\n" });
    expect((await run("client", "show", "notes")).out).toMatch(/kind +public/);
  });

  test("--dry-run shows the difference, changes nothing, and ends with status 2", async () => {
    const { apply, json } = fresh();
    await apply(FILE);
    const changed = FILE.replace('name = "Ada"', 'name = "Ada Lovelace"')
      .replace('["openid", "profile"]', '["openid"]')
      .replace('managers = ["ada"]', "managers = []")
      .replace("disabled = true", "disabled = false");
    const shown = await apply(changed, "--dry-run");
    expect(shown.code).toBe(2);
    expect(shown.out).toBe(
      [
        "~ person ada",
        '    name: "Ada" → "Ada Lovelace"',
        "~ person grace",
        "    disabled: true → false",
        "~ group staff",
        '    managers: ["ada"] → []',
        "~ client wiki",
        '    scope: "openid profile" → "openid"',
        '    default_scope: "profile" → ""',
        "0 to add, 4 to change, 0 to remove. Nothing was changed.",
        "",
      ].join("\n"),
    );
    expect((await json("user", "show", "ada")).name).toBe("Ada");
    const inJson = JSON.parse((await apply(changed, "--dry-run", "--json")).out);
    expect(inJson).toMatchObject({ applied: false, changes: [{ kind: "person", name: "ada" }, {}, {}, {}] });
    expect((await apply(changed)).code).toBe(0);
    expect(await apply(changed, "--dry-run")).toMatchObject({ code: 0 });
    expect((await json("user", "show", "ada")).name).toBe("Ada Lovelace");
    expect((await json("user", "show", "grace")).state).toBe("active");
  });

  test("leaves alone what the file does not name, and takes away what it names as empty", async () => {
    const { apply, json } = fresh();
    await apply(FILE);
    await apply(
      '[[people]]\nusername = "ADA"\nemail = ""\n[[clients]]\nclient_id = "wiki"\nallowed_groups = []\n',
    );
    expect(await json("user", "show", "ada")).toMatchObject({ email: null, name: "Ada", groups: ["staff"] });
    expect(await json("client", "show", "wiki")).toMatchObject({ allowed_groups: [], client_name: "Wiki" });
  });

  test("--prune removes what is not in the file, of the kinds that it names", async () => {
    const { apply, json, run } = fresh();
    await apply(FILE);
    const only = '{"clients": [{"client_id": "notes"}], "people": [{"username": "ada"}]}';
    const shown = await apply(only, "--prune", "--dry-run");
    expect(shown.code).toBe(2);
    expect(shown.out).toContain("- client wiki\n- person grace\n");
    expect(shown.out).not.toContain("group");
    await apply(only, "--prune");
    expect((await json("client", "list")).map(({ client_id }: { client_id: string }) => client_id)).toEqual([
      "notes",
    ]);
    expect((await run("user", "list")).out).not.toContain("grace");
    expect((await run("group", "list")).out).toContain("staff");
  });

  test.each([
    ["clients = 1", "'clients': "],
    ["[[clients]]\nclient_id = 'a'\nsecrets = ['x']", "'clients.0.secrets': There is no such member here."],
    ["[[people]]\nname = 'a'", "'people.0.username' is missing."],
    ["[[people]]\nusername = 'a'\n[[people]]\nusername = 'A'", "The person 'a' is there twice."],
    ["[[scopes]]\nname = 'a'", "scopes and resources belong to the configuration"],
    [
      "[[clients]]\nclient_id = 'good'\n[[clients]]\nclient_id = 'bad'\nscope = 'everything'",
      "The client 'bad': ",
    ],
    ["[[people]]\nusername = 'good'\n[[people]]\nusername = 'a b'\nemail = 'x'", "The person 'a b': "],
    ["a = ", "this is not TOML"],
    ["{", "not valid JSON"],
  ])("refuses %j, and changes nothing", async (content, words) => {
    const { apply, run } = fresh();
    expect(await apply(content)).toMatchObject({ code: 1, err: expect.stringContaining(words) });
    expect((await run("client", "list")).out).not.toContain("good");
  });
});

describe("tessera export", () => {
  test(proves("shows a terminal nothing that it would obey, and loses nothing", "threat 50"), async () => {
    const [here, there] = [fresh(), fresh()];
    const hostile = "a\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\u{e0041}";
    const file = `[[clients]]\nclient_id = "wiki"\nredirect_uris = ["https://wiki.example/cb"]\ncontacts = [${JSON.stringify(hostile)}]\n`;
    const added = await here.apply(file);
    expect(added.code).toBe(0);
    const { out } = await here.run("export");
    for (const shown of [added.out, out, (await here.run("export", "--json")).out])
      expect(shown).not.toMatch(/[^\P{C}\n]/u);
    expect((await there.apply(out)).code).toBe(0);
    expect((await there.json("client", "show", "wiki")).contacts).toEqual([hostile]);
  });

  test("prints a file that changes nothing here, and makes the same elsewhere", async () => {
    const here = fresh();
    await here.apply(FILE);
    await here.run(
      "client",
      "add",
      "--name",
      "Own",
      "--id",
      "own",
      "--scope",
      "",
      "--grant",
      "client_credentials",
    );
    await here.run(
      "client",
      "add",
      "--id",
      "plain",
      "--redirect-uri",
      "http://a.example/",
      "--allow-http-redirects",
      "--no-pkce",
    );
    const facts = ["--address", "locality=London", "--given-name", "Ada", "--auditor"];
    expect((await here.run("user", "set", "ada", ...facts)).code).toBe(0);
    const { out } = await here.run("export");
    expect(out).toContain('locality = "London"');
    expect(out).not.toMatch(/tcs_|client_secret =|password/);
    expect(await here.apply(out, "--prune", "--dry-run")).toMatchObject({ code: 0 });
    const there = fresh();
    await there.apply(out);
    expect((await there.run("export")).out).toBe(out);
    const inJson = (await here.run("export", "--json")).out;
    expect(await there.apply(inJson, "--prune", "--dry-run")).toMatchObject({ code: 0 });
  });
});
