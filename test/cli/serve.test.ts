import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DEMO_PERSON } from "../../src/cli/demo.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);

const freshData = () => join(temporaryFolder(), "data");
/** The one-time link in a banner. */
const linkIn = (text: string) => /http\S+\/setup\?token=tsl_[\w-]{64}/.exec(text)?.[0] ?? "";

/** What a command of the banner answers when it is pasted into a shell. */
async function pasted(command: string): Promise<unknown> {
  const child = Bun.spawn(["sh", "-c", `${command} -s`], { stderr: "ignore" });
  return JSON.parse(await new Response(child.stdout).text());
}

describe("the first start", () => {
  test("says the issuer, a link to create the administrator and a command that gets a token, and all three work", async () => {
    const data = freshData();
    const running = await serve(data);
    const { issuer } = running.configuration;
    const { out } = running.printed;
    expect(out).toContain(`issuer       ${issuer}\n`);
    expect(out.trim().split("\n").length).toBeLessThan(14);
    expect((await fetch(linkIn(out))).status).toBe(200);

    const command = /^ {2}(curl .*)$/m.exec(out)?.[1] ?? "";
    expect(await pasted(command)).toMatchObject({ token_type: "Bearer" });
    expect(statSync(data).mode & 0o777).toBe(0o700);
    await running.stop();
  });

  test("makes no client of its own where clients are declared", async () => {
    const running = await serve(freshData(), { set: ['clients=[{"client_id":"mine","grant_types":[]}]'] });
    expect(running.printed.out).not.toContain("curl");
    expect(await running.server.context.store.findClient("first-client")).toBeNull();
    await running.stop();
  });
});

describe("a later start", () => {
  test("says where things are and nothing more", async () => {
    const data = freshData();
    await (await serve(data)).stop();
    await tessera(["user", "add", "root", "--admin", "--generate", "--data", data]);
    const running = await serve(data);
    const { issuer } = running.configuration;
    expect(running.printed.out).toBe(
      `Tessera is ready.\n\n  issuer       ${issuer}\n  listening on ${issuer}\n  data         ${data}\n`,
    );
    expect(running.printed.err).toBe("");
    await running.stop();
  });

  test("gives a new link, in one line, while there is no administrator; the old one is over", async () => {
    const data = freshData();
    const first = await serve(data);
    await first.stop();
    const second = await serve(data, { port: String(first.listening.ports[0]) });
    expect(linkIn(second.printed.out)).not.toBe(linkIn(first.printed.out));
    expect(second.printed.out).not.toContain("curl");
    expect((await fetch(linkIn(second.printed.out))).status).toBe(200);
    expect((await fetch(linkIn(first.printed.out))).status).not.toBe(200);
    await second.stop();
  });
});

describe("a start that cannot be", () => {
  test("on a port in use says so and changes nothing: the first server's link still works", async () => {
    const data = freshData();
    const running = await serve(data);
    const { code, err } = await tessera([
      "serve",
      "--data",
      data,
      "--port",
      String(running.listening.ports[0]),
    ]);
    expect(code).toBe(1);
    expect(err).toContain(`Port ${running.listening.ports[0]} is in use.`);
    expect((await fetch(linkIn(running.printed.out))).status).toBe(200);
    await running.stop();
  });

  test("with a wrong setting makes no data folder", async () => {
    const data = freshData();
    const { code, err } = await tessera(["serve", "--data", data, "--set", "log.level=loud"]);
    expect(code).toBe(1);
    expect(err).toContain("It must be one of debug, info");
    expect(existsSync(data)).toBe(false);
  });

  test("with a declared client that is not valid gives the port back", async () => {
    const data = freshData();
    const running = await serve(data);
    const port = String(running.listening.ports[0]);
    await running.stop();
    const wrong = ["--set", 'clients=[{"client_id":"a","grant_types":["implicit"]}]'];
    const { code, err } = await tessera(["serve", "--data", data, "--port", port, ...wrong]);
    expect(code).toBe(1);
    expect(err).toContain("The client 'a' in the configuration: The grant type 'implicit' is not supported");
    await (await serve(data, { port })).stop();
  });
});

