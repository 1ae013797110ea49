/**
 * Threat classes 1, 2 and 4: the redirect URIs that may be registered, and those that match one. The rule is short:
 * equal byte for byte, except for the port of a loopback address.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RedirectUri } from "../../src/protocol/identifiers.ts";
import {
  isClaimedHttps,
  isLoopback,
  isUnprotected,
  matchRedirectUri,
  recipientOf,
  redirectUriFault,
} from "../../src/protocol/redirect-uri.ts";
import { proves } from "../support/proves.ts";

const registeredAs = (...uris: string[]): RedirectUri[] => uris as RedirectUri[];
const match = (requested: string, ...registered: string[]): string | null =>
  matchRedirectUri(requested, registeredAs(...registered));

describe("a redirect URI that may be registered", () => {
  test.each([
    "https://client.example/callback",
    "https://client.example",
    "https://client.example/",
    "https://client.example:8443/callback",
    "https://client.example/callback?tenant=1&x=%20",
    "https://client.example?only=query",
    "https://client.example/a/b/c.html",
    "https://client.example/a%20b",
    "https://client.example/~user/;v=1,2",
    "https://xn--bcher-kva.example/cb",
    "https://192.0.2.7/cb",
    "https://[2001:db8::1]/cb",
    "https://localhost/cb",
    "http://127.0.0.1/callback",
    "http://127.0.0.1:49152/callback",
    "http://127.0.0.1",
    "http://[::1]/callback",
    "http://[::1]:3000",
    "http://localhost/callback",
    "http://localhost:3000/?x=1",
    "com.example.app:/callback",
    "com.example.app:/callback?x=1",
    "com.example.app://callback",
    "com.example.app:callback",
    "app.immich:///oauth-callback",
    "io.github.some-app+beta:/cb",
  ])("%s", (uri) => {
    expect(redirectUriFault(uri)).toBeNull();
  });

  test("has 2000 characters at most", () => {
    const uri = `https://client.example/${"a".repeat(2000 - "https://client.example/".length)}`;
    expect(redirectUriFault(uri)).toBeNull();
    expect(redirectUriFault(`${uri}a`)).toContain("2000");
  });

  test(
    proves(
      "may have a short private scheme if the operator allows it, and only that one",
      "RFC 8252 8.4-4",
      "RFC 8252 8.4-5",
    ),
    () => {
      expect(redirectUriFault("vscode://x/y", ["vscode"])).toBeNull();
      expect(redirectUriFault("cursor://x/y", ["vscode"])).toContain("'cursor'");
      expect(redirectUriFault("vscode://x/y")).toContain("com.example.app");
    },
  );
});

// Each with a part of the explanation.
const REFUSED: readonly (readonly [string, string])[] = [
  // No URI at all.
  ["", "spaces, control characters"],
  ["callback", "absolute"],
  ["/callback", "absolute"],
  ["//client.example/callback", "absolute"],
  ["client.example/callback", "absolute"],
  ["://client.example", "absolute"],
  ["1https://client.example/", "absolute"],
  ["-app:/callback", "absolute"],
  ["https://", "absolute"],
  ["https:client.example/callback", "no host"],
  ["https:/client.example/callback", "no host"],
  ["https:///client.example/callback", "no host"],
  ["https://?x=1", "absolute"],
  ["https://:8443/callback", "absolute"],
  // Spaces and control characters, which parsers strip or keep as they like.
  [" https://client.example/callback", "spaces"],
  ["https://client.example/callback ", "spaces"],
  ["https://client.example/call back", "spaces"],
  ["https://client.example/callback\n", "control"],
  ["https://client.example/callback\r\nSet-Cookie: a=b", "control"],
  ["https://client.exam\tple/callback", "control"],
  ["ht\ntps://client.example/callback", "control"],
  ["\u0000https://client.example/", "control"],
  ["https://client.example/\u007f", "control"],
  // Letters beyond ASCII.
  ["https://bücher.example/cb", "ASCII"],
  ["https://clіent.example/callback", "ASCII"],
  ["https://client．example/callback", "ASCII"],
  ["https://client.example／callback", "ASCII"],
  ["https://client.example/\u202ecallback", "ASCII"],
  ["https://client.example/callback\ufeff", "ASCII"],
  ["http://①②⑦.0.0.1/cb", "ASCII"],
  // Characters that browsers rewrite.
  ["https://client.example\\callback", "percent-encoded"],
  ["https:\\\\client.example\\callback", "percent-encoded"],
  ["https://evil.example\\@client.example/callback", "percent-encoded"],
  ['https://client.example/"onload=', "percent-encoded"],
  ["https://client.example/<script>", "percent-encoded"],
  ["https://client.example/{a}", "percent-encoded"],
  ["https://client.example/a|b", "percent-encoded"],
  ["https://client.example/a^b", "percent-encoded"],
  ["https://client.example/a`b", "percent-encoded"],
  // Fragments and wildcards.
  ["https://client.example/callback#", "fragment"],
  ["https://client.example/callback#part", "fragment"],
  ["com.example.app:/callback#part", "fragment"],
  ["https://*.client.example/callback", "wildcards"],
  ["https://client.example/*", "wildcards"],
  ["https://*", "wildcards"],
  ["*", "wildcards"],
  ["http://127.0.0.1:*/callback", "wildcards"],
  // A user name before the host.
  ["https://client.example@evil.example/callback", "user name"],
  ["https://user:word@client.example/callback", "user name"],
  ["https://@client.example/callback", "user name"],
  ["http://localhost:80@evil.example/callback", "user name"],
  ["http://127.0.0.1@evil.example/callback", "user name"],
  ["http://127.0.0.1:80@evil.example/callback", "user name"],
  // Hosts that browsers rewrite.
  ["https://CLIENT.example/callback", "client.example"],
  ["https://client.exampl%65/callback", "client.example"],
  ["https://client.example:443/callback", "client.example"],
  ["https://client.example:/callback", "client.example"],
  ["https://client.example:08443/callback", "client.example:8443"],
  ["http://127.0.0.1:80/callback", "127.0.0.1"],
  ["http://127.1/callback", "127.0.0.1"],
  ["http://2130706433/callback", "127.0.0.1"],
  ["http://0x7f.0.0.1/callback", "127.0.0.1"],
  ["http://0177.0.0.1/callback", "127.0.0.1"],
  ["http://[0:0:0:0:0:0:0:1]/callback", "[::1]"],
  ["http://LOCALHOST/callback", "localhost"],
  ["https://client.example:99999/callback", "absolute"],
  ["https://client.example:80a/callback", "absolute"],
  ["https://[::1/callback", "absolute"],
  // Paths that browsers rewrite.
  ["https://client.example/a/../callback", "dot segments"],
  ["https://client.example/./callback", "dot segments"],
  ["https://client.example/..", "dot segments"],
  ["https://client.example/callback/.", "dot segments"],
  ["https://client.example/%2e%2e/callback", "dot segments"],
  ["https://client.example/a/.%2E/callback", "dot segments"],
  ["http://127.0.0.1/a/../callback", "dot segments"],
  ["https://client.example/a%2fb", "encoded"],
  ["https://client.example/a%5Cb", "encoded"],
  ["https://client.example/a%2eb", "encoded"],
  ["https://client.example/a%00b", "encoded"],
  ["https://client.example/a%0d%0ab", "encoded"],
  // Plain http.
  ["http://client.example/callback", "loopback"],
  ["http://127.0.0.1.evil.example/callback", "loopback"],
  ["http://localhost.evil.example/callback", "loopback"],
  ["http://localhost./callback", "loopback"],
  ["http://notlocalhost/callback", "loopback"],
  ["http://127.0.0.2/callback", "loopback"],
  ["http://10.0.0.1/callback", "loopback"],
  ["http://0.0.0.0/callback", "loopback"],
  ["http://[::2]/callback", "loopback"],
  ["http://[::ffff:127.0.0.1]/callback", "written as"],
  ["http://[::ffff:7f00:1]/callback", "loopback"],
  // Schemes that run, read or send something (threat class 4).
  ["javascript:alert(1)", "'javascript'"],
  ["javascript://client.example/%0aalert(1)", "'javascript'"],
  ["data:text/html,x", "'data'"],
  ["data:text/html;base64,PHNjcmlwdD4=", "'data'"],
  ["vbscript:msgbox(1)", "'vbscript'"],
  ["file:///etc/passwd", "'file'"],
  ["blob:https://client.example/1-2-3", "'blob'"],
  ["about:blank", "'about'"],
  ["view-source:https://client.example", "'view-source'"],
  ["filesystem:https://client.example/x", "'filesystem'"],
  ["ws://client.example/callback", "'ws'"],
  ["wss://client.example/callback", "'wss'"],
  ["ftp://client.example/callback", "'ftp'"],
  ["mailto:a@client.example", "'mailto'"],
  ["tel:+123", "'tel'"],
  ["sms:+123", "'sms'"],
  ["chrome://settings", "'chrome'"],
  ["resource://x", "'resource'"],
  ["jar:https://client.example!/x", "'jar'"],
  ["mhtml:https://client.example", "'mhtml'"],
  ["ms-its:x", "'ms-its'"],
  ["intent://scan/", "'intent'"],
  ["urn:ietf:wg:oauth:2.0:oob", "'urn'"],
  ["JavaScript:alert(1)", "lower case"],
  ["JAVASCRIPT:alert(1)", "lower case"],
  ["HTTPS://client.example/callback", "lower case"],
  ["Com.Example.App:/callback", "lower case"],
  ["DATA:text/html,x", "lower case"],
  [" javascript:alert(1)", "spaces"],
  ["java\nscript:alert(1)", "control"],
  ["javascript\t:alert(1)", "control"],
  ["javascript :alert(1)", "spaces"],
  ["\u0001javascript:alert(1)", "control"],
  // Private schemes that name no owner.
  ["myapp:/callback", "com.example.app"],
  ["myapp://callback", "com.example.app"],
  ["http2:/callback", "com.example.app"],
  ["x-javascript:alert(1)", "com.example.app"],
];

