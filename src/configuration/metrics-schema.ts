/** Whether and where the server shows numbers about itself. Without these settings it counts nothing. */
import * as v from "valibot";
import { listenerAt } from "./listen-schema.ts";
import { secretText, table, words } from "./values.ts";

/** The port that exporters of numbers have by custom. */
const METRICS_PORT = 9464;

export const metrics = v.pipe(
  v.optional(
    table({
      listen: v.pipe(
        v.optional(listenerAt(METRICS_PORT)),
        words({
          fallback: "no listener",
          description:
            "An address of its own for the numbers, which are at /metrics there. It serves nothing else.",
        }),
      ),
      token: v.pipe(
        v.optional(secretText),
        words({
          fallback: "none",
          description:
            "The bearer token of the monitoring. Without metrics.listen the numbers are at /metrics below the issuer, for this token alone.",
        }),
      ),
    }),
    {},
  ),
  v.description("Numbers for Prometheus. Off without a listener and a token."),
);
