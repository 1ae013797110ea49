/** @jsxImportSource hono/jsx */
/** Authorization details (RFC 9396) in words: what a person allows in particular. */
import type { DetailWords } from "../details.ts";

export function DetailList({ details }: { details: readonly DetailWords[] }) {
  if (details.length === 0) return null;
  return (
    <ul class="details">
      {details.map(({ title, rows }) => (
        <li>
          <h3>{title}</h3>
          {rows.length > 0 && (
            <dl class="facts">
              {rows.map(({ label, values }) => (
                <div>
                  <dt>{label}</dt>
                  <dd>
                    {values.length === 1 ? <Value text={values[0] ?? ""} /> : <Values texts={values} />}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The text of a client, in its own direction. */
const Value = ({ text }: { text: string }) => <bdi>{text}</bdi>;

const Values = ({ texts }: { texts: readonly string[] }) => (
  <ul class="values">
    {texts.map((text) => (
      <li>
        <Value text={text} />
      </li>
    ))}
  </ul>
);