describe("a redirect URI that may not be registered", () => {
  test("the table has the classes that the threat model asks for", () => {
    expect(new Set(REFUSED.map(([uri]) => uri)).size).toBe(REFUSED.length);
    expect(REFUSED.length).toBeGreaterThan(100);
  });

  test.each(REFUSED)(
    proves(
      "%j: %s",
      "RFC 9700 2.6-4",
      "RFC 9700 2.6-3",
      "RFC 8252 8.4-5",
      "RFC 8252 8.4-4",
      "RFC 7591 5-4",
      "RFC 6749 3.1.2-1",
      "RFC 6749 3.1.2-3",
      "RFC 6749 3.1.2.1-1",
      "RFC 6749 10.5-1",
      "RFC 6749 10.8-2",
    ),
    (uri, words) => {
      expect(redirectUriFault(uri)).toContain(words);
    },
  );

  test(proves("no dangerous scheme becomes allowed by being listed as a private one", "threat 4"), () => {
    for (const scheme of ["javascript", "data", "file", "blob", "vbscript"]) {
      expect(redirectUriFault(`${scheme}:x`, [scheme])).not.toBeNull();
    }
  });

  test("http beyond loopback does not become allowed by being listed as a private scheme", () => {
    expect(redirectUriFault("http://client.example/", ["http"])).not.toBeNull();
  });
});

