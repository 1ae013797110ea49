/** @jsxImportSource hono/jsx */
/** The applications that a person may open: a tile for each. */
import type { PageFrame } from "../frame.ts";
import { Tile } from "./parts.tsx";

export interface AppTile {
  readonly name: string;
  /** The path of the logo that the operator gave the client; null if there is none. */
  readonly logo: string | null;
  readonly href: string;
  readonly host: string | null;
}

interface AppsProps {
  readonly frame: PageFrame;
  readonly apps: readonly AppTile[];
  /** The page with all tiles, if these are not all. */
  readonly more: { readonly count: number; readonly href: string } | null;
}

export function AppsSection({ frame, apps, more }: AppsProps) {
  const { account } = frame.texts;
  if (apps.length === 0) return null;
  return (
    <section class="card" aria-labelledby="apps">
      <h2 id="apps">{account.appsTitle}</h2>
      <ul class="tiles">
        {apps.map(({ name, logo, href, host }) => (
          <li>
            <a href={href}>
              <Tile name={name} logo={logo} />
              <span>
                <strong>
                  <bdi>{name}</bdi>
                </strong>
                {host && <span>{host}</span>}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {more && (
        <p class="links">
          <a href={more.href}>{account.appsAll(more.count)}</a>
        </p>
      )}
    </section>
  );
}
