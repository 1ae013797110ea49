/** Tables for the contract: every kind of column, keys of one and of two columns, every feature of a declaration. */
import type { Store } from "../../../../src/store/contract.ts";
import { check, hold, insert } from "../../../../src/store/contract.ts";
import {
  boolean,
  bytes,
  integer,
  json,
  list,
  orNull,
  type Row,
  table,
  text,
} from "../../../../src/store/declare.ts";
import type { Schema } from "../../../../src/store/schema.ts";
import { newId } from "../../records.ts";

/** A value that JSON cannot write by itself. */
const contents = json<ReadonlyMap<string, number>>({
  encode: (values) => [...values],
  decode(stored) {
    if (!Array.isArray(stored)) throw new Error("It is no list.");
    return new Map(stored);
  },
});

export const owners = table("owners", {
  columns: { name: text(), revision: integer(), bestBoxId: orNull(bytes()) },
  key: ["name"],
  updated: true,
});

export const boxes = table("boxes", {
  columns: {
    id: bytes(),
    label: text(),
    owner: orNull(text()),
    weight: integer(),
    isFragile: boolean(),
    tags: list(),
    contents,
    picture: orNull(bytes()),
    sealedAt: orNull(integer()),
    expiresAt: orNull(integer()),
  },
  unique: [["label"]],
  indexes: [["owner"]],
  indexOnly: { isFragile: ["id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type Box = Row<typeof boxes>;

/** A lid has the id of its box, and is removed with it. */
export const lids = table("lids", {
  columns: { id: bytes(), colour: text() },
  shard: "id",
  goesWith: "boxes",
});

export const places = table("places", {
  columns: { aisle: text(), shelf: text(), floor: integer(), emptyFrom: integer() },
  key: ["aisle", "shelf"],
  shard: "aisle",
  expires: "emptyFrom",
  updated: true,
});

/** A row is nothing but its key. */
export const tags = table("tags", { columns: { word: text(), owner: text() }, key: ["word", "owner"] });

export const CONTRACT_SCHEMA: Schema = { tables: [owners, boxes, lids, places, tags], steps: [] };

let counter = 0;

/** A box that differs from every other one, unless a test sets fields. */
export const newBox = (fields: Partial<Box> = {}): Box => {
  counter += 1;
  return {
    id: newId(),
    label: `box ${counter}`,
    owner: null,
    weight: 1,
    isFragile: false,
    tags: ["red", "blue"],
    contents: new Map([["spoons", 6]]),
    picture: null,
    sealedAt: null,
    expiresAt: null,
    ...fields,
  };
};

export const newOwner = (fields: Partial<Row<typeof owners>> = {}): Row<typeof owners> => {
  counter += 1;
  return { name: `owner ${counter}`, revision: 1, bestBoxId: null, ...fields };
};

/** Stores boxes, and returns them. */
export async function store(into: Store, ...rows: Box[]): Promise<Box[]> {
  for (const row of rows) await into.commit({ changes: [insert(boxes, row)] });
  return rows;
}

export const BOX = { box: { table: boxes, by: { id: "$id" } } } as const;

export const findBox = async (on: Store, { id }: Pick<Box, "id">): Promise<Box | null> =>
  (await on.look(BOX, { id })).box;

/** The two acts that only guard. */
export const GUARDS = { check, hold } as const;
