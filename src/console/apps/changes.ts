/** Acts that change an application as a form says. */
import type { ClientWish } from "../../clients/change.ts";
import { changeManagedClient } from "../../operations/management/clients.ts";
import { typedLine } from "../../protocol/names.ts";
import type { Parameters } from "../../protocol/parameters.ts";
import { revisionOf } from "../revision.ts";
import type { AppTab } from "./paths.ts";
import { type AppAct, type AppCall, savedOn } from "./tab.tsx";

/** An act that changes the application as the form says, unless it has changed since the form was made. */
export const changing = (tab: AppTab, wishOf: (form: Parameters, call: AppCall) => ClientWish): AppAct => ({
  async carryOut(call, form) {
    const { context, authority, client } = call;
    await changeManagedClient(context, authority, client.clientId, wishOf(form, call), {
      revision: revisionOf(form),
      allowsHttp: form.get("allow_http") !== undefined,
    });
    return savedOn(call, tab);
  },
});

/** Null for an empty field. */
export const textOrNull = (form: Parameters, name: string): string | null =>
  typedLine(form.get(name)) || null;
