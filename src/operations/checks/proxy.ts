/** Checks of what a proxy makes of requests and answers: `tessera doctor` asks the server what it saw (self-test.ts). */
import { UNIX_PEER } from "../../platform/listen-unix.ts";
import { answeredCookie, PROBES, type SeenRequest } from "../self-test.ts";
import {
  type Check,
  type CheckContext,
  type Finding,
  failure,
  lengthOfTime,
  note,
  ok,
  type Seen,
  type Shared,
  skipped,
  warning,
} from "./check.ts";

type Judge = (
  seen: SeenRequest,
  context: CheckContext,
  cookies: readonly string[] | null,
) => readonly Finding[];

/** A check of the request that the server saw. */
const ofRequest = (check: Omit<Check, "run">, judge: Judge): Check => ({
  ...check,
  async run(context: CheckContext, { seen }: Shared) {
    const found: Seen = await seen();
    if ("finding" in found)
      return [skipped("The server did not say how the request arrived: see proxy.answer.")];
    return judge(found.request, context, found.cookies);
  },
});

const answer: Check = {
  id: "proxy.answer",
  title: "A request arrives",
  about:
    "A POST to the issuer's address arrives at a server with this database and key. The server then tells what it saw, to this command alone.",
  cure: "Run the command with the server's configuration, and look at where the proxy leads.",
  async run(_context, { seen }) {
    const found = await seen();
    if ("finding" in found) return [found.finding];
    return [ok(`It arrives at process ${found.request.pid}, version ${found.request.program}.`)];
  },
};

const scheme = ofRequest(
  {
    id: "proxy.scheme",
    title: "X-Forwarded-Proto",
    about:
      "The server learns that people came over https: from its own TLS, or from X-Forwarded-Proto or Forwarded of the proxy. Otherwise older browsers see a page that the address is not safe.",
    cure: "nginx: `proxy_set_header X-Forwarded-Proto $scheme;`.",
  },
  ({ encrypted, forwardedProto, otherAddress }, { issuer }) => {
    if (otherAddress === "insecure") {
      return [
        warning(
          forwardedProto === null
            ? "The request came to the server without TLS, and no header says that it began with TLS."
            : `The proxy says X-Forwarded-Proto: ${forwardedProto}, and the issuer is https.`,
          "nginx: proxy_set_header X-Forwarded-Proto $scheme; Apache: RequestHeader set X-Forwarded-Proto https. Caddy and Traefik send it by themselves. docs/proxy.md",
        ),
      ];
    }
    if (!issuer.isEncrypted) return [skipped("The issuer is http.")];
    return [ok(encrypted ? "The server speaks TLS itself." : `The proxy says ${forwardedProto ?? "https"}.`)];
  },
);

const host = ofRequest(
  {
    id: "proxy.host",
    title: "Host",
    about:
      "The request has the host of the issuer. Every URL is made from the issuer, so another Host does no harm behind an https issuer; with an http issuer browsers see a page that sends them to the right address.",
    cure: "nginx: `proxy_set_header Host $host;`. Or set the issuer to the address that people use.",
  },
  ({ host: found, otherAddress }, { issuer }) => {
    if (otherAddress === "other_host") {
      return [
        warning(
          `The server sees Host: ${found ?? "none"}, and the issuer has ${issuer.host}.`,
          "nginx: proxy_set_header Host $host; Apache: ProxyPreserveHost On. Or set the issuer to the address that people use.",
        ),
      ];
    }
    return found === issuer.host || found === null
      ? [ok(`The server sees ${found ?? "no host"}.`)]
      : [note(`The server sees Host: ${found}. That does no harm: every URL is made from the issuer.`)];
  },
);

