/**
 * The schema and its versions. A new database is made from the declared tables. A database of an earlier version takes the
 * steps from there, forwards only. A released step is never edited: a change is a new step. The previous version of the
 * program must still work after it, because it may be running meanwhile.
 */
import type { Table } from "./declare.ts";
import { TABLES } from "./tables.ts";

/** From one version of the schema to the next: the statements for each engine, in one text. */
export interface SchemaStep {
  readonly sqlite: string;
  readonly postgres: string;
}

export interface Schema {
  readonly tables: readonly Table[];
  /** The first leads from version 1 to version 2. */
  readonly steps: readonly SchemaStep[];
}

export const SCHEMA: Schema = { tables: TABLES, steps: [] };

/** The version of the declared tables. */
export const versionOf = ({ steps }: Pick<Schema, "steps">): number => steps.length + 1;

/** The tables whose rows go with those of the named table. */
export const dependants = (tables: readonly Table[], name: string): readonly Table[] =>
  tables.filter(({ goesWith }) => goesWith === name);
