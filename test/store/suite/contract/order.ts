/** Sorts rows by id if the store promises no order. */
export const byKey = <Row extends Readonly<Record<string, unknown>>>(rows: readonly Row[]): Row[] =>
  rows.toSorted((one, other) => Buffer.compare(bytesOf(one), bytesOf(other)));

const bytesOf = ({ id }: Readonly<Record<string, unknown>>): Uint8Array =>
  id instanceof Uint8Array ? id : Buffer.from(String(id));
