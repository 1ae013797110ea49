/** Every way in which access ends, applied to a person, a client or a grant. */

import type { ClientId } from "../../src/protocol/identifiers.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { formsOf } from "../support/code-flow.ts";
import { expectRefusal, type Json, postAs, redeemCode, refresh, textOf } from "../support/flows.ts";
import type { TestServer } from "../support/server.ts";

/** The person and client concerned. */
export interface Scene {
  readonly server: TestServer;
  readonly person: AccountRecord;
  /** The person's browser. */
  readonly cookie: string;
  readonly clientId: ClientId;
}

export interface Ending {
  /** `access`: all access of a client, and so the tokens that it got for itself. */
  readonly of: "person" | "client" | "grant" | "access";
  end(scene: Scene): Promise<unknown>;
}

const secondsOf = ({ server }: Scene): number => server.clock.seconds();

/** Acts of an operator or a person, for use at any step. */
export const ENDINGS: Readonly<Record<string, Ending>> = {
  "the person is disabled": {
    of: "person",
    end: (scene) => scene.server.context.store.disableAccount(scene.person.subject, secondsOf(scene)),
  },
  "the person is removed": {
    of: "person",
    end: (scene) => scene.server.context.store.removeAccount(scene.person.subject, secondsOf(scene)),
  },
  "the client is disabled": {
    of: "client",
    async end(scene) {
      const { store } = scene.server.context;
      const client = await store.findClient(scene.clientId);
      if (client === null) throw new Error("There is no such client.");
      await store.putClient({ ...client, disabledAt: secondsOf(scene) });
    },
  },
  "the client is removed": {
    of: "client",
    end: (scene) => scene.server.context.store.removeClient(scene.clientId, secondsOf(scene)),
  },
  "the operator ends each grant": {
    of: "grant",
    async end(scene) {
      const { store } = scene.server.context;
      for (const grant of await store.listGrants({ subject: scene.person.subject }, secondsOf(scene))) {
        await store.revokeGrant(grant.id, "revoked_by_operator", secondsOf(scene));
      }
      // A consent without a grant.
      const filter = { subject: scene.person.subject };
      await store.revokeAccess(filter, "revoked_by_operator", secondsOf(scene));
    },
  },
  "the operator takes back all that the client was given": {
    of: "access",
    end: (scene) =>
      scene.server.context.store.revokeAccess(
        { clientId: scene.clientId },
        "revoked_by_operator",
        secondsOf(scene),
      ),
  },
  "the person takes access back on their page": {
    of: "grant",
    async end({ server, cookie, clientId }) {
      const page = await server.fetch("/account", { headers: { Cookie: cookie } });
      const form = (await formsOf(page)).find(({ fields }) => fields.client_id === clientId);
      // There is no access yet.
      if (form === undefined) return;
      const headers = { Cookie: cookie, "Sec-Fetch-Site": "same-origin" };
      const answer = await server.post("/account", { ...form.fields, action: "remove" }, headers);
      if (answer.status !== 303) throw new Error(`Access was not taken back: ${answer.status}`);
    },
  },
};

/** The tokens issued to the client `web`, and their code. */
export interface Issued {
  readonly code: string;
  readonly tokens: Json;
}

/** Acts of a client with its tokens, right or wrong, that end the whole grant. */
export const ENDINGS_BY_USE: Readonly<Record<string, (scene: Scene, issued: Issued) => Promise<void>>> = {
  "its client gives the refresh token back": async ({ server }, { tokens }) => {
    await postAs(server, "web", "/auth/revoke", { token: textOf(tokens, "refresh_token") });
  },
  "its client gives the refresh token back with a wrong hint": async ({ server }, { tokens }) => {
    const token_type_hint = "access_token";
    await postAs(server, "web", "/auth/revoke", { token: textOf(tokens, "refresh_token"), token_type_hint });
  },
  "its code is used again": async ({ server }, { code }) => {
    await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
  },
  "a refresh token of it is used too late": async ({ server }, { tokens }) => {
    const first = textOf(tokens, "refresh_token");
    await refresh(server, first);
    server.clock.advance(31);
    await expectRefusal(await refresh(server, first), 400, "invalid_grant");
  },
};
