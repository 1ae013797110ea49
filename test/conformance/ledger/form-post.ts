/** OAuth 2.0 Form Post Response Mode. */
import type { Ledger } from "./row.ts";

export const FORM_POST: Ledger = {
  source: "Form Post",
  title: "OAuth 2.0 Form Post Response Mode",
  rows: [
    {
      id: "2-1",
      level: "MUST",
      statement: "The action of the form is the client's redirect URI",
      does: "It is, without registered parameters that have the name of one in the answer",
    },
    {
      id: "2-2",
      level: "MUST",
      statement: "The method of the form is POST",
      does: "It is. A script of this server submits the form; without scripts the person presses the button",
    },
    {
      id: "2-3",
      level: "MUST",
      statement: "User agents and intermediaries are told not to store or reuse the response",
      does: "Cache-Control: no-store and Pragma: no-cache",
    },
  ],
};
