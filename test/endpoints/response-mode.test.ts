/** The modes of an answer (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2). Threat classes 31, 68. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  type AuthorizationParameters,
  answerConsent,
  authorizePath,
  formsOf,
  redirectOf,
} from "../support/code-flow.ts";
import { expectTokens, postRegistration, redeemCode } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const CALLBACK = "https://client.example/callback";

let server: TestServer;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    registration: { mode: "open" },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      {
        client_id: "phone",
        redirect_uris: ["com.example.phone:/cb", "http://[::1]/cb"],
        secrets: [SECRET],
      },
      {
        client_id: "odd",
        redirect_uris: ["https://odd.example/cb?tenant=1&code=old&state=old"],
        secrets: [SECRET],
      },
    ],
  });
  cookie = await server.signIn(await server.addPerson("ada"));
});
afterAll(() => server.close());

const open = (changes: AuthorizationParameters) =>
  server.fetch(authorizePath({ response_mode: "form_post", ...changes }), { headers: { Cookie: cookie } });

/** The form of the page that posts an answer, and the page's headers and text. */
async function postedBy(response: Response) {
  expect(response.status).toBe(200);
  expect(response.headers.get("location")).toBeNull();
  const text = await response.clone().text();
  const forms = await formsOf(response);
  expect(forms).toHaveLength(1);
  return { headers: response.headers, text, form: forms[0] ?? { action: "", fields: {} } };
}

describe("response_mode=form_post", () => {
  test(
    proves(
      "a page posts the code, the state and the issuer to the redirect URI, and the code can be redeemed",
      "Form Post 2-1",
      "Form Post 2-2",
      "Form Post 2-3",
    ),
    async () => {
      const { form, headers, text } = await postedBy(
        await answerConsent(server, cookie, { response_mode: "form_post" }),
      );
      expect(form.action).toBe(CALLBACK);
      const { code = "", ...others } = form.fields;
      expect(others).toEqual({ state: "a state", iss: "https://auth.example" });
      expect(text).toContain('method="post"');
      await expectTokens(await redeemCode(server, code));
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("pragma")).toBe("no-cache");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      const policy = headers.get("content-security-policy")?.split("; ");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action https://client.example");
    },
  );

  test("the only script is a file of this server, which caches may keep", async () => {
    const { text } = await postedBy(await open({ prompt: "none", max_age: "0" }));
    const scripts = [...text.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)];
    expect(scripts.map(([, , inside]) => inside)).toEqual([""]);
    const source = /src="([^"]+)"/.exec(scripts[0]?.[1] ?? "")?.[1] ?? "";
    expect(source).toMatch(/^\/assets\/submit-[A-Za-z0-9_-]{12}\.js$/);
    const script = await server.fetch(source);
    expect(script.status).toBe(200);
    expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(script.headers.get("cache-control")).toContain("immutable");
  });

  test("an error is posted as well", async () => {
    const { form } = await postedBy(await open({ scope: "everything" }));
    expect(form.action).toBe(CALLBACK);
    expect(Object.keys(form.fields)).toEqual(["error", "error_description", "state", "iss"]);
    expect(form.fields.error).toBe("invalid_scope");
  });

  test("a refusal by the person is posted, also a second time", async () => {
    const changes = { response_mode: "form_post", prompt: "consent" };
    const { form } = await postedBy(await answerConsent(server, cookie, changes, "deny"));
    expect(form.fields.error).toBe("access_denied");
  });

  test(proves("a value cannot break out of the page", "threat 31"), async () => {
    const state = `"><script>alert(1)</script><input name="code" value='x'>&amp;`;
    const { form, text } = await postedBy(await open({ scope: "everything", state }));
    expect(form.fields.state).toBe(state);
    expect(Object.keys(form.fields)).toEqual(["error", "error_description", "state", "iss"]);
    expect(text).not.toContain("alert(1)</script>");
  });

  test("a parameter of the answer that the client registered gives way; others stay in the address", async () => {
    const changes = {
      client_id: "odd",
      redirect_uri: "https://odd.example/cb?tenant=1&code=old&state=old",
      scope: "everything",
    };
    const { form } = await postedBy(await open(changes));
    expect(form.action).toBe("https://odd.example/cb?tenant=1");
  });

  test.each(["com.example.phone:/cb", "http://[::1]:7000/cb"])(
    "cannot reach %s, and the client learns so in the query",
    async (redirectUri) => {
      const answer = redirectOf(await open({ client_id: "phone", redirect_uri: redirectUri }));
      expect(answer.searchParams.get("error")).toBe("invalid_request");
      expect(answer.searchParams.get("error_description")).toContain("use query or fragment");
    },
  );

  test(proves("an unverified client's answer waits for the person", "threat 68"), async () => {
    const registered = await postRegistration(server, { redirect_uris: ["https://stranger.example/cb"] });
    const { client_id: clientId } = (await registered.json()) as { client_id: string };
    const asked = await open({
      client_id: clientId,
      redirect_uri: "https://stranger.example/cb",
      scope: "everything",
      ui_locales: "de",
    });
    const { form, text, headers } = await postedBy(asked);
    expect(text).not.toContain("<script");
    expect(text).toContain("Weiter zu stranger.example?");
    expect(headers.get("content-security-policy")).toContain("form-action https://stranger.example");
    expect(form.action).toBe("https://stranger.example/cb");
    expect(form.fields.error).toBe("invalid_scope");
  });
});

describe("response_mode=fragment", () => {
  test("the code, the state and the issuer are in the fragment, and nothing is in the query", async () => {
    const answer = redirectOf(await answerConsent(server, cookie, { response_mode: "fragment" }));
    expect(answer.search).toBe("");
    const parameters = new URLSearchParams(answer.hash.slice(1));
    expect([...parameters.keys()]).toEqual(["code", "state", "iss"]);
    await expectTokens(await redeemCode(server, parameters.get("code") ?? ""));
  });

  test("an error too, and also for a program on the device", async () => {
    const answer = await open({
      response_mode: "fragment",
      client_id: "phone",
      redirect_uri: "com.example.phone:/cb",
      scope: "everything",
    });
    expect(answer.headers.get("location")).toStartWith("com.example.phone:/cb#error=invalid_scope&");
  });
});
