/**
 * The keys of trusted issuers: where they come from, how long they count, and what a hostile or broken issuer does not achieve. The
 * issuers are real servers on this machine.
 */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { parse } from "valibot";
import { type ConfigurationInput, configurationSchema } from "../../src/configuration/schema.ts";
import { createTrustedIssuers, type TrustedIssuers } from "../../src/operations/trusted-issuers.ts";
import { createLog } from "../../src/platform/log.ts";
import { createOutbound } from "../../src/platform/outbound.ts";
import { parseJws } from "../../src/protocol/jws.ts";
import { startIssuer, type TestIssuer } from "../support/issuers.ts";
import { proves } from "../support/proves.ts";

let issuer: TestIssuer;
let now: number;
let logged: string;
let issuers: TrustedIssuers;

type Declared = NonNullable<ConfigurationInput["trusted_issuers"]>[number];

function trust(declared: readonly Declared[], allow: readonly string[] = ["127.0.0.1"]): TrustedIssuers {
  const configuration = {
    ...parse(configurationSchema, { trusted_issuers: [...declared] }),
    issuer: "https://auth.example",
  };
  return createTrustedIssuers({
    configuration,
    outbound: createOutbound({ allow, timeoutMillis: 200 }),
    steadyClock: { millis: () => now },
    log: createLog({ level: "warn", format: "json", write: (line) => (logged += line) }),
  });
}

beforeEach(async () => {
  issuer = await startIssuer();
  now = 1_000_000;
  logged = "";
  issuers = trust([{ issuer: issuer.issuer }]);
});
afterEach(() => issuer.stop());

async function faultOf(
  text: Promise<string> | string,
  from = issuers,
  name = issuer.issuer,
): Promise<string | null> {
  const named = from.named(name);
  if (named === null) throw new Error("The issuer is not trusted.");
  return from.signatureFault(named, parseJws(await text, 10_000));
}

const token = (options = {}) => issuer.sign({ iss: issuer.issuer, sub: "a" }, options);
const keysAsked = () => issuer.asked.filter((path) => path === "/keys").length;

test("come by discovery, once for many tokens, and again after a quarter of an hour", async () => {
  expect(await Promise.all(Array.from({ length: 10 }, async () => faultOf(token())))).toEqual(
    Array.from({ length: 10 }, () => null),
  );
  expect(issuer.asked).toEqual(["/.well-known/openid-configuration", "/keys"]);
  now += 15 * 60_000;
  expect(await faultOf(token())).toBeNull();
  expect(keysAsked()).toBe(2);
});

test(
  proves(
    "follow a rotation: an unknown kid fetches them again, at most once a minute",
    "threat 80",
    "threat 86",
  ),
  async () => {
    const old = token();
    expect(await faultOf(old)).toBeNull();
    await issuer.rotate();
    expect(await faultOf(token())).toContain("no key with this kid");
    now += 60_000;
    expect(await faultOf(token())).toBeNull();
    expect(await faultOf(old)).toContain("no key with this kid");
    for (let guess = 0; guess < 20; guess += 1) await faultOf(token({ kid: `guess-${guess}` }));
    expect(keysAsked()).toBe(2);
  },
);

test(proves("count no longer when they cannot be fetched again", "threat 86"), async () => {
  expect(await faultOf(token())).toBeNull();
  issuer.answer = () => new Response("", { status: 503 });
  // An unknown key at a bad moment takes nothing away.
  now += 14.5 * 60_000;
  expect(await faultOf(token({ kid: "unknown" }))).toContain("no key");
  expect(await faultOf(token())).toBeNull();
  // Half a minute later they are too old, although the last try was a moment ago.
  now += 31_000;
  expect(await faultOf(token())).toContain("cannot be fetched");
  now += 60_000;
  expect(await faultOf(token())).toContain("cannot be fetched");
  expect(logged).toContain("the keys of an issuer cannot be fetched");
  issuer.answer = null;
  now += 60_000;
  expect(await faultOf(token())).toBeNull();
});