describe("a redirect URI that only the operator may register", () => {
  const SPELLINGS = [
    "https://client.example:443/callback",
    "https://client.example/a%2Fb%2fc",
    "Com.Example.App:/callback",
    "MyApp://callback",
  ];
  const HTTP = [
    "http://homelab.lan:8123/cb",
    "http://10.0.0.1/cb",
    "http://homelab/",
    "http://[fd00::1]:80/",
  ];

  test.each(SPELLINGS)("%s is compared as it is written", (uri) => {
    expect(redirectUriFault(uri, ["myapp"])).not.toBeNull();
    expect(redirectUriFault(uri, ["myapp"], { anySpelling: true })).toBeNull();
    expect(match(uri, uri)).toBe(uri);
    for (const other of [uri.replace(":443", ""), uri.toLowerCase(), uri.replaceAll(/%2f/gi, "/")])
      if (other !== uri) expect(match(other, uri)).toBeNull();
  });

  test.each(HTTP)("%s needs the switch for http", (uri) => {
    expect(redirectUriFault(uri, [], { anySpelling: true })).toContain("allow_http_redirects");
    expect(redirectUriFault(uri, [], { anySpelling: true, http: true })).toBeNull();
    expect(match(uri, uri)).toBe(uri);
    // The port of such an address does not vary.
    expect(match(uri.replace(/:[0-9]+\//, ":1/").replace("10.0.0.1/", "10.0.0.1:1/"), uri)).toBe(
      uri === "http://homelab/" ? uri : null,
    );
    expect(isUnprotected(uri)).toBe(true);
  });

  test(
    proves("has no dangerous scheme in any spelling, and no other odd form", "threat 1", "threat 4"),
    () => {
      for (const [uri] of REFUSED) {
        const isFree = /^https:[^?]*%2f|:443\/|^Com\.Example|^http:/i.test(uri);
        if (!isFree)
          expect([uri, redirectUriFault(uri, [], { anySpelling: true, http: true }) === null]).toEqual([
            uri,
            false,
          ]);
      }
      for (const uri of [
        "JavaScript:alert(1)",
        "HTTPS://client.example/callback",
        "https://client.example:0443/callback",
        "https://client.example:80/../x",
        "https://client.example:443@evil.example/",
        "https://a@client.example:443/",
        "https://CLIENT.example:443/",
        "https://client.example/%2e%2e%2Fx",
        "https://client.example/%5c%2F",
        "http://127.1/",
        "MyApp://callback",
      ]) {
        expect([uri, redirectUriFault(uri, [], { anySpelling: true, http: true }) === null]).toEqual([
          uri,
          false,
        ]);
      }
    },
  );

  test("travels in the clear only as http beyond this machine", () => {
    for (const uri of [
      "https://client.example/",
      "http://127.0.0.1:1/",
      "http://localhost/",
      "com.example.app:/",
    ])
      expect(isUnprotected(uri)).toBe(false);
  });
});

describe("a requested redirect URI", () => {
  const HTTPS = "https://client.example/callback";

  test(proves("matches the registered one that is equal to the last byte", "RFC 9700 4.1.3-1"), () => {
    expect(match(HTTPS, "https://other.example/", HTTPS)).toBe(HTTPS);
    expect(match("com.example.app:/cb", "com.example.app:/cb")).toBe("com.example.app:/cb");
  });

  test("matches nothing if nothing is registered", () => {
    expect(match(HTTPS)).toBeNull();
    expect(match("http://127.0.0.1:1/")).toBeNull();
  });

  test.each([
    "",
    "https://client.example/callback/",
    "https://client.example/callback?",
    "https://client.example/callback?x=1",
    "https://client.example/callback#",
    "https://client.example/callback#x",
    "https://client.example/callback ",
    " https://client.example/callback",
    "https://client.example/callback\n",
    "https://client.example/callback\u0000",
    "https://client.example/Callback",
    "https://client.example/callbac",
    "https://client.example/callback2",
    "https://client.example/callback/../callback",
    "https://client.example/./callback",
    "https://client.example//callback",
    "https://client.example/%63allback",
    "https://client.example/callback%00",
    "https://client.example:443/callback",
    "https://client.example:8443/callback",
    "https://client.example:/callback",
    "https://client.example:0/callback",
    "https://client.example./callback",
    "https://CLIENT.EXAMPLE/callback",
    "HTTPS://client.example/callback",
    "http://client.example/callback",
    "https://client.example@evil.example/callback",
    "https://evil.example@client.example/callback",
    "https://client.example:x@evil.example/callback",
    "https://@client.example/callback",
    "https://client.example\\callback",
    "https:\\\\client.example/callback",
    "https://evil.example\\.client.example/callback",
    "https:client.example/callback",
    "https:///client.example/callback",
    "//client.example/callback",
    "https://client.example.evil.example/callback",
    "https://sub.client.example/callback",
    "https://clıent.example/callback",
    "https://client。example/callback",
    "https://client.exa\tmple/callback",
    "*",
    "https://*/callback",
    "javascript:alert(1)",
    "null",
    "undefined",
  ])(
    proves(
      "%j does not match https://client.example/callback",
      "threat 1",
      "RFC 9700 4.1.3-1",
      "RFC 9700 2.1-1",
      "RFC 8252 8.4-3",
      "RFC 6749 3.1.2.2-3",
      "RFC 6749 3.1.2.3-3",
      "RFC 6749 10.6-4",
    ),
    (requested) => {
      expect(match(requested, HTTPS)).toBeNull();
    },
  );

  test(proves("is no pattern, even where the registered one looks like one", "threat 2"), () => {
    expect(match("https://client.example/callback", "https://client.example/.*")).toBeNull();
    expect(match("https://clientXexample/", "https://client.example/")).toBeNull();
    expect(match("http://127x0x0x1:1/", "http://127.0.0.1/")).toBeNull();
  });

  test.each([
    ["http://127.0.0.1:49152/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:49152/callback", "http://127.0.0.1:3000/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:3000/callback"],
    ["http://127.0.0.1:80/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:1/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:65535/callback", "http://127.0.0.1/callback"],
    ["http://[::1]:5000/callback", "http://[::1]/callback"],
    ["http://localhost:5000/callback", "http://localhost/callback"],
    ["http://localhost:5000/cb?a=b", "http://localhost/cb?a=b"],
    // Some clients write the slash of an empty path, and some do not.
    ["http://127.0.0.1:5000", "http://127.0.0.1/"],
    ["http://127.0.0.1:5000/", "http://127.0.0.1"],
    ["http://127.0.0.1:5000", "http://127.0.0.1"],
    ["http://127.0.0.1", "http://127.0.0.1/"],
    ["http://localhost", "http://localhost:8080/"],
    ["http://[::1]:9", "http://[::1]/"],
  ])(
    proves(
      "%s matches %s: the port of a loopback address may vary (RFC 8252 §7.3)",
      "RFC 8252 7.3-1",
      "RFC 9700 2.1-1",
      "RFC 9700 4.1.3-2",
    ),
    (requested, registered) => {
      expect(match(requested, registered)).toBe(requested);
    },
  );

  test.each([
    ["http://127.0.0.1:0/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:00/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:080/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:65536/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:999999/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:-1/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:+1/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:1e3/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1: 1/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:１/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1@evil.example/callback", "http://127.0.0.1/callback"],
    ["http://user@127.0.0.1:80/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80\\@evil.example/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80/callback#", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80/callback#@evil.example", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80#@evil.example/", "http://127.0.0.1/"],
    ["http://127.0.0.1:80/callback/", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80/Callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80/a/../callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80//callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80/callback?x=1", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80/callback", "http://127.0.0.1/callback?x=1"],
    ["http://127.0.0.1:80/callback\n", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80?x", "http://127.0.0.1/?x"],
    ["https://127.0.0.1:80/callback", "http://127.0.0.1/callback"],
    ["HTTP://127.0.0.1:80/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.2:80/callback", "http://127.0.0.1/callback"],
    ["http://127.1:80/callback", "http://127.0.0.1/callback"],
    ["http://2130706433:80/callback", "http://127.0.0.1/callback"],
    ["http://0.0.0.0:80/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1.evil.example:80/callback", "http://127.0.0.1/callback"],
    ["http://localhost:80/callback", "http://127.0.0.1/callback"],
    ["http://[::1]:80/callback", "http://127.0.0.1/callback"],
    ["http://127.0.0.1:80/callback", "http://localhost/callback"],
    ["http://LOCALHOST:80/callback", "http://localhost/callback"],
    ["http://localhost.:80/callback", "http://localhost/callback"],
    ["http://localhost.evil.example/callback", "http://localhost/callback"],
    ["http://[0:0:0:0:0:0:0:1]:80/callback", "http://[::1]/callback"],
    ["http://[::1%25eth0]:80/callback", "http://[::1]/callback"],
    ["http://[::1]evil.example:80/callback", "http://[::1]/callback"],
    // No other port may vary.
    ["https://localhost:5000/callback", "https://localhost/callback"],
    ["https://client.example:5000/callback", "https://client.example/callback"],
    ["com.example.app://x:5000/callback", "com.example.app://x/callback"],
  ])(
    proves("%j does not match %s", "threat 1", "RFC 8252 8.4-3", "RFC 9700 2.1-1", "RFC 9700 4.1.3-1"),
    (requested, registered) => {
      expect(match(requested, registered)).toBeNull();
    },
  );

  const anyUri = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.string(),
    fc
      .tuple(
        fc.constantFrom("http", "https", "HTTP", "com.example"),
        fc.constantFrom("127.0.0.1", "[::1]", "localhost", "localhost.", "127.1", "client.example"),
        fc.oneof(
          fc.constant(""),
          fc.integer({ min: 0, max: 70_000 }).map((port) => `:${port}`),
        ),
        fc.constantFrom("", "/", "/cb", "/cb/", "/cb?x=1", "?x=1", "/cb#f", "#f", "/./cb", "\\cb"),
      )
      .map(([scheme, host, port, rest]) => `${scheme}://${host}${port}${rest}`),
  );
  // The rule a second time, without regular expressions.
  const withoutPort = (uri: string): string | null => {
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      const start = `http://${host}`;
      if (!uri.startsWith(start)) continue;
      let rest = uri.slice(start.length);
      if (rest.startsWith(":")) {
        let end = 1;
        while (end < rest.length && "0123456789".includes(rest.charAt(end))) end += 1;
        const port = Number(rest.slice(1, end));
        if (end === 1 || rest.charAt(1) === "0" || port > 65535) return null;
        rest = rest.slice(end);
      }
      if (rest === "") return `${start}/`;
      if (rest.startsWith("/") || rest.startsWith("?")) return start + rest;
    }
    return null;
  };

  test(
    proves(
      "that is accepted is equal to a registered one, or a loopback one that differs by its port only",
      "RFC 8252 8.4-3",
    ),
    () => {
      const registrable = anyUri.filter((uri) => redirectUriFault(uri) === null);
      fc.assert(
        fc.property(anyUri, fc.array(registrable, { maxLength: 4 }), (requested, registered) => {
          const accepted = match(requested, ...registered);
          const equal = registered.includes(requested);
          const bare = withoutPort(requested);
          const loopback = bare !== null && registered.some((uri) => withoutPort(uri) === bare);
          expect(accepted).toBe(equal || loopback ? requested : null);
        }),
        { numRuns: 3000 },
      );
    },
  );

  test("that was registered always matches itself", () => {
    fc.assert(
      fc.property(
        anyUri.filter((uri) => redirectUriFault(uri) === null),
        (uri) => {
          expect(match(uri, uri)).toBe(uri);
        },
      ),
    );
  });
});

describe("what can be registered", () => {
  test("is visited by browsers exactly as it is written", () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), (uri) => {
        if (redirectUriFault(uri) !== null || !/^https?:/.test(uri)) return;
        const url = new URL(uri);
        expect(url.username + url.password + url.hash).toBe("");
        expect(uri.startsWith(url.origin)).toBe(true);
        expect(["https:", "http:"]).toContain(url.protocol);
      }),
    );
  });

  test("only https is claimed by its owner, and only plain loopback http is loopback", () => {
    expect(isClaimedHttps("https://client.example/")).toBe(true);
    expect(isClaimedHttps("http://127.0.0.1/")).toBe(false);
    expect(isClaimedHttps("com.example.app:/https://")).toBe(false);
    expect(isLoopback("http://127.0.0.1:3000/x")).toBe(true);
    expect(isLoopback("https://127.0.0.1/")).toBe(false);
    expect(isLoopback("http://127.0.0.1.evil.example/")).toBe(false);
  });

  test("the recipient is the origin of an https address, and the whole of any other", () => {
    const of = (text: string) => recipientOf(text as RedirectUri);
    expect(of("https://client.example/callback?tenant=1")).toBe("https://client.example");
    expect(of("https://client.example:8443/")).toBe("https://client.example:8443");
    expect(of("http://127.0.0.1/callback")).toBe("http://127.0.0.1/callback");
    expect(of("com.example.app:/callback")).toBe("com.example.app:/callback");
  });
});
