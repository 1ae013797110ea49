/** @jsxImportSource hono/jsx */
/** The two fields that forms about people share: a name and an e-mail address, neither of which must be filled in. */
import type { PageFrame } from "../frame.ts";
import { Field } from "../layout.tsx";

interface PersonFieldProps
  extends Omit<Parameters<typeof Field>[0], "id" | "label" | "autocomplete" | "required" | "maxlength"> {
  readonly frame: Pick<PageFrame, "texts">;
  /** Default: off, for forms about others. */
  readonly autocomplete?: "name" | "email" | "off";
}

export const NameField = ({ frame, autocomplete = "off", ...field }: PersonFieldProps) => (
  <Field
    id="name"
    label={frame.texts.common.name}
    autocomplete={autocomplete}
    required={false}
    maxlength={200}
    {...field}
  />
);

export const EmailField = ({ frame, autocomplete = "off", ...field }: PersonFieldProps) => (
  <Field
    id="email"
    label={frame.texts.common.email}
    autocomplete={autocomplete}
    required={false}
    maxlength={320}
    {...field}
  />
);