describe("people who are declared", () => {
  const declare = (password: string) => ({ set: [`people=[{"username":"eve","password":"${password}"}]`] });

  test("are created once, and their password changes only when the declaration does", async () => {
    const data = freshData();
    const first = await serve(data, declare("the first password"));
    const created = await first.server.context.store.findAccountByUsername("eve");
    await first.stop();

    const again = await serve(data, declare("the first password"));
    expect(await again.server.context.store.findAccountByUsername("eve")).toEqual(created);
    await again.stop();

    const changed = await serve(data, declare("the second password"));
    const { store, passwords } = changed.server.context;
    const account = await store.findAccountByUsername("eve");
    expect(account?.subject).toBe(created?.subject as never);
    expect(await passwords.verify("the second password", account?.passwordHash ?? null)).toBe(true);
    await changed.stop();
  });

  test("are not let in again when the operator disabled them", async () => {
    const data = freshData();
    await (await serve(data, declare("the first password"))).stop();
    await tessera(["user", "disable", "eve", "--data", data]);
    const running = await serve(data, declare("the first password"));
    expect((await running.server.context.store.findAccountByUsername("eve"))?.disabledAt).not.toBeNull();
    await running.stop();
  });
});

describe("the demonstration", () => {
  test("seeds a person and clients for every flow, and warns once, in a box", async () => {
    const running = await serve(freshData(), { demo: true });
    const { out } = running.printed;
    expect(out.match(/DEMONSTRATION/g)).toHaveLength(1);
    expect(out).toContain("demo-service:");
    const { store, passwords } = running.server.context;
    const clients = (await store.listClients()).map((client) => String(client.clientId));
    expect(clients).toEqual(["demo-app", "demo-web", "demo-device", "demo-service", "demo-api"]);
    const ada = await store.findAccountByUsername("ada");
    expect(await passwords.verify(DEMO_PERSON.password, ada?.passwordHash ?? null)).toBe(true);
    const command = /^ {2}(curl .*)$/m.exec(out)?.[1] ?? "";
    expect(await pasted(command)).toMatchObject({ scope: "notes.read" });
    await running.stop();
  });

  test("is over when the server starts without it: no clients, and nobody signs in with the known password", async () => {
    const data = freshData();
    await (await serve(data, { demo: true })).stop();
    const running = await serve(data);
    const { store } = running.server.context;
    expect(await store.listClients()).toEqual([]);
    expect((await store.findAccountByUsername("ada"))?.disabledAt).not.toBeNull();
    await running.stop();
    const again = await serve(data, { demo: true });
    expect((await again.server.context.store.findAccountByUsername("ada"))?.disabledAt).toBeNull();
    await again.stop();
  });

  test("leaves a real person alone who happens to have its user name", async () => {
    const data = freshData();
    await (await serve(data)).stop();
    await tessera(["user", "add", "Ada", "--data", data], { stdin: "a password of her own" });
    const demo = await tessera(["serve", "--demo", "--data", data, "--port", "0"]);
    expect(demo.code).toBe(1);
    expect(demo.err).toContain("a person with that name and another password exists");
    const running = await serve(data);
    expect((await running.server.context.store.findAccountByUsername("ada"))?.disabledAt).toBeNull();
    await running.stop();
  });

  test("is refused where others could reach it by name", async () => {
    const { code, err } = await tessera([
      "serve",
      "--demo",
      "--issuer",
      "https://auth.example.org",
      "--data",
      freshData(),
    ]);
    expect(code).toBe(1);
    expect(err).toContain("only for an issuer on this machine");
  });
});

test("resources that let an unknown client introspect are worth a warning", async () => {
  const resource = '[{"identifier":"https://a.example","introspection_clients":["misspelt"]}]';
  const running = await serve(freshData(), { set: [`resources=${resource}`] });
  expect(running.printed.err).toContain("a resource names a client that does not exist");
  await running.stop();
});
