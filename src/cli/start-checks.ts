/** The checks of a start beyond those of single settings, for `serve` and for `config check`. */

import { declaredClientFaults, declaredClientWarnings } from "../clients/declared.ts";
import { configurationWarnings } from "../configuration/checks.ts";
import { configurationMistakes } from "../configuration/error.ts";
import type { Configuration } from "../configuration/schema.ts";
import { declaredPeopleFaults } from "../operations/declarations.ts";
import type { Clock } from "../platform/clock.ts";
import { certificateConcerns, filesFault, readPair } from "../platform/listen-certificate.ts";
import { createCatalogue } from "../protocol/catalogue.ts";

/** Throws ConfigurationError that lists everything that would stop the start. Looks at files, changes nothing. */
export function requireStartable(configuration: Configuration): void {
  const problems = [
    ...certificateFaults(configuration),
    ...declaredClientFaults({ configuration, catalogue: createCatalogue(configuration) }),
    ...declaredPeopleFaults(configuration),
  ];
  if (problems.length > 0) throw configurationMistakes(problems);
}

/** Warnings about allowed settings, repeated at every start. */
export const startWarnings = (configuration: Configuration, clock: Clock): string[] => [
  ...configurationWarnings(configuration),
  ...declaredClientWarnings(configuration),
  ...certificateWarnings(configuration, clock),
];

function certificateFaults({ listen }: Configuration): string[] {
  return listen.flatMap(({ tls }) => {
    const fault = tls === undefined ? null : filesFault(tls);
    return tls === undefined || fault === null
      ? []
      : [`TLS with ${tls.certificate} and ${tls.key} is not possible: ${fault}.`];
  });
}

function certificateWarnings({ listen }: Configuration, clock: Clock): string[] {
  return listen.flatMap(({ tls }) =>
    tls === undefined
      ? []
      : certificateConcerns(readPair(tls), clock.seconds()).map(
          (concern) => `The certificate ${tls.certificate} ${concern}`,
        ),
  );
}
