/** What an application is told of a person, found in one look. */
import { expect, test } from "bun:test";
import { revokeGrant } from "../../src/operations/access.ts";
import { claimsAbout } from "../../src/operations/claims.ts";
import type { Scope } from "../../src/protocol/identifiers.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import { grants } from "../../src/store/tables/grants.ts";
import { tokensFor } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer } from "../support/server.ts";

test(
  proves("a grant that ends after its token was checked tells nothing of the person any more", "threat 64"),
  async () => {
    const server = await startTestServer();
    try {
      const { context } = server;
      const ada = await server.addPerson("ada", { name: "Ada" });
      await tokensFor(server, ada, { scope: "openid profile" });
      const [grant] = await context.store.list(grants, { limit: 1 });
      if (grant === undefined) throw new Error("There is no grant.");
      const tell = () => claimsAbout(context, { ...grant, grantId: grant.id }, ["profile" as Scope]);
      expect(await tell()).toMatchObject({ sub: ada.subject, name: "Ada" });
      await revokeGrant(context, SERVER_ACT, grant.id, "revoked_by_client", context.clock.seconds());
      expect(await tell()).toBeNull();
    } finally {
      await server.close();
    }
  },
);
