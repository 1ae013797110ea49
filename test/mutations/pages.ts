/** Mutations of src/pages/: what people see, and the forms that only they can send. */
import type { Change, Mutation } from "./mutation.ts";

const FORMS = "pages/forms.ts";
const DEVICE = "pages/device.tsx";
const UNBOUND_TOKEN: Change = {
  file: FORMS,
  find: `keys.mac("form", "token", cookieValue, purpose, boundData, String(expiresAt))`,
  replace: `keys.mac("form", "token", purpose, boundData, String(expiresAt))`,
};
const UNBOUND_SEAL: Change = {
  file: FORMS,
  find: `keys.mac("form", "sealed", cookieValue, purpose, id, String(expiresAt), encoded)`,
  replace: `keys.mac("form", "sealed", purpose, id, String(expiresAt), encoded)`,
};

export const PAGES: readonly Mutation[] = [
  {
    ...UNBOUND_TOKEN,
    against: ["threat 29", "threat 25", "threat 32"],
    what: "forms are good in every browser",
    also: [UNBOUND_SEAL],
    tests: ["adversary/28-approval.test.ts", "pages/device.test.ts"],
  },
  {
    ...UNBOUND_SEAL,
    against: ["threat 29"],
    what: "what a form seals is good in every browser",
    tests: ["pages/forms.test.ts"],
  },
  {
    file: FORMS,
    find: "    !sameText(mac, tokenMac(context, cookieValue, purpose, boundData, expiresAt))\n",
    replace: '    mac === ""\n',
    against: ["threat 26", "threat 28"],
    what: "the token of a form is not checked",
    tests: ["adversary/28-approval.test.ts", "pages/forms.test.ts"],
  },
  {
    file: FORMS,
    find: "    !sameText(mac, sealMac(context, cookieValue, purpose, idText, expiresAt, encoded))\n",
    replace: '    mac === ""\n',
    against: ["threat 29", "threat 28"],
    what: "the seal of a form is not checked",
    tests: ["pages/forms.test.ts", "adversary/28-approval.test.ts"],
  },
  {
    ...UNBOUND_TOKEN,
    replace: `keys.mac("form", "token", cookieValue, boundData, String(expiresAt))`,
    against: ["threat 13"],
    what: "a form token is good for every purpose",
    tests: ["pages/forms.test.ts"],
  },
  {
    file: FORMS,
    find: "  refuseForeignSender(context, incoming.request);\n",
    replace: "",
    against: ["threat 28"],
    what: "nobody asks from where a form was sent",
    tests: ["pages/forms.test.ts", "adversary/28-approval.test.ts"],
  },
  {
    file: DEVICE,
    find: "    return confirmPage(context, incoming, account, code, found.device, found.client);",
    replace: `    if (incoming.url.searchParams.get("decision") === "allow") {
      const grant = deviceGrant(context, found.device, account);
      await context.store.decideDeviceCode(found.device.id, grant, context.clock.seconds());
    }
    return confirmPage(context, incoming, account, code, found.device, found.client);`,
    against: ["threat 26"],
    what: "a link can approve a device",
    tests: ["pages/device.test.ts"],
  },
  {
    file: DEVICE,
    find: "const accountWait = limits.userCodePerAccount.attempt(account.subject);",
    replace: "const accountWait = 0;",
    against: ["threat 26"],
    what: "a person may guess user codes without end",
    tests: ["pages/device.test.ts"],
  },
  {
    file: DEVICE,
    find: "const addressWait = limits.userCodePerAddress.attempt(address);",
    replace: "const addressWait = 0;",
    against: ["threat 26"],
    what: "an address may guess user codes without end",
    tests: ["pages/device.test.ts"],
  },
  {
    file: DEVICE,
    find: `incoming.request.headers.get("sec-fetch-site") === "cross-site";`,
    replace: "false;",
    against: ["threat 26"],
    what: "a link on another site uses up the guesses of who follows it",
    tests: ["pages/device.test.ts"],
  },
  {
    file: DEVICE,
    find: "requesterAddress={device.requesterAddress}",
    replace: `requesterAddress=""`,
    against: ["threat 26"],
    what: "the page does not say from where a device asks",
    tests: ["pages/device.test.ts"],
  },
  {
    file: DEVICE,
    find: "if (device !== null && client !== null && mayAsk(client)) {",
    replace: "if (device !== null && client !== null) {",
    against: ["threat 25", "threat 19"],
    what: "a device may be approved for a client that was disabled since",
    also: [
      {
        file: "store/sqlite/device-codes.ts",
        find: "        if (client === null) return false;\n",
        replace: "",
      },
      {
        file: "store/sqlite/device-codes.ts",
        find: "        clients.markAllowed(client, now);\n",
        replace: "",
      },
    ],
    tests: ["pages/device.test.ts", "endpoints/disabled.test.ts", "adversary/15-ended-access.test.ts"],
  },
  {
    file: "pages/views/consent.tsx",
    find: "<bdi>{name}</bdi>",
    replace: "<bdi dangerouslySetInnerHTML={{ __html: name }} />",
    against: ["threat 30"],
    what: "a client's name is put on the page as it is",
    tests: ["adversary/30-markup.test.ts"],
  },
  {
    file: "pages/views/sign-in.tsx",
    find: "value={username}",
    replace: "value={raw(username)}",
    also: [
      {
        file: "pages/views/sign-in.tsx",
        find: "/** @jsxImportSource hono/jsx */\n",
        replace: `/** @jsxImportSource hono/jsx */\nimport { raw } from "hono/html";\n`,
      },
    ],
    against: ["threat 31"],
    what: "a user name in a link is put on the sign-in page as it is",
    tests: ["adversary/30-markup.test.ts"],
  },
  {
    file: "pages/respond.tsx",
    find: `"default-src 'none'",`,
    replace: `"default-src 'none'; script-src 'unsafe-inline'",`,
    against: ["threat 30", "threat 31"],
    what: "pages may have scripts",
    tests: ["pages/manners.test.ts"],
  },
  {
    file: "pages/respond.tsx",
    find: `    "frame-ancestors 'none'",\n`,
    replace: "",
    against: ["RFC 9700 4.16-1"],
    what: "pages may stand in a frame",
    tests: ["pages/manners.test.ts"],
  },
  {
    file: "pages/assets.ts",
    find: "style-src 'unsafe-inline'; sandbox; frame-ancestors",
    replace: "style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors",
    against: ["threat 30"],
    what: "a logo may run scripts",
    tests: ["pages/manners.test.ts"],
  },
  {
    file: "pages/urls.ts",
    find: `if (text.startsWith("//") || text.includes("%00")) return null;`,
    replace: "",
    against: ["threat 18"],
    what: "after sign-in people are sent wherever the link says",
    also: [
      {
        file: "pages/urls.ts",
        find: "return RETURN_PAGES.some((page) => base + page === path) ? text : null;",
        replace: "return path?.startsWith(base) ? text : null;",
      },
    ],
    tests: ["adversary/18-parameters.test.ts", "pages/sign-in.test.ts"],
  },
];
