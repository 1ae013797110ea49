import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DEMO_PERSON } from "../../src/cli/demo.ts";
import { startSession } from "../../src/operations/sessions.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { STEPS } from "../../src/rules/sign-in.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);

const freshData = () => join(temporaryFolder(), "data");
/** The one-time link in a banner. */
const linkIn = (text: string) => /http\S+\/setup\?token=tsl_[\w-]{64}/.exec(text)?.[0] ?? "";

/** Runs a command of the banner in a shell, and returns its output. */
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
    const token = await pasted(command);
    expect(token).toMatchObject({ token_type: "Bearer" });
    expect(token).not.toHaveProperty("scope");
    expect(statSync(data).mode & 0o777).toBe(0o700);
    await running.stop();
  });

  test("makes a client that may have no scope, though there are some", async () => {
    const running = await serve(freshData(), { set: ['scopes=[{"name":"files","description":"Files"}]'] });
    const client = await running.store.findClient("first-client");
    expect(client).toMatchObject({ scope: [], defaultScope: [] });
    await running.stop();
  });

  test("makes no client of its own where clients are declared", async () => {
    const running = await serve(freshData(), { set: ['clients=[{"client_id":"mine","grant_types":[]}]'] });
    expect(running.printed.out).not.toContain("curl");
    expect(await running.store.findClient("first-client")).toBeNull();
    await running.stop();
  });
});

describe("the first client", () => {
  test("is made at the first start after the demonstration", async () => {
    const data = freshData();
    await (await serve(data, { demo: true })).stop();
    const running = await serve(data);
    expect(running.printed.out).toContain("curl -u first-client:");
    await running.stop();
  });

  test("is made at the first start though a person was added before", async () => {
    const data = freshData();
    await tessera(["user", "add", "root", "--admin", "--generate", "--data", data]);
    const running = await serve(data);
    expect(running.printed.out).toContain("curl -u first-client:");
    await running.stop();
  });

  test("is not made again for somebody who has removed it and has people", async () => {
    const data = freshData();
    await (await serve(data)).stop();
    await tessera(["user", "add", "root", "--admin", "--generate", "--data", data]);
    await tessera(["client", "remove", "first-client", "--data", data]);
    const running = await serve(data);
    expect(running.printed.out).not.toContain("curl");
    await running.stop();
  });
});

test("metadata is the same from the listener as from its handler, and is not sent twice to whoever keeps it", async () => {
  const running = await serve(freshData());
  const url = `${running.configuration.issuer}/.well-known/oauth-authorization-server`;
  const handled = await running.server.fetch(new Request(url), () => "192.0.2.1");
  const sent = await fetch(url);
  expect(await sent.text()).toBe(await handled.text());
  // The fixed answer is sent for many requests, so it has no request's id.
  handled.headers.delete("request-id");
  expect(sent.headers.has("request-id")).toBe(false);
  for (const [name, value] of handled.headers) expect(sent.headers.get(name)).toBe(value);
  const tag = sent.headers.get("etag") ?? "";
  expect(tag).not.toBe("");
  expect((await fetch(url, { headers: { "If-None-Match": tag } })).status).toBe(304);
  const preflight = await fetch(url, { method: "OPTIONS" });
  expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, OPTIONS");
  await running.stop();
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

  test("gives a new link, and says that it takes the place of the old one, while there is no administrator; the old one is over", async () => {
    const data = freshData();
    const first = await serve(data);
    await first.stop();
    const second = await serve(data, { port: String(first.listening.ports[0]) });
    expect(linkIn(second.printed.out)).not.toBe(linkIn(first.printed.out));
    expect(second.printed.out).toContain(
      `There is no administrator. Create one (the link takes the place of earlier ones, works once, for 24 hours):\n  ${linkIn(second.printed.out)}\n`,
    );
    expect(second.printed.out).not.toContain("curl");
    expect((await fetch(linkIn(second.printed.out))).status).toBe(200);
    expect((await fetch(linkIn(first.printed.out))).status).not.toBe(200);
    await second.stop();
  });
});

