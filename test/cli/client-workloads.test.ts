/** `--workload` of `client add` and `client set`: whose tokens of a trusted issuer authenticate a client. */
import { afterAll, expect, test } from "bun:test";
import { removeTemporaryFolders, temporaryFolder, tessera } from "./support.ts";

afterAll(removeTemporaryFolders);
const data = temporaryFolder();
const client = (...args: string[]) => tessera(["client", ...args, "--data", data]);
const json = async (...args: string[]) => JSON.parse((await client(...args, "--json")).out);

const ISSUER = "https://issuer.example";

test("a client without secret and key has workloads, shows them, and cannot lose the last way in", async () => {
  const nested = { issuer: ISSUER, subject: "c", claims: { "kubernetes.io": { namespace: "prod" } } };
  const made = await json(
    ...["add", "--id", "job", "--auth", "private_key_jwt", "--grant", "client_credentials"],
    ...["--name", "Job", "--workload", `${ISSUER} job:* team=blue`, "--workload", JSON.stringify(nested)],
  );
  const workloads = [{ issuer: ISSUER, subject: "job:*", claims: { team: "blue" } }, nested];
  expect(made.workloads).toEqual(workloads);
  expect(made).not.toHaveProperty("client_secret");
  expect((await json("show", "job")).workloads).toEqual(workloads);
  expect((await client("show", "job")).out).toContain(`${ISSUER} job:* team=blue`);
  expect((await client("set", "job", "--workload", "")).err).toContain("needs the keys of the client");
  const changed = await json("set", "job", "--workload", `${ISSUER} other`);
  expect(changed.workloads).toEqual([{ issuer: ISSUER, subject: "other", claims: {} }]);
});

test.each<[string, string]>([
  [ISSUER, "a space and the subject"],
  [`${ISSUER} a b`, "name=value"],
  ["{", "JSON"],
  [`${ISSUER} **`, "written out"],
  ['{"issuer": "x", "subject": "y", "more": 1}', "no member 'more'"],
])("%s is no workload", async (text, words) => {
  const { code, err } = await client("set", "job", "--workload", text);
  expect(code).not.toBe(0);
  expect(err).toContain(words);
});

test("a public client has none", async () => {
  const { err } = await client(
    "add",
    "--name",
    "App",
    "--public",
    "--grant",
    "device",
    "--workload",
    `${ISSUER} a`,
  );
  expect(err).toContain("cannot be 'none'");
});
