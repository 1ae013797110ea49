/** @jsxImportSource hono/jsx */
/** The page about the data of the account: taking it along, and deleting the account. */
import { FORM_TOKEN } from "../forms.ts";
import type { PageFrame } from "../frame.ts";
import { Field, Hidden, Layout, Note } from "../layout.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { Outcome } from "./parts.tsx";

export interface DeleteFault {
  /** Null for a fault that is none of a field. */
  readonly field: "typed_username" | null;
  readonly text: string;
}

interface DataProps {
  readonly frame: AccountFrame;
  readonly token: string;
  /** What ends with the account; null if the person may not delete it. */
  readonly ends: {
    /** The names of the applications and devices. */
    readonly clients: readonly string[];
    readonly browsers: number;
    /** Whether the configuration declares the person. */
    readonly isDeclared: boolean;
  } | null;
  readonly fault: DeleteFault | null;
}

export function OwnDataView({ frame, token, ends, fault }: DataProps) {
  const { data } = frame.texts.account;
  return (
    <AccountLayout frame={frame} title={data.title}>
      <section class="card" aria-labelledby="download">
        <h1 id="download">{data.title}</h1>
        <p class="small muted">{data.downloadLead}</p>
        <form method="post" action={frame.path("/account/data")}>
          <Hidden values={{ [FORM_TOKEN]: token, action: "download" }} />
          <button class="main" type="submit">
            {data.download}
          </button>
        </form>
      </section>
      <section class="card" aria-labelledby="delete">
        <h2 id="delete">{data.deleteTitle}</h2>
        {ends === null ? (
          <p class="small muted">{data.deleteByOperator}</p>
        ) : ends.isDeclared ? (
          <p class="small muted">{data.declared}</p>
        ) : (
          <>
            {fault?.field === null && <Note kind="bad">{fault.text}</Note>}
            <p>{data.deleteLead}</p>
            <ul class="ends">
              {ends.clients.length > 0 && (
                <li>
                  {data.endsAccess} <bdi>{ends.clients.join(", ")}</bdi>
                </li>
              )}
              <li>{data.endsSessions(ends.browsers)}</li>
              <li>{data.endsFacts}</li>
            </ul>
            <p class="small muted">{data.staysElsewhere}</p>
            <form method="post" action={frame.path("/account/data")} class="stack">
              <Hidden values={{ [FORM_TOKEN]: token, action: "delete" }} />
              <Field
                id="typed_username"
                label={data.typeUsername(frame.username)}
                autocomplete="off"
                fault={fault?.field === "typed_username" ? fault.text : null}
                autofocus={fault?.field === "typed_username"}
              />
              <button class="remove" type="submit">
                {data.delete}
              </button>
            </form>
          </>
        )}
      </section>
    </AccountLayout>
  );
}

/** The last page of a person: no other is theirs any more. */
export function DeletedView({ frame }: { frame: PageFrame }) {
  const { data } = frame.texts.account;
  return (
    <Layout frame={frame} title={data.deletedTitle}>
      <div class="card">
        <Outcome kind="plain" />
        <h1>{data.deletedTitle}</h1>
        <p class="muted">{data.deleted}</p>
      </div>
    </Layout>
  );
}
