/** Which tokens are a client's workload: patterns of subjects, claims, and what an operator may not write. */
import { describe, expect, test } from "bun:test";
import { checkWorkloads } from "../../src/clients/workloads.ts";
import { OAuthError } from "../../src/protocol/errors.ts";
import { clientOfWorkload, fitsClaim, fitsSubject } from "../../src/rules/workload.ts";
import type { WorkloadClaim } from "../../src/store/tables/clients.ts";
import { proves } from "../support/proves.ts";

const MAIN = "repo:acme/app:ref:refs/heads/main";

test.each<[string, string, boolean]>([
  [MAIN, MAIN, true],
  [MAIN, `${MAIN}2`, false],
  [MAIN, `${MAIN}/x`, false],
  [MAIN, MAIN.toUpperCase(), false],
  ["repo:acme/app:ref:refs/heads/*", MAIN, true],
  ["repo:acme/app:ref:refs/heads/*", "repo:acme/app:ref:refs/heads/feature/x", false],
  ["repo:acme/app:ref:refs/heads/*", "repo:acme/app:ref:refs/heads/", false],
  ["repo:acme/*:ref:refs/heads/main", MAIN, true],
  // The owner cannot be another one, whatever stands where.
  ["repo:acme/*:ref:refs/heads/main", "repo:evil/app:ref:refs/heads/main", false],
  ["repo:acme/*:ref:refs/heads/main", "repo:evil/acme/app:ref:refs/heads/main", false],
  ["repo:acme/**", MAIN, true],
  ["repo:acme/**", "repo:acme", false],
  ["repo:acme/**", "repo:acme/", false],
  ["repo:acme/**", "repo:acme-evil/app:ref:refs/heads/main", false],
  // A separator stands for itself only.
  ["repo:acme/**", "repo/acme:app", false],
  ["spiffe://prod.example/ns/*/sa/api", "spiffe://prod.example/ns/prod/sa/api", true],
  ["spiffe://prod.example/ns/*/sa/api", "spiffe://prod.example/ns/a/b/sa/api", false],
  ["spiffe://prod.example/**", "spiffe://prod.example.evil/x", false],
  ["system:serviceaccount:prod:api", "system:serviceaccount:prod:api", true],
  ["system:serviceaccount:*:api", "system:serviceaccount:prod:api", true],
  ["system:serviceaccount:*:api", "system:serviceaccount:prod:x:api", false],
])(proves("the subject pattern %s and %s: %p", "threat 88"), (pattern, subject, fits) => {
  expect(fitsSubject(pattern, subject)).toBe(fits);
});

test("a long subject takes no long time", () => {
  const pattern = `a${":*".repeat(400)}:b`;
  expect(fitsSubject(pattern, `a${":x".repeat(400)}:c`)).toBe(false);
});

test.each<[WorkloadClaim, unknown, boolean]>([
  ["acme/app", "acme/app", true],
  ["acme/app", "acme/app2", false],
  ["acme/app", undefined, false],
  ["true", true, false],
  [true, "true", false],
  [7, "7", false],
  ["ops", ["dev", "ops"], true],
  ["ops", "dev ops", false],
  [{ namespace: "prod" }, { namespace: "prod", pod: "x" }, true],
  [{ namespace: "prod" }, { namespace: "dev" }, false],
  [{ namespace: "prod" }, "prod", false],
  [{ constructor: "x" }, {}, false],
  [{ toString: { name: "toString" } }, {}, false],
])(proves("a claim %p and %p: %p", "threat 88"), (wanted, value, fits) => {
  expect(fitsClaim(wanted, value)).toBe(fits);
});

describe("the client of a workload", () => {
  const ISSUER = "https://issuer.example";
  const client = (clientId: string, subject: string, issuer = ISSUER) => ({
    clientId,
    workloads: [{ issuer, subject, claims: {} }],
  });
  const token = { issuer: ISSUER, subject: "a:b", claims: {} };

  test(proves("is the only one, or none", "threat 88"), () => {
    expect(clientOfWorkload([client("one", "a:b"), client("two", "a:c")], token)).toMatchObject({
      clientId: "one",
    });
    expect(clientOfWorkload([client("one", "a:b"), client("two", "a:*")], token)).toBe("ambiguous");
    expect(clientOfWorkload([client("one", "a:b", "https://other.example")], token)).toBe("unknown");
    expect(clientOfWorkload([{ clientId: "none", workloads: [] }], token)).toBe("unknown");
  });
});

describe("a workload that an operator writes", () => {
  const GITHUB = "https://token.actions.githubusercontent.com";
  const faultOf = (workload: unknown): string => {
    try {
      checkWorkloads([workload]);
      return "";
    } catch (error) {
      if (error instanceof OAuthError) return error.description;
      throw error;
    }
  };

  test("is kept as it is", () => {
    const workload = { issuer: GITHUB, subject: "repo:acme/app:**", claims: { environment: "production" } };
    expect(checkWorkloads([workload])).toEqual([workload]);
    expect(checkWorkloads([{ issuer: "x", subject: "a" }])).toEqual([
      { issuer: "x", subject: "a", claims: {} },
    ]);
  });

  test.each<[unknown, string]>([
    ["text", "no object"],
    [{ subject: "a" }, "needs an issuer"],
    [{ issuer: "x" }, "needs a subject"],
    [{ issuer: "x", subject: "a", claim: {} }, "no member 'claim'"],
    [{ issuer: "x", subject: "**" }, "written out"],
    [{ issuer: "x", subject: "*:a" }, "written out"],
    [{ issuer: "x", subject: "a:b*" }, "a whole part"],
    [{ issuer: "x", subject: "a:**:b" }, "a whole part"],
    [{ issuer: "x", subject: "a", claims: { groups: ["a"] } }, "must be a text"],
    [{ issuer: "x", subject: "a", claims: { a: { b: { c: { d: { e: "f" } } } } } }, "deep"],
    // GitHub signs for everyone.
    [{ issuer: GITHUB, subject: "repo:**" }, "strangers"],
    [{ issuer: GITHUB, subject: "repo:*/app:ref:refs/heads/main" }, "strangers"],
    [{ issuer: GITHUB, subject: "repo" }, "strangers"],
    // Anyone can have such a subject: it is set for a repository, and an environment or a reused workflow has any name there.
    [{ issuer: GITHUB, subject: "environment:production" }, "strangers"],
    [{ issuer: GITHUB, subject: "job_workflow_ref:acme/ci/.github/workflows/deploy.yml@**" }, "a whole part"],
    [{ issuer: GITHUB, subject: "job_workflow_ref:acme/ci/**" }, "strangers"],
    [{ issuer: GITHUB, subject: "actor:acme" }, "strangers"],
    [{ issuer: "https://gitlab.com", subject: "project_path:*/app:ref_type:branch:ref:main" }, "strangers"],
    [{ issuer: "https://app.terraform.io", subject: "organization:*:project:**" }, "strangers"],
  ])(proves("is refused: %p", "threat 88"), (workload, words) => {
    expect(faultOf(workload)).toContain(words);
  });

  test("may leave the repository open if a claim names its owner", () => {
    expect(faultOf({ issuer: GITHUB, subject: "repo:**", claims: { repository_owner_id: "42" } })).toBe("");
    expect(faultOf({ issuer: GITHUB, subject: "repository_owner_id:42:**" })).toBe("");
    expect(faultOf({ issuer: "https://gitlab.com", subject: "project_path:acme/app:**" })).toBe("");
  });
});
