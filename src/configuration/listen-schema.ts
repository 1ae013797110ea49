/** One address to listen on. */
import * as v from "valibot";
import { listenHost, someText, table, wholeNumber, words } from "./values.ts";

/** `port`: the one of a listener that names none. */
export const listenerAt = (port: number) =>
  v.pipe(
    table({
      host: v.pipe(
        v.optional(listenHost, "localhost"),
        words({
          allowed: "localhost, an address (127.0.0.1, ::1), 0.0.0.0 or :: for all, or a host name",
          description:
            "The address to listen on: localhost, 0.0.0.0 for all of IPv4, :: for all, or one address.",
        }),
      ),
      port: v.pipe(
        v.optional(wholeNumber(0, 65535), port),
        v.description("The port; 0 takes any that is free."),
      ),
      unix: v.pipe(
        v.optional(someText),
        words({
          fallback: "listens on host and port",
          description: "The path of a unix socket, in the place of host and port. Only with one worker.",
        }),
      ),
      unix_mode: v.pipe(
        v.optional(v.pipe(v.string(), v.regex(/^0[0-7]{3}$/, "permissions in octal digits, such as 0660"))),
        words({
          fallback: "0660",
          description: "The permissions of the socket: 0660 lets its owner and its group connect.",
        }),
      ),
      tls: v.pipe(
        v.optional(
          table({
            certificate: v.pipe(someText, v.description("The PEM file with the certificate and its chain.")),
            key: v.pipe(someText, v.description("The PEM file with the private key.")),
          }),
        ),
        words({
          fallback: "plain HTTP",
          description: "Speak TLS here. The files are read again when they change.",
        }),
      ),
    }),
    v.description("One address to listen on."),
  );
