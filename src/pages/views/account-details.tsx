/** @jsxImportSource hono/jsx */
/** The page about what applications are told of a person. */
import { displayText } from "../display.ts";
import { FORM_TOKEN } from "../forms.ts";
import { Field, Hidden } from "../layout.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";

/** A field that a person filled in wrongly. */
export interface DetailsFault {
  readonly field: "name" | "email";
  readonly text: string;
}

/** What applications are told of the person. */
export interface Details {
  readonly name: string;
  readonly email: string;
}

interface DetailsProps {
  readonly frame: AccountFrame;
  readonly token: string;
  /** The content of the fields, as typed if a fault is shown. */
  readonly details: Details;
  /** Whether the person may change their e-mail address. */
  readonly mayChangeEmail: boolean;
  readonly fault: DetailsFault | null;
}

export function DetailsView({ frame, token, details, mayChangeEmail, fault }: DetailsProps) {
  const { account, common } = frame.texts;
  const faultIn = (field: DetailsFault["field"]) => (fault?.field === field ? fault.text : null);
  return (
    <AccountLayout frame={frame} title={account.detailsTitle}>
      <div class="card">
        <h1>{account.detailsTitle}</h1>
        <form method="post" action={frame.path("/account/details")} class="stack">
          <p class="small muted">{account.detailsLead}</p>
          <Hidden values={{ [FORM_TOKEN]: token, action: "details" }} />
          <Field
            id="name"
            label={common.name}
            autocomplete="name"
            value={details.name}
            required={false}
            maxlength={200}
            fault={faultIn("name")}
            autofocus={fault?.field === "name"}
          />
          {mayChangeEmail ? (
            <Field
              id="email"
              label={common.email}
              autocomplete="email"
              value={details.email}
              required={false}
              maxlength={320}
              fault={faultIn("email")}
              autofocus={fault?.field === "email"}
            />
          ) : (
            <p class="small muted">{account.emailByOperator(displayText(details.email, 320) || null)}</p>
          )}
          <button class="main" type="submit">
            {account.save}
          </button>
        </form>
      </div>
    </AccountLayout>
  );
}
