/** Long bodies, over real sockets: pictures may be long, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { formsOf } from "../support/code-flow.ts";
import { type ListeningServer, startListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";

const MEGABYTE = 1_000_000;

let server: ListeningServer;
let cookie: string;
beforeAll(async () => {
  server = await startListeningServer({});
  cookie = await server.signIn(await addPersonWithPassword(server, "alice"));
});
afterAll(() => server.close());

async function sendPicture(bytes: number, headers: Record<string, string> = { Cookie: cookie }) {
  const page = await fetch(`${server.issuer}/account/details`, { headers: { Cookie: cookie } });
  const form = (await formsOf(page)).find(({ action }) => action.endsWith("/account/picture"));
  const body = new FormData();
  body.set("form_token", form?.fields.form_token ?? "");
  body.set("picture", new Blob([new Uint8Array(bytes)]), "me.png");
  return fetch(`${server.issuer}/account/picture`, { method: "POST", body, headers, redirect: "manual" });
}

/** The status of the answer to a chunked body that does not say how long it is, and of which the end never comes. */
function sendChunks(path: string, head: readonly string[]): Promise<string> {
  const { port, host } = new URL(server.issuer);
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = "";
  const socket = connect(Number(port), "127.0.0.1");
  const done = () => {
    socket.destroy();
    resolve(answer.slice(9, 12));
  };
  socket.on("data", (data) => {
    answer += data.toString("latin1");
    if (answer.includes("\r\n\r\n")) done();
  });
  socket.on("error", done);
  socket.on("close", done);
  socket.write(
    [`POST ${path} HTTP/1.1`, `Host: ${host}`, ...head, "Transfer-Encoding: chunked", "", ""].join("\r\n"),
  );
  for (let count = 0; count < 4; count += 1) socket.write(`10000\r\n${"x".repeat(0x10000)}\r\n`);
  return promise;
}

describe("a picture", () => {
  test("of many megabytes arrives, and is refused in words for what it is", async () => {
    const answer = await sendPicture(8 * MEGABYTE);
    expect(answer.status).toBe(422);
    expect(await textOf(answer)).toContain("The file is not a still picture in PNG, JPEG or WebP");
  });

  test("that is too large is refused in words", async () => {
    const answer = await sendPicture(11 * MEGABYTE);
    expect(answer.status).toBe(422);
    expect(await textOf(answer)).toContain("The file is larger than 10 MB.");
  });

  test("of a stranger is not taken", async () => {
    const answer = await sendPicture(MEGABYTE, { Cookie: "" });
    expect(answer.headers.get("location")).toContain("/login");
  });
});

describe("any other body", () => {
  const FORM = "Content-Type: application/x-www-form-urlencoded";
  const JSON_TYPE = "Content-Type: application/json";
  test.each([
    ["/auth/token", FORM],
    ["/auth/register", JSON_TYPE],
    ["/login", FORM],
    ["/account", FORM],
  ])(proves("is read no further than its own limit: %s", "threat 40"), async (path, type) => {
    expect(await sendChunks(path, [type])).toBe("413");
  });
});
