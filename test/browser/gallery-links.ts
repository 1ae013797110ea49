/** The pages for people who come by a link or make their own account, with their full content. */
import type { Page } from "playwright-core";
import { newAccountRecord } from "../../src/accounts/people.ts";
import { createGroup } from "../../src/operations/groups.ts";
import { askEmailChange, type LinkMail, makeResetLink, makeSignInLink } from "../../src/operations/links.ts";
import { findAccountBySignInName } from "../../src/operations/people.ts";
import { asSelfMade, signUp } from "../../src/operations/sign-up.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { giveMail, invitationPath, OPERATOR } from "../support/links.ts";
import type { ListeningServer } from "../support/listening.ts";
import { addPersonWithPassword, PASSWORD } from "../support/pages.ts";
import type { Exhibit } from "./gallery.ts";
import { asRoot, CONSOLE } from "./gallery-console.ts";

/** A person for these pages alone. */
async function grace(server: ListeningServer): Promise<AccountRecord> {
  const known = await findAccountBySignInName(server.context, "grace");
  return known ?? addPersonWithPassword(server, "grace", { email: "grace@example.org" });
}

/** Mail goes nowhere, and the page shows what it shows where the server sends some. */
const withMail = async (
  server: ListeningServer,
  work: (sent: LinkMail[]) => Promise<void>,
): Promise<void> => {
  const { linkMails } = server.context;
  const { configuration } = server.context;
  const sent = giveMail(server);
  Object.assign(server.context, {
    configuration: {
      ...configuration,
      sign_up: { ...configuration.sign_up, mode: "open" },
      sign_in: { ...configuration.sign_in, email_code: true },
    },
  });
  try {
    await work(sent);
  } finally {
    Object.assign(server.context, { linkMails, configuration });
  }
};

const submit = (page: Page) => page.locator("main form button[type=submit]").first().click();

const fill = async (page: Page, fields: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, value] of Object.entries(fields)) await page.locator(`input#${name}`).fill(value);
  await submit(page);
};

async function invitation(server: ListeningServer): Promise<string> {
  return (
    server.issuer + (await invitationPath(server, { name: "Grace Hopper", email: "hopper@example.org" }))
  );
}