describe("the link to create the administrator", () => {
  test("is over as soon as the command line adds one", async () => {
    const data = freshData();
    const running = await serve(data);
    const link = linkIn(running.printed.out);
    expect((await fetch(link)).status).toBe(200);
    await tessera(["user", "add", "boss", "--admin", "--generate", "--data", data]);
    expect((await fetch(link)).status).toBe(404);
    await running.stop();
  });
});

describe("the data folder", () => {
  const mode = (path: string) => statSync(path).mode & 0o777;

  test("that others may write to is tightened, and a warning says so", async () => {
    const data = temporaryFolder();
    chmodSync(data, 0o777);
    const running = await serve(data);
    expect(mode(data)).toBe(0o700);
    expect(running.printed.err).toContain("others could write to the data folder");
    await running.stop();
    const again = await serve(data);
    expect(again.printed.err).not.toContain("data folder");
    await again.stop();
  });

  test("that others may write to is tightened by every command", async () => {
    const data = temporaryFolder();
    await (await serve(data)).stop();
    chmodSync(data, 0o770);
    await tessera(["client", "list", "--data", data]);
    expect(mode(data)).toBe(0o700);
  });

  test("that others may only read stays as it is", async () => {
    const data = temporaryFolder();
    chmodSync(data, 0o755);
    await (await serve(data)).stop();
    expect(mode(data)).toBe(0o755);
  });

  test("that is a shared folder, like /tmp, is refused and not touched", async () => {
    const data = temporaryFolder();
    chmodSync(data, 0o1777);
    const { code, err } = await tessera(["serve", "--data", data, "--port", "0"]);
    expect(code).toBe(1);
    expect(err).toContain("Give Tessera a folder of its own");
    expect(statSync(data).mode & 0o7777).toBe(0o1777);
    expect(readdirSync(data)).toEqual([]);
  });

  test("holds a database that its owner alone can read, even when it was restored without care", async () => {
    const data = temporaryFolder();
    await (await serve(data)).stop();
    chmodSync(join(data, "tessera.db"), 0o644);
    const running = await serve(data);
    for (const suffix of ["", "-wal", "-shm"]) expect(mode(join(data, `tessera.db${suffix}`))).toBe(0o600);
    await running.stop();
  });
});

