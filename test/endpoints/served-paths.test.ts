/** The paths that a listener passes on are the paths that the server answers. */
import { afterAll, afterEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { servedPaths } from "../../src/server.ts";
import { removeTemporaryFolders, temporaryFolder } from "../cli/support.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());
afterAll(removeTemporaryFolders);

test.each(["https://auth.example", "https://auth.example/login/eu"])(
  "all are there, and each once, below %s",
  async (issuer) => {
    const logo = join(temporaryFolder(), "logo.svg");
    writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg"/>');
    server = await startTestServer({ ...TEST_CONFIGURATION, issuer, appearance: { logo } });
    const paths = servedPaths(server.context.configuration);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) {
      // Some pages answer 404 without their parameters. A path that is not there does not know its methods.
      const answer = await server.handle(new Request(new URL(path, issuer), { method: "PROPFIND" }), "");
      expect({ path, status: answer.status }).toEqual({ path, status: 405 });
    }
  },
);