export const BY_LINK: readonly Exhibit[] = [
  {
    name: "invitation",
    open: async (page, server) => {
      await page.goto(await invitation(server));
    },
  },
  {
    name: "invitation-faults",
    open: async (page, server) => {
      await grace(server);
      await page.goto(await invitation(server));
      await fill(page, { username: "Grace", password: PASSWORD });
    },
  },
  {
    name: "invitation-with-mail",
    open: (page, server) =>
      withMail(server, async () => {
        await page.goto(server.issuer + (await invitationPath(server)));
      }),
  },
  {
    name: "account-waits",
    open: async (page, server) => {
      const { configuration } = server.context;
      const sign_up = { ...configuration.sign_up, mode: "open", approval: true };
      Object.assign(server.context, { configuration: { ...configuration, sign_up } });
      await page.goto(`${server.issuer}/sign-up`);
      await fill(page, { username: "Katherine", password: PASSWORD });
      Object.assign(server.context, { configuration });
    },
  },
  {
    name: "sign-in-ways",
    open: (page, server) =>
      withMail(server, async () => {
        await page.goto(`${server.issuer}/login`);
      }),
  },
  {
    name: "sign-up",
    open: (page, server) =>
      withMail(server, async () => {
        await page.goto(`${server.issuer}/sign-up`);
      }),
  },
  {
    name: "sign-up-asked",
    open: (page, server) =>
      withMail(server, async () => {
        await page.goto(`${server.issuer}/sign-up`);
        await fill(page, { email: "katherine@example.org" });
      }),
  },
  {
    name: "sign-up-invitation",
    open: async (page, server) => {
      const { configuration } = server.context;
      const sign_up = { ...configuration.sign_up, mode: "token" };
      Object.assign(server.context, { configuration: { ...configuration, sign_up } });
      await page.goto(`${server.issuer}/sign-up`);
      await fill(page, { invitation: "tlk_" });
      Object.assign(server.context, { configuration });
    },
  },
  {
    name: "forgot",
    open: (page, server) =>
      withMail(server, async () => {
        await page.goto(`${server.issuer}/forgot`);
      }),
  },
  {
    name: "forgot-asked",
    open: (page, server) =>
      withMail(server, async () => {
        await page.goto(`${server.issuer}/forgot`);
        await fill(page, { username: "grace" });
      }),
  },
  {
    name: "sign-in-code-wrong",
    open: (page, server) =>
      withMail(server, async () => {
        await page.goto(`${server.issuer}/sign-in-code`);
        await fill(page, { username: "grace" });
        await fill(page, { code: "no code" });
      }),
  },
  {
    name: "reset-password",
    open: async (page, server) => {
      const made = await makeResetLink(server.context, OPERATOR, await grace(server), false);
      if (made.outcome === "created") await page.goto(made.address ?? "");
    },
  },
  {
    name: "sign-in-link",
    open: async (page, server) => {
      const made = await makeSignInLink(server.context, OPERATOR, await grace(server), false);
      if (made.outcome === "created") await page.goto(made.address ?? "");
    },
  },
  {
    name: "verify-email",
    open: (page, server) =>
      withMail(server, async (sent) => {
        await askEmailChange(server.context, OPERATOR, await grace(server), "hopper@example.org");
        await page.goto(sent[0]?.link ?? "");
      }),
  },
  {
    name: "verified-email",
    open: (page, server) =>
      withMail(server, async (sent) => {
        await askEmailChange(server.context, OPERATOR, await grace(server), "admiral@example.org");
        await page.goto(sent[0]?.link ?? "");
        // The person signs in, and comes back.
        await submit(page);
        await fill(page, { username: "grace", password: PASSWORD });
        await submit(page);
      }),
  },
  {
    name: "error-link-used",
    open: async (page, server) => {
      const made = await makeSignInLink(server.context, OPERATOR, await grace(server), false);
      if (made.outcome !== "created") return;
      await page.goto(made.address ?? "");
      await submit(page);
      await page.context().clearCookies();
      await page.goto(made.address ?? "");
    },
  },
  {
    name: "error-link-unknown",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/invitation?token=tlk_`);
    },
  },
];

/** The page for administrators. A browser that comes from here is signed in as another person. */
export const FOR_ADMINISTRATORS: readonly Exhibit[] = [
  {
    name: "invite-people",
    open: async (page, server) => {
      await asRoot(page, server);
      const now = server.clock.seconds();
      for (const group of ["family", "photo-editors"])
        await createGroup(server.context, OPERATOR, group, null, now);
      await invitationPath(server, { name: "Grace Hopper", email: "hopper@example.org", groups: ["family"] });
      await invitationPath(server, { uses: 5 });
      const { context } = server;
      const sign_up = { ...context.configuration.sign_up, approval: true };
      const { clock, random } = context;
      const katherine = { source: "sign_up", username: "Johnson", passwordHash: null } as const;
      await signUp(context, OPERATOR, asSelfMade({ sign_up }, newAccountRecord(katherine, clock, random)));
      await withMail(server, async () => {
        await page.goto(`${server.issuer}/invite-people`);
      });
    },
  },
  {
    name: "invited",
    open: async (page, server) => {
      await asRoot(page, server);
      await page.goto(`${server.issuer}/invite-people`);
      await submit(page);
    },
  },
  ...(["address", "mail", "app", "sign_in"] as const).map((step) => ({
    name: `start-${step}`,
    open: async (page: Page, server: ListeningServer) => {
      await asRoot(page, server);
      await page.goto(`${server.issuer}/admin/start?step=${step}`);
    },
  })),
  {
    name: "console-app-made",
    open: async (page, server) => {
      await asRoot(page, server);
      await page.goto(`${server.issuer}/admin/apps/new/immich?url=https://photos.example.org`);
      await page.locator("main form[method=post] button").click();
    },
  },
  {
    name: "console-app",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/admin/apps/immich`);
      await page.locator("details.card > summary").click();
    },
  },
  {
    name: "console-app-claims",
    open: async (page, server) => {
      await page.goto(`${server.issuer}/admin/apps/immich/claims?person=root`);
    },
  },
  ...CONSOLE,
];
