/** The chart in deploy/helm/tessera: its values, and what the real helm makes of it. No cluster sees it. */
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfiguration } from "../src/configuration/sources.ts";
import { HEALTH_PATHS } from "../src/endpoints/paths.ts";
import { removeTemporaryFolders, temporaryFolder } from "./cli/support.ts";

const root = join(import.meta.dir, "..");
const chart = join(root, "deploy/helm/tessera");
const read = (file: string): string => readFileSync(join(chart, file), "utf8");

afterAll(removeTemporaryFolders);

type Tree = { readonly [name: string]: unknown };
const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The member at the path; undefined if there is none. Numbers are places in lists. */
const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, step) => (Array.isArray(inner) ? inner[Number(step)] : isTree(inner) ? inner[step] : undefined),
    value,
  );

describe("the chart", () => {
  const values = Bun.YAML.parse(read("values.yaml"));
  const schema: unknown = JSON.parse(read("values.schema.json"));

  test("has the version of the program, and the image's user, port and folder", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(Bun.YAML.parse(read("Chart.yaml"))).toMatchObject({
      name: "tessera",
      version,
      appVersion: version,
    });
    const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
    const deployment = read("templates/deployment.yaml");
    expect(dockerfile).toContain("USER 10001:10001");
    for (const line of [
      "runAsUser: 10001",
      "runAsGroup: 10001",
      "containerPort: 8080",
      "mountPath: /var/lib/tessera",
    ])
      expect(deployment).toContain(line);
  });

  test("describes each of its values in the schema, and no other", () => {
    const compare = (value: unknown, description: unknown, path: string): string[] => {
      const known = at(description, "properties");
      if (!isTree(known)) return [];
      const [here, there] = [Object.keys(isTree(value) ? value : {}), Object.keys(known)];
      // Helm itself sets the values of `global`.
      const faults = here
        .filter((name) => !there.includes(name))
        .map((name) => `${path}${name} has no schema`);
      const missing = there.filter((name) => !here.includes(name) && name !== "global");
      if (at(description, "additionalProperties") !== false) faults.push(`${path} takes unknown values`);
      return [
        ...faults,
        ...missing.map((name) => `${path}${name} is no value`),
        ...here.flatMap((name) => compare(at(value, name), known[name], `${path}${name}.`)),
      ];
    };
    expect(compare(values, schema, "")).toEqual([]);
  });

  test("uses only values that there are, and each of them", () => {
    const templates = readdirSync(join(chart, "templates")).map((file) => read(`templates/${file}`));
    const used = new Set(
      templates.flatMap((text) => [...text.matchAll(/\.Values\.([\w.]+)/g)].map(([, path = ""]) => path)),
    );
    for (const path of used) {
      expect({ path, isValue: at(values, ...path.split(".")) !== undefined }).toEqual({
        path,
        isValue: true,
      });
    }
    const uses = (path: string) => [...used].some((name) => name === path || name.startsWith(`${path}.`));
    expect(isTree(values) ? Object.keys(values).filter((name) => !uses(name)) : []).toEqual([]);
  });
});

