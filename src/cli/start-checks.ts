/** The checks of a start beyond those of single settings, for `serve` and for `config check`. */
import { declaredClientFaults, declaredClientWarnings } from "../clients/declared.ts";
import { configurationWarnings } from "../configuration/checks.ts";
import { configurationMistakes } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import { readKeyFiles } from "../keys/key-file.ts";
import { declaredPeopleFaults } from "../operations/declarations.ts";
import { trustedIssuerFaults } from "../operations/trusted-issuers.ts";
import { webhookFaults } from "../operations/webhooks.ts";
import type { Clock } from "../platform/clock.ts";
import { certificateConcerns, filesFault, readPair } from "../platform/listen-certificate.ts";
import { isOpenToOthers, shellWord } from "../platform/permissions.ts";
import { createCatalogue } from "../protocol/catalogue.ts";

/** Throws ConfigurationError that lists everything that would stop the start. Looks at files, changes nothing. */
export async function requireStartable(configuration: Configuration): Promise<void> {
  const problems = [
    ...certificateFaults(configuration),
    ...(await readKeyFiles(configuration.signing.key_files)).faults,
    ...declaredClientFaults({ configuration, catalogue: createCatalogue(configuration) }),
    ...declaredPeopleFaults(configuration),
    ...webhookFaults(configuration),
    ...trustedIssuerFaults(configuration),
  ];
  if (problems.length > 0) throw configurationMistakes(problems);
}

/** Warnings about allowed settings, repeated at every start. */
export const startWarnings = async (configuration: Configuration, clock: Clock): Promise<string[]> => [
  ...configurationWarnings(configuration),
  ...(await keyFileWarnings(configuration)),
  ...declaredClientWarnings(configuration),
  ...certificateWarnings(configuration, clock),
];

/** The listeners for requests, and the one for metrics. */
const listenersOf = ({ listen, metrics }: Configuration): Configuration["listen"] =>
  metrics.listen === undefined ? listen : [...listen, metrics.listen];

function certificateFaults(configuration: Configuration): string[] {
  return listenersOf(configuration).flatMap(({ tls }) => {
    const fault = tls === undefined ? null : filesFault(tls);
    return tls === undefined || fault === null
      ? []
      : [`TLS with ${tls.certificate} and ${tls.key} is not possible: ${fault}.`];
  });
}

async function keyFileWarnings({ signing }: Configuration): Promise<string[]> {
  const { keys } = await readKeyFiles(signing.key_files);
  return keys.flatMap(({ file, algorithm }) => [
    ...(signing.algorithms.includes(algorithm)
      ? []
      : [
          `signing.key_files: ${file} has a key for ${algorithm}, which signing.algorithms does not name. The key is published and signs nothing.`,
        ]),
    ...(isOpenToOthers(file)
      ? [
          `Others than its owner can use the key file ${file}. Allow its owner only: chmod 600 ${shellWord(file)}`,
        ]
      : []),
  ]);
}

function certificateWarnings(configuration: Configuration, clock: Clock): string[] {
  return listenersOf(configuration).flatMap(({ tls }) =>
    tls === undefined
      ? []
      : certificateConcerns(readPair(tls), clock.seconds()).map(
          (concern) => `The certificate ${tls.certificate} ${concern}`,
        ),
  );
}
