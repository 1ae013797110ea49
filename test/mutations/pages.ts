/** Mutations of src/pages/: the content of pages, and the forms that only they can send. */
import type { Change, Mutation } from "./mutation.ts";

const FORMS = "pages/forms.ts";
const DEVICE = "pages/device.tsx";
const TOKEN_MAC = {
  in: FORMS,
  match: `$KEYS.mac("form", "token", $COOKIE, $PURPOSE, $$$REST)`,
};
const UNBOUND_TOKEN: Change = { ...TOKEN_MAC, replace: `$KEYS.mac("form", "token", $PURPOSE, $$$REST)` };
const UNBOUND_SEAL: Change = {
  in: FORMS,
  match: `$KEYS.mac("form", "sealed", $COOKIE, $$$REST)`,
  replace: `$KEYS.mac("form", "sealed", $$$REST)`,
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
    against: ["threat 26", "threat 28"],
    what: "the token of a form is not checked",
    in: FORMS,
    match: "sameText($MAC, tokenMac($$$ABOUT))",
    replace: `$MAC !== ""`,
    tests: ["adversary/28-approval.test.ts", "pages/forms.test.ts"],
  },
  {
    against: ["threat 29", "threat 28"],
    what: "the seal of a form is not checked",
    in: FORMS,
    match: "!sameText($MAC, sealMac($$$ABOUT))",
    replace: `$MAC === ""`,
    tests: ["pages/forms.test.ts", "adversary/28-approval.test.ts"],
  },
  {
    ...TOKEN_MAC,
    against: ["threat 13"],
    what: "a form token is good for every purpose",
    replace: `$KEYS.mac("form", "token", $COOKIE, $$$REST)`,
    tests: ["pages/forms.test.ts"],
  },
  {
    against: ["threat 28"],
    what: "nobody asks from where a form was sent",
    in: FORMS,
    match: "refuseForeignSender($$$REQUEST)",
    replace: "undefined",
    tests: ["pages/forms.test.ts", "adversary/28-approval.test.ts"],
  },
  {
    against: ["threat 26"],
    what: "a link can approve a device",
    in: DEVICE,
    within: "showDevice",
    match: "return pageForCode($CONTEXT, $INCOMING, $ACCOUNT, $TYPED, $ASKING)",
    replace: `if ($INCOMING.url.searchParams.get("decision") === "allow") {
      const digest = userCodeDigest($CONTEXT.keys, normalizeUserCode($TYPED) ?? "");
      const { device } = await findDeviceByUserCode($CONTEXT, digest);
      if (device !== null)
        await answerDevice($CONTEXT, actOfPerson($INCOMING, $ACCOUNT.subject), device, signedIn, true);
    }
    $&`,
    tests: ["pages/device.test.ts"],
  },
  {
    against: ["threat 26"],
    what: "a code that another person answered is no guess",
    in: "rules/device-code.ts",
    within: "earlierAnswer",
    match: "$GRANT.subject === $SUBJECT",
    replace: "true",
    tests: ["pages/device.test.ts"],
  },
  {
    against: ["threat 5"],
    what: "an error page opens again whatever was asked for",
    in: "pages/urls.ts",
    within: "pageAgain",
    match: "isIn(OPENED_BY_PATH)",
    replace: "true",
    tests: ["pages/errors.test.ts"],
  },
  {
    against: ["threat 43"],
    what: "the page about another address names the Host header",
    in: "pages/other-address.tsx",
    match: { attribute: "address={$ADDRESS}" },
    replace: `address={request.headers.get("host") ?? ""}`,
    tests: ["pages/other-address.test.ts"],
  },
  {
    against: ["threat 73"],
    what: "the page confirms an answer about a device that does not count",
    in: DEVICE,
    within: "answerForm",
    match: "earlierAnswer($FACTS, $SUBJECT)",
    replace: "wanted",
    tests: ["pages/device.test.ts"],
  },
  {
    against: ["threat 26"],
    what: "a person may guess user codes without end",
    in: DEVICE,
    match: "$LIMITS.userCodePerAccount.attempt($SUBJECT)",
    replace: "0",
    tests: ["pages/device.test.ts"],
  },
  {
    against: ["threat 26"],
    what: "an address may guess user codes without end",
    in: DEVICE,
    match: "$LIMITS.userCodePerAddress.attempt($ADDRESS)",
    replace: "0",
    tests: ["pages/device.test.ts"],
  },
  {
    against: ["threat 26"],
    what: "a link on another site uses up the guesses of who follows it",
    in: DEVICE,
    match: `$HEADERS.get("sec-fetch-site") === "cross-site"`,
    replace: "false",
    tests: ["pages/device.test.ts"],
  },
  {
    against: ["threat 26"],
    what: "the page does not say from where a device asks",
    in: DEVICE,
    match: { attribute: "requesterAddress={$ADDRESS}" },
    replace: `requesterAddress=""`,
    tests: ["pages/device.test.ts"],
  },
  {
    against: ["threat 25", "threat 19"],
    what: "a device may be approved for a client that was disabled since",
    in: DEVICE,
    within: "answerForm",
    match: "mayAsk($CLIENT)",
    replace: "true",
    also: [
      {
        in: "rules/device-code.ts",
        within: "approveDevice",
        match: "!isEnabled($CLIENT)",
        replace: "$CLIENT === null",
      },
    ],
    tests: ["pages/device.test.ts", "endpoints/disabled.test.ts", "adversary/15-ended-access.test.ts"],
  },
  {
    against: ["threat 30"],
    what: "a client's name is put on the page as it is",
    in: "pages/views/consent.tsx",
    match: "<bdi>{$NAME}</bdi>",
    replace: "<bdi dangerouslySetInnerHTML={{ __html: $NAME }} />",
    tests: ["adversary/30-markup.test.ts"],
  },
  {
    against: ["threat 31"],
    what: "a user name in a link is put on the sign-in page as it is",
    in: "pages/views/sign-in.tsx",
    within: "SignInView",
    match: { attribute: "value={$USERNAME}" },
    replace: `value={require("hono/html").raw($USERNAME)}`,
    tests: ["adversary/30-markup.test.ts"],
  },
  {
    against: ["threat 30", "threat 31"],
    what: "pages may have scripts",
    in: "pages/respond.tsx",
    match: { text: "default-src 'none'" },
    replace: "$&; script-src 'unsafe-inline'",
    tests: ["pages/manners.test.ts"],
  },
  {
    against: ["RFC 9700 4.16-1"],
    what: "pages may stand in a frame",
    in: "pages/respond.tsx",
    match: `"frame-ancestors 'none'"`,
    replace: "",
    tests: ["pages/manners.test.ts"],
  },
  {
    against: ["threat 30"],
    what: "a logo may run scripts",
    in: "pages/assets.ts",
    match: { text: "sandbox" },
    replace: "script-src 'unsafe-inline'",
    tests: ["pages/manners.test.ts"],
  },
  {
    against: ["threat 18"],
    what: "after sign-in people are sent wherever the link says",
    in: "pages/urls.ts",
    match: `$TEXT.startsWith("//") || $TEXT.includes("%00")`,
    replace: "false",
    also: [
      {
        in: "pages/urls.ts",
        within: "parseReturnPath",
        match: "RETURN_PAGES.some($IS_PATH)",
        replace: "path?.startsWith(base)",
      },
    ],
    tests: ["adversary/18-parameters.test.ts", "pages/sign-in.test.ts"],
  },
  {
    against: ["threat 69"],
    what: "the account page does not mark strangers",
    in: "pages/account.tsx",
    match: { entry: "unverified: $MARK" },
    replace: "unverified: false",
    tests: ["pages/account.test.ts"],
  },
  {
    against: ["threat 71"],
    what: "a notice is good for another browser",
    in: "pages/notice.ts",
    within: "sealNotice",
    match: "sealFormData($CONTEXT, $COOKIE, $$$REST)",
    replace: `sealFormData($CONTEXT, "", $$$REST)`,
    also: [
      {
        in: "pages/notice.ts",
        within: "readNotice",
        match: "$CONTEXT.sessionCookie.read($REQUEST)",
        replace: `""`,
      },
    ],
    tests: ["pages/account.test.ts"],
  },
];
