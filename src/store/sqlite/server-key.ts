/** The store's methods for the server's own secret. */
import type { Store } from "../contract.ts";
import type { Engine } from "./engine.ts";

export function serverKeyMethods({ read, write }: Engine): Pick<Store, "findServerKey" | "createServerKey"> {
  return {
    findServerKey: () => read(({ serverKey }) => serverKey.find()),
    createServerKey: (key) => write(({ serverKey }) => serverKey.insert(key)),
  };
}