const addresses = ofRequest(
  {
    id: "proxy.address",
    title: "X-Forwarded-For",
    about:
      "The server counts each visitor by their own address, and believes no address that a visitor invents. Otherwise one stranger locks everyone out, or no limit holds.",
    cure: "nginx: `proxy_set_header X-Forwarded-For $remote_addr;`. Name the proxy in `trusted_proxies`.",
  },
  ({ forwardedFor, address, forwardedProto }, { configuration }, answered) => {
    if (forwardedFor === null) {
      // The self-test sends the header where a proxy is believed; a browser never does.
      const wasSent = answered !== null && configuration.trusted_proxies.length > 0;
      return forwardedProto === null && !wasSent
        ? [ok(`No proxy is in between. The request counts for ${address}.`)]
        : [
            warning(
              `The proxy says no X-Forwarded-For: all visitors count as one${address === "" ? "" : `, ${address}`}.`,
              "Let it add the visitor's address. nginx: proxy_set_header X-Forwarded-For $remote_addr;",
            ),
          ];
    }
    const hops = forwardedFor.split(",").map((hop) => hop.trim());
    const passedOn = hops.length === 1 && hops[0] === PROBES.forwardedFor;
    if (passedOn && forwardedProto !== null) {
      return [
        warning(
          "The proxy passes X-Forwarded-For on as the visitor wrote it, and adds nothing.",
          "Let it add the visitor's address. nginx: proxy_set_header X-Forwarded-For $remote_addr;",
        ),
      ];
    }
    // Without a proxy, the header that this command invented is all there is.
    if (passedOn) return [ok(`No proxy is in between. The request counts for ${address}.`)];
    if (address === "" || !hops.some((hop) => hop.includes(address))) {
      // The peer of a unix socket has no address, and the settings call it by this word.
      const proxy = address === "" ? UNIX_PEER : address;
      return [
        warning(
          `A proxy at ${proxy} adds the visitor's address, and the server does not believe it: all visitors count as one.`,
          `Name the proxy: trusted_proxies = ["${proxy}"]`,
        ),
      ];
    }
    return [ok(`The proxy adds the visitor's address. This request counts for ${address}.`)];
  },
);

const cookies = ofRequest(
  {
    id: "proxy.cookies",
    title: "Cookies and Authorization",
    about:
      "Cookies and the Authorization header arrive, and cookies of answers come back unchanged. Without them people do not stay signed in, and no application proves who it is.",
    cure: "Take out what changes `Cookie`, `Set-Cookie` and `Authorization` on the way.",
  },
  ({ cookie, authorization }, { issuer }, answered) => {
    const findings: Finding[] = [];
    if (!cookie) {
      findings.push(
        failure(
          "Cookies of requests do not arrive: people do not stay signed in.",
          "Let the proxy pass on the header Cookie, and let no cache remove it.",
        ),
      );
    }
    if (!authorization) {
      findings.push(
        failure(
          "The header Authorization does not arrive: applications cannot prove who they are.",
          "Let the proxy pass it on. Apache with CGI: CGIPassAuth On. No forward authentication may guard this server.",
        ),
      );
    }
    const expected = answeredCookie(issuer.isEncrypted);
    if (answered !== null && !answered.some((each) => sameCookie(each, expected))) {
      const changed = answered.find((each) => each.startsWith("tessera_self_test="));
      findings.push(
        failure(
          changed === undefined
            ? "Cookies of answers do not come back: people do not stay signed in."
            : `The proxy changes the cookies of answers, to ${changed}.`,
          "Take out what changes cookies, such as proxy_cookie_path, proxy_cookie_domain or a header rule for Set-Cookie.",
        ),
      );
    }
    return findings.length > 0 ? findings : [ok("They arrive, and come back unchanged.")];
  },
);

/** The order and the case of attributes mean nothing. */
const sameCookie = (one: string, other: string): boolean => attributes(one) === attributes(other);
const attributes = (cookie: string): string =>
  cookie
    .split(";")
    .map((part) => part.trim().toLowerCase())
    .sort()
    .join(";");

const version = ofRequest(
  {
    id: "server.version",
    title: "Version of the server",
    about:
      "The server that answers is of the version of this command. After an upgrade it must be restarted.",
    cure: "Restart the server.",
  },
  ({ program, startedAt }, context) => {
    const since = lengthOfTime(context.clock.seconds() - startedAt);
    return program === context.program
      ? [ok(`${program}, started ${since} ago.`)]
      : [
          warning(
            `The server is ${program}, this command ${context.program}.`,
            "Restart the server, or upgrade the other of the two.",
          ),
        ];
  },
);

export const PROXY_CHECKS = [answer, scheme, host, addresses, cookies, version] as const;
