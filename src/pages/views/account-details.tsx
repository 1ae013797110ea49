/** @jsxImportSource hono/jsx */
/** The page about what applications are told of a person: a form for the facts, one for the picture, and the rest in words. */
import type { FactField } from "../../operations/own-facts.ts";
import { FORM_TOKEN } from "../forms.ts";
import { Field, Hidden } from "../layout.tsx";
import { type AccountFrame, AccountLayout } from "./account-layout.tsx";
import { Icon } from "./icons.tsx";

/** A field that a person filled in wrongly. */
export interface DetailsFault {
  readonly field: FactField | "email" | "picture";
  readonly text: string;
}

export interface FieldOption {
  readonly value: string;
  readonly label: string;
}

/** A field of the form. */
export interface DetailField {
  readonly field: FactField;
  /** As typed if a fault is shown. */
  readonly value: string;
  /** Null for a field in which the person writes. */
  readonly options: readonly FieldOption[] | null;
}

/** The hidden field with the names of the facts that the form has: those it does not have stay as they are. */
export const SHOWN_FACTS = "facts";

/** The field with the file. */
export const PICTURE_FIELD = "picture";

interface DetailsProps {
  readonly frame: AccountFrame;
  readonly token: string;
  /** The names of the facts that the person may change. */
  readonly facts: readonly string[];
  readonly fields: readonly DetailField[];
  /** Null if the operator decides about it. */
  readonly email: string | null;
  /** What the operator decides. */
  readonly given: readonly { readonly label: string; readonly value: string }[];
  /** Null if the operator decides about it. */
  readonly picture: { readonly megabytes: number } | null;
  readonly fault: DetailsFault | null;
}

export function DetailsView(props: DetailsProps) {
  const { frame, token, facts, fields, email, given, picture, fault } = props;
  const { account, common } = frame.texts;
  const faultIn = (field: DetailsFault["field"]) => (fault?.field === field ? fault.text : null);
  const hasForm = fields.length > 0 || email !== null;
  return (
    <AccountLayout frame={frame} title={account.detailsTitle}>
      <section class="card" aria-labelledby="details">
        <h1 id="details">{account.detailsTitle}</h1>
        <p class="small muted">{account.detailsLead}</p>
        {hasForm && (
          <form method="post" action={frame.path("/account/details")} class="stack">
            <Hidden
              values={{
                [FORM_TOKEN]: token,
                action: "details",
                [SHOWN_FACTS]: [...facts, ...(email === null ? [] : ["email"])].join(" "),
              }}
            />
            {fields.map(({ field, value, options }) => {
              const { label, hint } = account.facts[field];
              const shared = { id: field, label, hint: hint || undefined, fault: faultIn(field), value };
              return options === null ? (
                <Field
                  {...shared}
                  autocomplete={AUTOCOMPLETE[field]}
                  required={false}
                  maxlength={1000}
                  autofocus={fault?.field === field}
                />
              ) : (
                <Select {...shared} options={options} />
              );
            })}
            {email !== null && (
              <Field
                id="email"
                label={common.email}
                autocomplete="email"
                value={email}
                required={false}
                maxlength={320}
                fault={faultIn("email")}
                autofocus={fault?.field === "email"}
              />
            )}
            <button class="main" type="submit">
              {account.save}
            </button>
          </form>
        )}
      </section>
      {picture && <PictureSection {...props} megabytes={picture.megabytes} />}
      {given.length > 0 && (
        <section class="card" aria-labelledby="given">
          <h2 id="given">{account.givenTitle}</h2>
          <dl class="facts">
            {given.map(({ label, value }) => (
              <div>
                <dt>{label}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </AccountLayout>
  );
}

/** The tokens by which browsers fill in fields (HTML, "autofill"). */
const AUTOCOMPLETE: Readonly<Record<FactField, string>> = {
  name: "name",
  given_name: "given-name",
  family_name: "family-name",
  middle_name: "additional-name",
  nickname: "nickname",
  profile: "off",
  website: "url",
  gender: "sex",
  birthdate: "bday",
  zoneinfo: "off",
  locale: "language",
  phone_number: "tel",
  street_address: "address-line1",
  postal_code: "postal-code",
  locality: "address-level2",
  region: "address-level1",
  country: "country-name",
};

interface SelectProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault: string | null;
  readonly value: string;
  readonly options: readonly FieldOption[];
}

function Select({ id, label, hint, fault, value, options }: SelectProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        name={id}
        aria-describedby={
          [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined
        }
        aria-invalid={fault ? "true" : undefined}
      >
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      {fault && <Fault id={`${id}-fault`} text={fault} />}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

const Fault = ({ id, text }: { id: string; text: string }) => (
  <p class="fault" id={id} role="alert">
    <Icon name="alert" />
    <span>{text}</span>
  </p>
);

function PictureSection({ frame, token, megabytes, fault }: DetailsProps & { readonly megabytes: number }) {
  const { account } = frame.texts;
  const text = fault?.field === "picture" ? fault.text : null;
  return (
    <section class="card" aria-labelledby="picture-title">
      <h2 id="picture-title">{account.pictureTitle}</h2>
      {frame.picture && (
        <img class="portrait" src={frame.picture} alt={account.pictureAlt} width="96" height="96" />
      )}
      <form method="post" action={frame.path("/account/picture")} enctype="multipart/form-data" class="stack">
        <Hidden values={{ [FORM_TOKEN]: token }} />
        <div class="field">
          <label for={PICTURE_FIELD}>{account.pictureFile}</label>
          <input
            id={PICTURE_FIELD}
            name={PICTURE_FIELD}
            type="file"
            accept="image/png,image/jpeg,image/webp"
            required
            autofocus={text !== null}
            aria-describedby={text ? "picture-hint picture-fault" : "picture-hint"}
            aria-invalid={text ? "true" : undefined}
          />
          {text && <Fault id="picture-fault" text={text} />}
          <p class="hint" id="picture-hint">
            {account.pictureHint(megabytes)}
          </p>
        </div>
        <button class="main" type="submit">
          {account.pictureSave}
        </button>
      </form>
      {frame.picture && (
        <form method="post" action={frame.path("/account/details")}>
          <Hidden values={{ [FORM_TOKEN]: token, action: "remove_picture" }} />
          <button class="remove" type="submit">
            {account.pictureRemove}
          </button>
        </form>
      )}
    </section>
  );
}