test.each<[string, (path: string) => Response | Promise<Response> | null, string]>([
  [
    "names another issuer",
    () => Response.json({ issuer: "https://other.example", jwks_uri: `${issuer.url}/keys` }),
    "another one",
  ],
  [
    "names itself with a slash",
    () => Response.json({ issuer: `${issuer.url}/`, jwks_uri: `${issuer.url}/keys` }),
    "another one",
  ],
  ["names no keys", () => Response.json({ issuer: issuer.url }), "no jwks_uri"],
  [
    "leads inside by its keys",
    () => Response.json({ issuer: issuer.url, jwks_uri: "http://169.254.169.254/keys" }),
    "cannot be fetched",
  ],
  [
    "leads to a file by its keys",
    () => Response.json({ issuer: issuer.url, jwks_uri: "file:///etc/passwd" }),
    "cannot be fetched",
  ],
  ["redirects", () => Response.redirect(`${issuer.url}/keys`), "cannot be fetched"],
  ["is slow", () => new Promise<Response>(() => {}), "cannot be fetched"],
  ["is huge", () => Response.json({ issuer: "x".repeat(200_000) }), "cannot be fetched"],
  [
    "has a huge set of keys",
    (path) =>
      path === "/keys" ? Response.json({ keys: Array.from({ length: 51 }, () => issuer.publicJwk) }) : null,
    "more than 50 keys",
  ],
  [
    "publishes a private key",
    (path) => (path === "/keys" ? Response.json({ keys: [{ ...issuer.publicJwk, d: "AA" }] }) : null),
    "private members",
  ],
  [
    "publishes a symmetric key",
    (path) => (path === "/keys" ? Response.json({ keys: [{ kty: "oct", k: "AA", kid: issuer.kid }] }) : null),
    "private members",
  ],
  [
    "publishes a key that is no point of its curve",
    (path) =>
      path === "/keys" ? Response.json({ keys: [{ ...issuer.publicJwk, x: issuer.publicJwk.y }] }) : null,
    "not valid",
  ],
  [
    "publishes a key for encryption",
    (path) => (path === "/keys" ? Response.json({ keys: [{ ...issuer.publicJwk, use: "enc" }] }) : null),
    "no key",
  ],
])(
  proves("do not count if the issuer %s", "threat 20", "threat 35", "threat 86"),
  async (_, answer, words) => {
    issuer.answer = answer;
    expect(await faultOf(token())).toContain(words);
  },
);

test(proves("are asked for only where the operator lets the server go", "threat 20"), async () => {
  expect(await faultOf(token(), trust([{ issuer: issuer.issuer }], []))).toContain("cannot be fetched");
  expect(issuer.asked).toEqual([]);
});

test(
  proves("of one issuer serve no other, not even one that is down", "threat 35", "threat 86"),
  async () => {
    const other = await startIssuer();
    try {
      const both = trust([{ issuer: issuer.issuer }, { issuer: other.issuer }]);
      expect(await faultOf(token(), both)).toBeNull();
      const claims = { iss: other.issuer, sub: "a" };
      const forged = await issuer.sign(claims);
      expect(await faultOf(forged, both, other.issuer)).toContain("no key");
      const named = await issuer.sign(claims, { kid: other.kid });
      expect(await faultOf(named, both, other.issuer)).toContain("signature");
      other.answer = () => new Promise<Response>(() => {});
      expect(await faultOf(token(), both)).toBeNull();
    } finally {
      await other.stop();
    }
  },
);

test(proves("serve only the algorithms that the operator names", "threat 35"), async () => {
  const narrow = trust([{ issuer: issuer.issuer, algorithms: ["RS256"] }]);
  expect(await faultOf(token(), narrow)).toContain("algorithm");
  expect(issuer.asked).toEqual([]);
});

test("come from jwks_uri, also for a trust domain, whose keys have a use of their own", async () => {
  const spire = await startIssuer({ use: "jwt-svid" });
  try {
    const name = "spiffe://prod.example";
    const found = trust([{ issuer: name, jwks_uri: `${spire.url}/keys` }]);
    expect(await faultOf(spire.sign({ sub: `${name}/a` }), found, name)).toBeNull();
    expect(spire.asked).toEqual(["/keys"]);
  } finally {
    await spire.stop();
  }
});

test("an issuer with a slash at its end has its document below one slash", async () => {
  const slashed = await startIssuer({ slash: "/" });
  try {
    const found = trust([{ issuer: slashed.issuer }]);
    expect(await faultOf(slashed.sign({ sub: "a" }), found, slashed.issuer)).toBeNull();
    expect(slashed.asked[0]).toBe("/.well-known/openid-configuration");
    expect(found.named(slashed.url)).toBeNull();
  } finally {
    await slashed.stop();
  }
});
