/** Rules for the types of authorization details. */
import { sameResource } from "../protocol/resource-indicator.ts";
import type { Finding } from "./finding.ts";
import type { Configuration } from "./schema.ts";
import { formatPath, type SettingPath } from "./settings.ts";

export function* checkAuthorizationDetails({
  authorization_details_types: types,
  resources,
  clients,
}: Configuration): Generator<Finding> {
  for (const [index, { type, fields, resources: named }] of types.entries()) {
    const at = ["authorization_details_types", index];
    if (types.findIndex((each) => each.type === type) < index)
      yield found([...at, "type"], `'${type}' is there twice. Each must be different.`);
    for (const identifier of named.filter(
      (one) => !resources.some((each) => sameResource(each.identifier, one)),
    ))
      yield found([...at, "resources"], `has '${identifier}', which is not declared in [[resources]].`);
    for (const [position, { name, kind, values }] of fields.entries()) {
      const place = [...at, "fields", position];
      if (name === "type") yield found([...place, "name"], "is 'type', which every type has already.");
      if (fields.findIndex((each) => each.name === name) < position)
        yield found([...place, "name"], `'${name}' is there twice. Each must be different.`);
      if (fields.some((each) => each.name.startsWith(`${name}.`)))
        yield found([...place, "name"], `'${name}' is an object with fields of its own, and no value.`);
      if (values !== undefined && kind !== "text" && kind !== "texts")
        yield found([...place, "values"], `is for texts, and this field is a ${kind}.`);
    }
  }
  const known = new Set(types.map(({ type }) => type));
  for (const [index, { authorization_details_types: used = [] }] of clients.entries()) {
    for (const type of used.filter((name) => !known.has(name)))
      yield found(
        ["clients", index, "authorization_details_types"],
        `has '${type}', which is not declared in [[authorization_details_types]].`,
      );
  }
}

const found = (path: SettingPath, words: string): Finding => ({ path, text: `${formatPath(path)} ${words}` });