describe("a start that cannot be", () => {
  test("on a data folder in use says who uses it and changes nothing, and other commands work", async () => {
    const data = freshData();
    const running = await serve(data);
    const { code, err } = await tessera([
      "serve",
      "--data",
      data,
      "--port",
      "0",
      "--set",
      'clients=[{"client_id":"other","grant_types":[]}]',
    ]);
    expect(code).toBe(1);
    expect(err).toBe(
      `Another Tessera (process ${process.pid}, ${running.configuration.issuer}) is using the data folder ${data}. Stop it, or choose another folder: --data ./other.\n`,
    );
    expect((await fetch(linkIn(running.printed.out))).status).toBe(200);
    expect((await tessera(["client", "list", "--data", data])).out).not.toContain("other");
    await running.stop();
    await (await serve(data)).stop();
  });

  test("on a port in use makes no data folder", async () => {
    const running = await serve(freshData());
    const port = String(running.listening.ports[0]);
    const data = freshData();
    expect((await tessera(["serve", "--data", data, "--port", port])).err).toContain("is in use");
    expect(existsSync(data)).toBe(false);
    await running.stop();
  });

  test("with a declared client that is not valid makes no data folder", async () => {
    const data = freshData();
    const wrong = ["--set", 'clients=[{"client_id":"a","grant_types":["implicit"]}]'];
    expect((await tessera(["serve", "--data", data, "--port", "0", ...wrong])).code).toBe(1);
    expect(existsSync(data)).toBe(false);
  });

  test("with a file for a data folder says so, and so does every other command", async () => {
    const file = join(temporaryFolder(), "README.md");
    await Bun.write(file, "text");
    for (const command of ["serve --port 0", "user list", "user add x --generate"]) {
      const { code, err } = await tessera([...command.split(" "), "--data", file]);
      expect(code).toBe(1);
      expect(err).toBe(`${file} is a file, not a folder. Choose another with --data.\n`);
    }
  });

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
    const created = await first.store.findAccountByUsername("eve");
    await first.stop();

    const again = await serve(data, declare("the first password"));
    expect(await again.store.findAccountByUsername("eve")).toEqual(created);
    await again.stop();

    const changed = await serve(data, declare("the second password"));
    const { store } = changed;
    const { passwords } = changed.server.context;
    const account = await store.findAccountByUsername("eve");
    expect(account?.subject).toBe(created?.subject as never);
    expect(await passwords.verify("the second password", account?.passwordHash ?? null)).toBe(true);
    await changed.stop();
  });

  test("keep a password of their own, and the command that sets it says for how long", async () => {
    const data = freshData();
    await (await serve(data, declare("the first password"))).stop();
    const { out } = await tessera(["user", "password", "eve", "--data", data], {
      stdin: "a new one, after the leak",
    });
    expect(out).toContain("This password stays until the declared one changes.");
    const running = await serve(data, declare("the first password"));
    const account = await running.store.findAccountByUsername("eve");
    const { passwords } = running.server.context;
    expect(await passwords.verify("a new one, after the leak", account?.passwordHash ?? null)).toBe(true);
    await running.stop();
  });

  test("stay when a start has the wrong file, and go with --prune", async () => {
    const data = freshData();
    await (await serve(data, declare("the first password"))).stop();
    await expect(serve(data)).rejects.toThrow("an earlier start it declared 1 person");
    const running = await serve(data, { prune: true } as never);
    expect(await running.store.findAccountByUsername("eve")).toBeNull();
    await running.stop();
  });

  test("are not let in again when the operator disabled them", async () => {
    const data = freshData();
    await (await serve(data, declare("the first password"))).stop();
    await tessera(["user", "disable", "eve", "--data", data]);
    const running = await serve(data, declare("the first password"));
    expect((await running.store.findAccountByUsername("eve"))?.disabledAt).not.toBeNull();
    await running.stop();
  });
});

/** A visitor of the demonstration changed the password on the account page. */
async function changeAdasPassword(data: string): Promise<void> {
  const running = await serve(data, { demo: true });
  const { store } = running;
  const { passwords } = running.server.context;
  const ada = await store.findAccountByUsername("ada");
  const hash = await passwords.hash("the visitor's password");
  expect(await store.changePassword(ada?.subject as never, ada?.passwordHash ?? "", hash)).toBe(true);
  await running.stop();
}

