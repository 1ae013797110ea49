/** An API that takes only bound tokens (RFC 9728 §2, dpop_bound_access_tokens_required): this server issues no others for it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { knownResources } from "../../src/operations/management/server.ts";
import { previewTokens } from "../../src/operations/preview.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { newProofKey, type ProofKey, requestBound } from "../support/dpop.ts";
import {
  answerDevice,
  codeFor,
  expectRefusal,
  isActive,
  jsonOf,
  pollDevice,
  redeemCode,
  refresh,
  serviceToken,
  startDevice,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, type TestServer } from "../support/server.ts";
import { CLIENT_CREDENTIALS_FORM, codeForm, WEB_CALLBACK } from "../support/token-requests.ts";

const MAIL = "https://mail.example/";
const FILES = "https://files.example/api";

let server: TestServer;
let ada: AccountRecord;
let key: ProofKey;
beforeAll(async () => {
  server = await startTestServer({
    resources: [
      { identifier: MAIL, scopes: ["mail.read", "mail.send"], dpop_bound_access_tokens_required: true },
      { identifier: FILES, scopes: ["files"] },
    ],
  });
  ada = await server.addPerson("ada");
  key = await newProofKey();
});
afterAll(() => server.close());

const refused = async (response: Response) => {
  const body = await expectRefusal(response, 400, "invalid_dpop_proof");
  expect(body.error_uri).toContain("#dpop_proof_missing");
};

describe("a token for an API that takes only bound ones", () => {
  test(
    proves("is refused without a proof, and the code is not used up by that", "RFC 9728 2-5", "threat 85"),
    async () => {
      for (const changes of [{}, { resource: MAIL }, { scope: "mail.read files" }]) {
        const code = await codeFor(server, ada, changes);
        await refused(await redeemCode(server, code));
        const bound = await jsonOf(await requestBound(server, "web", codeForm(code, WEB_CALLBACK), key));
        expect(bound.token_type).toBe("DPoP");
      }
      const other = await codeFor(server, ada, { scope: "files" });
      expect((await jsonOf(await redeemCode(server, other))).token_type).toBe("Bearer");
    },
  );

  test(proves("is refused without a proof, by whichever flow", "RFC 9728 2-5", "threat 85"), async () => {
    await refused(await server.post("/auth/token", CLIENT_CREDENTIALS_FORM, basic("service", SECRET)));
    expect(await serviceToken(server, { scope: "files" })).toBeString();
    const service = await requestBound(server, "service", CLIENT_CREDENTIALS_FORM, key);
    expect((await jsonOf(service)).token_type).toBe("DPoP");

    const device = textOf(await startDevice(server), "device_code");
    await answerDevice(server, device, ada);
    await refused(await pollDevice(server, device));
  });

  test(
    proves(
      "is refused at a refresh; the refresh token is not used up, and its replay still ends all",
      "threat 85",
      "threat 8",
    ),
    async () => {
      // The grant is for both APIs. A token for the one needs no proof, and for the other it does.
      const code = await codeFor(server, ada, { scope: "mail.read files" });
      const first = textOf(
        await jsonOf(await redeemCode(server, code, { resource: FILES })),
        "refresh_token",
      );
      await refused(await refresh(server, first, { resource: MAIL }));
      const files = await jsonOf(await refresh(server, first, { resource: FILES }));
      expect(files.token_type).toBe("Bearer");
      server.clock.advance(600);
      // A late use ends the grant, even one that would get no token for want of a proof.
      await expectRefusal(await refresh(server, first, { resource: MAIL }), 400, "invalid_grant");
      expect(await isActive(server, textOf(files, "access_token"))).toBe(false);
    },
  );

  test("can be previewed, and the document of the API says so", async () => {
    const client = await server.context.store.findClient("web" as ClientId);
    if (client === null) throw new Error("There is no client.");
    const preview = await previewTokens(server.context, client, ada, client.scope);
    expect(preview.introspection).toMatchObject({ active: true });
    const [, mail, files] = knownResources(server.context);
    expect(mail?.metadata).toMatchObject({ dpop_bound_access_tokens_required: true });
    expect(files?.metadata).not.toHaveProperty("dpop_bound_access_tokens_required");
  });
});
