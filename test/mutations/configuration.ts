/** Mutations of src/configuration/. */
import type { Mutation } from "./mutation.ts";

export const CONFIGURATION: readonly Mutation[] = [
  {
    against: ["threat 50"],
    what: "a part of the password of DATABASE_URL is taken for the host, which warnings print",
    in: "configuration",
    match: "hasUnencodedCharacters($URL) || !URL.canParse($URL)",
    replace: "!URL.canParse($URL)",
    tests: ["configuration/secrets.test.ts"],
  },
  {
    against: ["threat 26"],
    what: "strangers register clients for the device grant by default",
    in: "configuration/registration-schema.ts",
    match: `["authorization_code", "refresh_token", "client_credentials"]`,
    replace: "[...GRANT_TYPES]",
    tests: ["endpoints/registration.test.ts"],
  },
  {
    against: ["threat 50"],
    what: "the doctor does not see every secret that stands in the configuration",
    in: "configuration/secrets.ts",
    within: "secretsOfFile",
    match: "SECRET_PLACES.flatMap($READ)",
    replace: 'SECRET_PLACES.filter(([first]) => first === "clients").flatMap($READ)',
    tests: ["cli/doctor.test.ts"],
  },
];
