/** @jsxImportSource hono/jsx */
/** Says where the server is. */
import type { PageFrame } from "../frame.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "./icons.tsx";
import { Outcome } from "./parts.tsx";

/** Why a browser is at the wrong place. `insecure`: without https it gets no cookie. `other_host`: cookies work there. */
export type OtherAddress = "insecure" | "other_host";

export interface OtherAddressProps {
  readonly frame: PageFrame;
  readonly fault: OtherAddress;
  /** The issuer. */
  readonly address: string;
  /** The page that the browser wanted, at the issuer and where the browser is. */
  readonly there: string;
  readonly here: string;
}

export function OtherAddressView({ frame, fault, address, there, here }: OtherAddressProps) {
  const { otherAddress } = frame.texts;
  const title = otherAddress.title(address);
  return (
    <Layout frame={frame} title={title}>
      <div class="card">
        <Outcome kind="plain" />
        <h1>{title}</h1>
        <p class="muted">{otherAddress[fault]}</p>
        <div class="stack">
          <a class="button main block" href={there}>
            {otherAddress.goOn(address)}
          </a>
          {fault === "other_host" && (
            <a class="button other block" href={here}>
              {otherAddress.stay}
            </a>
          )}
        </div>
        <details>
          <summary>
            <h2>{otherAddress.operators}</h2>
            <Icon name="down" />
          </summary>
          <p class="small muted">{otherAddress.operatorsText}</p>
        </details>
      </div>
    </Layout>
  );
}
