/** `tessera user invite`, `user invitation`, `user reset-link`, `user sign-in-link`, `user approve`. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Result, removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
// Every command here works while the server runs on the same data.
beforeAll(async () => {
  running = await serve(data, { set: ["sign_up.mode=open", "sign_up.approval=true"] });
  await user(["add", "ada", "--generate"]);
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const user = (args: string[], overrides = {}): Promise<Result> =>
  tessera(["user", ...args, "--data", data], overrides);
const linkIn = ({ out }: Result): string => /https?:\S+token=tlk_[\w-]{64}/.exec(out)?.[0] ?? "";
/** The server's issuer, which only its own command line named. */
const issuer = () => running.server.context.issuer.identifier;
const open = (link: string) => fetch(link, { redirect: "manual" });

describe("user invite", () => {
  test("prints a link of the running server, its QR code, and how to take it back", async () => {
    const result = await user(["invite"], { columns: 100 });
    expect(result.code).toBe(0);
    expect(linkIn(result)).toStartWith(`${issuer()}/invitation?token=tlk_`);
    expect(result.out).toContain("It works once, for 7 days.");
    expect(result.out).toContain("▀");
    expect(result.out).toContain("tessera user invitation revoke");
    expect((await open(linkIn(result))).status).toBe(200);
  });

  test("takes names, groups, uses and a time", async () => {
    await tessera(["group", "add", "family", "--data", data]);
    const { out } = await user(["invite", "--group", "family", "--uses", "5", "--expires", "30d", "--json"]);
    const told = JSON.parse(out);
    expect(told).toMatchObject({ groups: ["family"], uses: 5, uses_left: 5, administrator: false });
    expect(Date.parse(told.expires_at) - Date.parse(told.created_at)).toBe(30 * 86_400_000);
    expect(told.created_by).toStartWith("operator:");
    const named = await user([
      "invite",
      "grace",
      "--name",
      "Grace Hopper",
      "--email",
      "grace@example.org",
      "--json",
    ]);
    expect(JSON.parse(named.out)).toMatchObject({
      username: "grace",
      name: "Grace Hopper",
      email: "grace@example.org",
      email_by_mail: false,
    });
  });

  test.each([
    [["--uses", "0"], "Write a number from 1 to 10000."],
    [["--expires", "soon"], "Write 30m, 12h or 7d"],
    [["--expires", "366d"], "at most 365d"],
    [["--group", "gone"], "There is no group 'gone'."],
    [["--email", "nowhere"], "is not an e-mail address"],
    [["--mail"], "Say where the mail goes"],
    [["--email", "a@example.org", "--mail"], "This server sends no mail."],
    [["ada"], "'ada' signs in with 'ada' already."],
    [["grace", "--uses", "2"], "is for one person"],
    [["--admin", "--uses", "2"], "is for one person"],
  ])("refuses %p and says why", async (args, words) => {
    const { code, err } = await user(["invite", ...args]);
    expect(code).toBe(1);
    expect(err).toContain(words);
  });
});

test("user invitation list and revoke", async () => {
  const made = JSON.parse((await user(["invite", "--json"])).out);
  const listed = JSON.parse((await user(["invitation", "list", "--json"])).out);
  expect(listed.at(-1)).toMatchObject({ id: made.id, uses_left: 1 });
  expect((await user(["invitation", "list"])).out).toContain(made.id);
  expect((await user(["invitation", "revoke", made.id])).out).toContain("does not work any more");
  expect((await open(made.link)).status).toBe(404);
  const again = await user(["invitation", "revoke", made.id]);
  expect(again.code).toBe(1);
  expect(again.err).toContain("tessera user invitation list");
  expect((await user(["invitation", "revoke", "nothing"])).code).toBe(1);
});

test("user reset-link and sign-in-link print a link for one person", async () => {
  for (const [command, page] of [
    ["reset-link", "reset-password"],
    ["sign-in-link", "sign-in-link"],
  ] as const) {
    const result = await user([command, "ada"]);
    expect(linkIn(result)).toStartWith(`${issuer()}/${page}?token=tlk_`);
    expect(result.out).toContain("It works once, for");
    expect((await open(linkIn(result))).status).toBe(200);
    const told = JSON.parse((await user([command, "ada", "--json"])).out);
    expect(told).toMatchObject({ username: "ada" });
    expect((await user([command, "gone"])).code).toBe(1);
    expect((await user([command, "ada", "--mail"])).err).toContain("This server sends no mail.");
  }
  await user(["add", "out", "--generate"]);
  await user(["disable", "out"]);
  expect((await user(["reset-link", "out"])).err).toContain("'out' is disabled.");
});

test("user list --waiting and approve let a person in", async () => {
  expect((await user(["list", "--waiting"])).out).toBe("No person waits for approval.\n");
  const { action, fields, cookie } = await signUpForm();
  await fetch(issuer() + action, {
    method: "POST",
    redirect: "manual",
    headers: { Cookie: cookie, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fields, username: "eva", password: "correct horse battery" }).toString(),
  });
  const listed = await user(["list", "--waiting"]);
  expect(listed.out).toContain("eva");
  expect(listed.out).not.toContain("ada");
  expect((await user(["show", "eva"])).out).toContain("tessera user approve eva");
  expect((await user(["approve", "eva"])).out).toBe("eva can sign in now.\n");
  expect((await user(["approve", "eva"])).err).toContain("'eva' does not wait.");
  expect((await user(["list", "--waiting"])).out).toBe("No person waits for approval.\n");
});

async function signUpForm(): Promise<{ action: string; fields: Record<string, string>; cookie: string }> {
  const response = await fetch(`${issuer()}/sign-up`);
  const page = await response.text();
  const token = /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return { action: "/sign-up", fields: { form_token: token }, cookie };
}
