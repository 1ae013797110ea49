/** Scopes of management in the configuration. */
import { expect, test } from "bun:test";
import { loadConfiguration } from "../../src/configuration/sources.ts";
import { proves } from "../support/proves.ts";

const load = (...set: string[]) =>
  loadConfiguration({ env: {}, flags: { set: ["issuer=https://auth.example", ...set] } });

test(proves("a client that registers itself cannot be given a scope of management", "threat 90"), () => {
  for (const setting of ["registration.scope", "registration.client_credentials_scope"])
    expect(() => load(`${setting}=tessera.read`)).toThrow(
      "a client that registers itself cannot have the scope 'tessera.read', because it could manage this server",
    );
});

test("a declared client may have one", () => {
  const client = {
    client_id: "console",
    secrets: ["a secret that is long enough"],
    scope: ["tessera.admin"],
  };
  expect(load(`clients=${JSON.stringify([client])}`).clients[0]?.scope).toEqual(["tessera.admin"]);
});