const helm = Bun.which("helm");
const INSTALL = "go install helm.sh/helm/v3/cmd/helm@v3.18.6";
describe.skipIf(helm === null)(
  helm === null ? `helm: NOT TESTED, because it is not installed (${INSTALL})` : "helm",
  () => {
    const NEEDED = {
      issuer: "https://auth.example.org",
      image: { repository: "registry.example.org/tessera" },
      database: { existingSecret: "tessera-database" },
    };
    function run(command: readonly string[], values: Tree) {
      const file = join(temporaryFolder(), "values.yaml");
      writeFileSync(file, JSON.stringify(values));
      const { stdout, stderr, exitCode } = Bun.spawnSync([helm ?? "", ...command, "--values", file]);
      return { out: stdout.toString(), err: stderr.toString(), code: exitCode };
    }
    const template = (values: Tree) =>
      run(["template", "auth", chart, "--namespace", "login", "--kube-version", "1.34.0"], values);
    /** The objects by kind. */
    function render(values: Tree = {}): ReadonlyMap<string, unknown> {
      const { out, err, code } = template({ ...NEEDED, ...values });
      expect({ err, code }).toEqual({ err: "", code: 0 });
      const objects = out
        .split(/^---$/m)
        .map((text): unknown => Bun.YAML.parse(text))
        .filter(isTree);
      return new Map(
        objects.map((object) => [`${String(object.kind)}/${String(at(object, "metadata", "name"))}`, object]),
      );
    }
    const pod = (objects: ReadonlyMap<string, unknown>) =>
      at(objects.get("Deployment/auth-tessera"), "spec", "template", "spec");
    const variables = (objects: ReadonlyMap<string, unknown>): Record<string, string> => {
      const list = at(pod(objects), "containers", 0, "env");
      return Object.fromEntries(
        (Array.isArray(list) ? list : []).map((entry: unknown) => [
          String(at(entry, "name")),
          String(at(entry, "value")),
        ]),
      );
    };

    test("finds no fault in it", () => {
      const { out, err, code } = run(["lint", "--strict", "--kube-version", "1.34.0", chart], NEEDED);
      expect({ err, code }).toEqual({ err: "", code: 0 });
      expect(out).toContain("0 chart(s) failed");
    });

    test.each([
      [{}, "issuer"],
      [{ ...NEEDED, issuer: "http://auth.example.org" }, "/issuer"],
      [{ ...NEEDED, issuer: "https://auth.example.org/" }, "/issuer"],
      [{ ...NEEDED, database: {} }, "/database/existingSecret"],
      [{ ...NEEDED, replicas: 3 }, "replicas"],
      [{ ...NEEDED, ingress: { enabled: "yes" } }, "/ingress/enabled"],
      [{ ...NEEDED, metrics: { enabled: true, port: 8080 } }, "/metrics/port"],
    ])("refuses the values %j, and names %s", (values, named) => {
      const { err, code } = template(values);
      expect(code).not.toBe(0);
      expect(err).toContain(named);
    });

    test("makes a deployment, a service and a budget, and nothing that was not asked for", () => {
      const objects = render();
      expect([...objects.keys()].sort()).toEqual([
        "Deployment/auth-tessera",
        "PodDisruptionBudget/auth-tessera",
        "Service/auth-tessera",
      ]);
      expect([...render({ replicaCount: 1 }).keys()].sort()).toEqual([
        "Deployment/auth-tessera",
        "Service/auth-tessera",
      ]);
      expect(at(pod(objects), "containers", 0, "image")).toMatch(
        /^registry\.example\.org\/tessera:\d+\.\d+\.\d+$/,
      );
    });

    test("gives the pod no rights: no root, no capability, nothing to write but a small scratch folder", () => {
      const spec = pod(render());
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      });
      const mounts = at(spec, "containers", 0, "volumeMounts");
      const writable = (Array.isArray(mounts) ? mounts : []).filter(
        (mount: unknown) => at(mount, "readOnly") !== true,
      );
      expect(writable.map((mount: unknown) => at(mount, "mountPath"))).toEqual(["/var/lib/tessera", "/tmp"]);
    });

    test("asks the health paths that the server has", () => {
      const container = at(pod(render()), "containers", 0);
      const [alive, ready] = HEALTH_PATHS;
      expect(container).toMatchObject({
        startupProbe: { httpGet: { path: alive, port: "http" } },
        livenessProbe: { httpGet: { path: alive, port: "http" } },
        readinessProbe: { httpGet: { path: ready, port: "http" } },
      });
    });

    test("sets variables that the server understands, and takes secrets from files alone", () => {
      const objects = render({ trustedProxies: ["10.42.0.0/16", "fd00::/8"], config: "workers = 2\n" });
      const file = join(temporaryFolder(), "tessera.toml");
      const text = String(at(objects.get("ConfigMap/auth-tessera"), "data", "tessera.toml"));
      writeFileSync(file, text);
      const url = join(temporaryFolder(), "url");
      writeFileSync(url, "postgres://tessera:secret@db.example.org/tessera?sslmode=verify-full");
      const env = variables(objects);
      expect(env).toMatchObject({
        DATABASE_URL_FILE: "/run/secrets/database/url",
        TESSERA_CONFIG: "/etc/tessera/tessera.toml",
      });
      const configuration = loadConfiguration({
        env: { ...env, DATABASE_URL_FILE: url, TESSERA_CONFIG: file },
        flags: {},
      });
      expect(configuration).toMatchObject({
        issuer: NEEDED.issuer,
        workers: 2,
        listen: [{ host: "::", port: 8080 }],
        trusted_proxies: ["10.42.0.0/16", "fd00::/8"],
        database: { url: expect.stringContaining("db.example.org") },
      });
      expect(pod(objects)).toMatchObject({
        volumes: expect.arrayContaining([
          { name: "database", secret: { secretName: "tessera-database", defaultMode: 0o440 } },
          { name: "config", configMap: { name: "auth-tessera" } },
        ]),
      });
    });

    test("another configuration makes new pods", () => {
      const sum = (config: string) =>
        at(
          render({ config }).get("Deployment/auth-tessera"),
          "spec",
          "template",
          "metadata",
          "annotations",
          "checksum/config",
        );
      expect(sum("workers = 2")).not.toBe(sum("workers = 3"));
    });

    test("the ingress is for the host of the issuer", () => {
      const objects = render({
        issuer: "https://auth.example.org/realm",
        ingress: { enabled: true, className: "nginx", tlsSecret: "auth-tls" },
      });
      expect(objects.get("Ingress/auth-tessera")).toMatchObject({
        spec: {
          ingressClassName: "nginx",
          tls: [{ hosts: ["auth.example.org"], secretName: "auth-tls" }],
          rules: [{ host: "auth.example.org", http: { paths: [{ path: "/", pathType: "Prefix" }] } }],
        },
      });
    });

    test("credentials are files of a secret, under the variable that { credential = … } reads", () => {
      const objects = render({ credentials: { existingSecret: "clients" } });
      expect(variables(objects).CREDENTIALS_DIRECTORY).toBe("/run/secrets/credentials");
      expect(pod(objects)).toMatchObject({
        volumes: expect.arrayContaining([
          { name: "credentials", secret: { secretName: "clients", defaultMode: 0o440 } },
        ]),
      });
    });

    test("metrics have a port of their own, which neither the service nor the ingress has", () => {
      const objects = render({
        metrics: { enabled: true, existingSecret: "numbers", serviceMonitor: { enabled: true } },
      });
      expect(variables(objects)).toMatchObject({
        TESSERA_METRICS__LISTEN__HOST: "::",
        TESSERA_METRICS__LISTEN__PORT: "9464",
        TESSERA_METRICS__TOKEN_FILE: "/run/secrets/metrics/token",
      });
      expect(at(objects.get("Service/auth-tessera"), "spec", "ports")).toEqual([
        { name: "http", port: 80, targetPort: "http" },
      ]);
      expect(objects.get("ServiceMonitor/auth-tessera")).toMatchObject({
        spec: {
          endpoints: [{ port: "metrics", authorization: { credentials: { name: "numbers", key: "token" } } }],
        },
      });
      expect(objects.get("Service/auth-tessera-metrics")).toMatchObject({ spec: { clusterIP: "None" } });
    });
  },
);
