/** @jsxImportSource hono/jsx */
/** The kinds of applications that an administrator adds by hand. */
import { Icon } from "../../pages/views/icons.tsx";
import type { ClientAuthenticationMethod } from "../../protocol/client-authentication.ts";
import { DEVICE_CODE_GRANT, type GrantType } from "../../protocol/grant-types.ts";
import type { ConsoleFrame } from "../layout.tsx";
import { wordsFor } from "../texts.ts";
import { BY_HAND_PATH } from "./paths.ts";
import { NEW_APP_WORDS } from "./texts-new.ts";

interface HandKind {
  readonly grantTypes: readonly GrantType[];
  readonly method: ClientAuthenticationMethod;
  /** Whether browsers lead people back to it. */
  readonly redirects: boolean;
  /** The scopes that are ticked at first. */
  readonly scope: readonly string[];
}

const SIGN_IN = ["openid", "profile", "email"];

export const HAND_KINDS = {
  web: {
    grantTypes: ["authorization_code", "refresh_token"],
    method: "client_secret_basic",
    redirects: true,
    scope: SIGN_IN,
  },
  app: {
    grantTypes: ["authorization_code", "refresh_token"],
    method: "none",
    redirects: true,
    scope: SIGN_IN,
  },
  device: {
    grantTypes: [DEVICE_CODE_GRANT, "refresh_token"],
    method: "none",
    redirects: false,
    scope: SIGN_IN,
  },
  service: {
    grantTypes: ["client_credentials"],
    method: "client_secret_basic",
    redirects: false,
    scope: [],
  },
} as const satisfies Readonly<Record<string, HandKind>>;

export type HandKindName = keyof typeof HAND_KINDS;

export const HAND_KIND_NAMES = Object.keys(HAND_KINDS) as readonly HandKindName[];

/** The kinds of applications that can be added by hand, as links. */
export function HandKinds({ frame }: { frame: ConsoleFrame }) {
  const { kinds } = wordsFor(frame, NEW_APP_WORDS);
  return (
    <div class="go">
      {HAND_KIND_NAMES.map((kind) => (
        <a href={frame.path(BY_HAND_PATH, { kind })}>
          <span>
            <strong>{kinds[kind].title}</strong>
            <span>{kinds[kind].about}</span>
          </span>
          <Icon name="next" />
        </a>
      ))}
    </div>
  );
}
