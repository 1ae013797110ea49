/** The way of docs/strict-profile.md from nothing to a strict application, with its commands and its program, over HTTP. */
import { afterAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, PASSWORD } from "../support/pages.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const root = join(import.meta.dir, "../..");
const guide = readFileSync(join(root, "docs/strict-profile.md"), "utf8");
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(guide)?.[1] ?? "";

interface Program {
  begin(): Promise<{ address: URL; verifier: string; state: string }>;
  finish(callback: URL, begun: object): Promise<Record<string, unknown>>;
  renew(refreshToken: string): Promise<Record<string, unknown>>;
}

let stop = async (): Promise<unknown> => undefined;
afterAll(async () => {
  await stop();
  removeTemporaryFolders();
});

test("the guide leads from nothing to a strict application", async () => {
  const folder = temporaryFolder();
  const [config, data] = [join(folder, "tessera.toml"), join(folder, "data")];
  writeFileSync(config, blockOf("toml"));
  const running = await serve(data, { config });
  stop = running.stop;
  const { issuer } = running.server.context.configuration;
  const key = join(folder, "payments.jwk.json");
  const command = blockOf("bash").trim().replace("payments.jwk.json", key);
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  expect(words.slice(0, 2)).toEqual(["npx", "tessera"]);
  const made = await tessera([...words.slice(2), "--data", data, "--config", config]);
  expect({ code: made.code, err: made.err }).toMatchObject({ code: 0 });
  const person = ["user", "add", "ada", "--password-stdin", "--data", data, "--config", config];
  const added = await tessera(person, { stdin: PASSWORD });
  expect({ code: added.code, err: added.code === 0 ? "" : added.err }).toEqual({ code: 0, err: "" });

  // It stands where it finds the library.
  const file = join(root, "node_modules", `.strict-profile-${process.pid}.ts`);
  const program = blockOf("ts").replace("http://localhost:8080", issuer).replace("payments.jwk.json", key);
  await Bun.write(file, program);
  try {
    const { begin, finish, renew }: Program = await import(file);
    const begun = await begin();
    const browser = openBrowser({
      issuer,
      fetch: (path, init) =>
        fetch(path.startsWith("http") ? path : issuer + path, {
          ...init,
          redirect: "manual",
          keepalive: false,
        }),
    });
    await browser.signIn("ada");
    const { pathname, search } = begun.address;
    const answer = await browser.submit(pathname + search, { decision: "allow" }, "/consent");
    const callback = new URL(answer.headers.get("location") ?? "");
    expect(callback.origin + callback.pathname).toBe("https://payments.example/callback");
    const tokens = await finish(callback, begun);
    expect(tokens).toMatchObject({ token_type: "dpop", scope: "openid offline_access payments" });
    const next = await renew(String(tokens.refresh_token));
    expect(next.refresh_token).toBe(tokens.refresh_token);
    expect(next.access_token).not.toBe(tokens.access_token);
  } finally {
    await Bun.file(file).delete();
  }
});