describe("the demonstration", () => {
  test("seeds a person and clients for every flow, and warns once, in a box", async () => {
    const running = await serve(freshData(), { demo: true });
    const { out } = running.printed;
    expect(out.match(/DEMONSTRATION/g)).toHaveLength(1);
    expect(out).toContain("demo-service:");
    const { store } = running;
    const { passwords } = running.server.context;
    const clients = (await store.listClients()).map((client) => String(client.clientId));
    expect(clients.toSorted()).toEqual(["demo-api", "demo-app", "demo-device", "demo-service", "demo-web"]);
    const ada = await store.findAccountByUsername("ada");
    expect(await passwords.verify(DEMO_PERSON.password, ada?.passwordHash ?? null)).toBe(true);
    const command = /^ {2}(curl .*)$/m.exec(out)?.[1] ?? "";
    expect(await pasted(command)).toMatchObject({ scope: "notes.read" });
    await running.stop();
  });

  test("is over when the server starts without it: no clients, no person, and nothing that she allowed", async () => {
    const data = freshData();
    const demo = await serve(data, { demo: true });
    const { store } = demo;
    const ada = await store.findAccountByUsername("ada");
    if (ada === null) throw new Error("There is no ada.");
    expect(ada.source).toBe("demo");
    const session = await startSession(
      demo.server.context,
      SERVER_ACT,
      { account: ada, steps: [STEPS.password] },
      null,
    );
    if (session === null) throw new Error("ada could not sign in.");
    await demo.stop();

    const running = await serve(data);
    const after = running.store;
    expect((await after.listClients()).map(({ clientId }) => String(clientId))).toEqual(["first-client"]);
    expect(await after.listAccounts()).toEqual([]);
    expect(await after.findSession(session.session.id, 0, 0)).toBeNull();
    await running.stop();

    const again = await serve(data, { demo: true });
    expect(await again.store.findAccountByUsername("ada")).toMatchObject({ disabledAt: null });
    await again.stop();
  });

  test("is over for its person also when a visitor changed her password", async () => {
    const data = freshData();
    await changeAdasPassword(data);
    const running = await serve(data);
    expect(await running.store.listAccounts()).toEqual([]);
    await running.stop();
  });

  test("has the printed password again at the next start, and lets its person in", async () => {
    const data = freshData();
    await changeAdasPassword(data);
    await tessera(["user", "disable", "ada", "--data", data]);
    const running = await serve(data, { demo: true });
    const { store } = running;
    const { passwords } = running.server.context;
    const ada = await store.findAccountByUsername("ada");
    expect(await passwords.verify(DEMO_PERSON.password, ada?.passwordHash ?? null)).toBe(true);
    expect(ada?.disabledAt).toBeNull();
    await running.stop();
  });

  test("leaves a real person alone who happens to have its user name", async () => {
    const data = freshData();
    await (await serve(data)).stop();
    // Even with the public password the person is not the demonstration's.
    await tessera(["user", "add", "Ada", "--data", data], { stdin: DEMO_PERSON.password });
    const demo = await tessera(["serve", "--demo", "--data", data, "--port", "0"]);
    expect(demo.code).toBe(1);
    expect(demo.err).toContain("a person of yours has it");
    const running = await serve(data);
    expect(await running.store.findAccountByUsername("ada")).toMatchObject({
      disabledAt: null,
    });
    await running.stop();
  });

  test("that is refused for its person's name leaves nothing of it behind", async () => {
    const data = freshData();
    await tessera(["user", "add", "ada", "--generate", "--data", data]);
    expect((await tessera(["serve", "--demo", "--data", data, "--port", "0"])).code).toBe(1);
    expect((await tessera(["client", "list", "--data", data])).out).toContain("There are no clients yet.");
  });

  test("that is refused for a client of somebody else leaves nothing of it behind", async () => {
    const data = freshData();
    await tessera(["client", "add", "--id", "demo-api", "--data", data]);
    expect((await tessera(["serve", "--demo", "--data", data, "--port", "0"])).code).toBe(1);
    expect((await tessera(["user", "list", "--data", data])).out).toContain("There are no people yet.");
    expect(JSON.parse((await tessera(["client", "list", "--json", "--data", data])).out)).toHaveLength(1);
  });

  test("gives its person's name up to one whom the operator declares, who is somebody else", async () => {
    const data = freshData();
    const demo = await serve(data, { demo: true });
    const before = await demo.store.findAccountByUsername("ada");
    await demo.stop();
    const declared = { set: ['people=[{"username":"ada","password":"a password of her own"}]'] };
    for (const flags of [declared, { ...declared, demo: true }]) {
      const running = await serve(data, flags);
      const { store } = running;
      const { passwords } = running.server.context;
      const ada = await store.findAccountByUsername("ada");
      expect(ada?.source).toBe("configuration");
      expect(ada?.subject).not.toBe(before?.subject as never);
      expect(await passwords.verify("a password of her own", ada?.passwordHash ?? null)).toBe(true);
      await running.stop();
    }
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
