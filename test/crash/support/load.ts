/** Many clients at once, each with one family at a time, and the check of all families afterwards. */
import type { KeptTokens } from "../../support/kept-tokens.ts";
import { newAsk } from "./asking.ts";
import { type Family, Ledger, type Step } from "./ledger.ts";
import { newSteps, type Steps } from "./steps.ts";

const CLIENTS = 12;
/** Untouched families to check each time; the end checks all. */
const SAMPLE = 40;

export interface Load {
  /** Resolves when each client has finished its step. */
  stop(): Promise<void>;
}

export class Clients {
  readonly ledger = new Ledger();
  readonly #steps: Steps;
  readonly #idle: Family[] = [];
  readonly #freshCodes: string[] = [];
  #kept: KeptTokens | null = null;

  constructor(urls: readonly string[]) {
    this.#steps = newSteps(newAsk(urls, this.ledger), this.ledger, () => this.#kept);
  }

  addCodes(codes: readonly string[]): void {
    this.#freshCodes.push(...codes);
  }

  /** Adds a family for each refresh token of a strict client. Only the first client counts. */
  addKept(kept: KeptTokens): void {
    if (this.#kept !== null) return;
    this.#kept = kept;
    for (const token of kept.refreshTokens) {
      const family = this.ledger.newFamily("strict", null);
      this.ledger.keep(family, { refresh_token: token });
      this.ledger.families.push(family);
      this.#idle.push(family);
    }
  }

  /** Lets the clients work until they are stopped. */
  start(): Load {
    let isOver = false;
    const work = async () => {
      while (!isOver) {
        const family = this.#take();
        const { unanswered, unavailable } = this.ledger.counts;
        await this.#act(family);
        this.#idle.push(family);
        // A pause, as clients make, so that they do not flood servers that are down.
        const { counts } = this.ledger;
        if (counts.unanswered + counts.unavailable > unanswered + unavailable) await Bun.sleep(10);
      }
    };
    const working = Promise.all(Array.from({ length: CLIENTS }, work));
    return {
      async stop() {
        isOver = true;
        await working;
      },
    };
  }

  /** Checks the changed families, and some or all of the others. The servers must answer. */
  async verify(extent: "some" | "all"): Promise<void> {
    const touched = this.#idle.filter(({ isTouched }) => isTouched);
    const others = shuffled(this.#idle.filter(({ isTouched }) => !isTouched));
    const queue = [...touched, ...(extent === "all" ? others : others.slice(0, SAMPLE))];
    const work = async () => {
      for (let family = queue.pop(); family !== undefined; family = queue.pop()) await this.#verify(family);
    };
    await Promise.all(Array.from({ length: CLIENTS }, work));
  }

  #take(): Family {
    const code = Math.random() < 0.25 ? this.#freshCodes.pop() : undefined;
    const isNew = code !== undefined || this.#idle.length < CLIENTS || Math.random() < 0.2;
    if (!isNew) {
      const [family] = this.#idle.splice(Math.floor(Math.random() * this.#idle.length), 1);
      if (family !== undefined) return family;
    }
    const family = this.ledger.newFamily(code === undefined ? "service" : "web", code ?? null);
    this.ledger.families.push(family);
    return family;
  }

  async #act(family: Family): Promise<void> {
    family.isTouched = true;
    if (family.open !== null) return this.#run(family, family.open, true);
    const steps = this.#steps;
    if (family.client === "service" && family.accessTokens.length === 0)
      return this.#run(family, steps.issue);
    if (family.code !== null && !family.isRedeemed) return this.#run(family, steps.redeem);
    const dice = Math.random();
    if (family.client === "strict" && !family.isEnded) {
      if (dice < 0.3) return this.#run(family, steps.useKept);
      if (dice < 0.31) return this.#run(family, steps.revokeGrant);
    }
    if (family.client === "web" && !family.isEnded) {
      if (dice < 0.5) return this.#run(family, steps.refresh);
      if (dice < 0.54 && family.refreshTokens.length > 1) return this.#run(family, steps.refreshOnceMore);
      if (dice < 0.57) return this.#run(family, steps.revokeGrant);
      if (dice < 0.59) return this.#run(family, steps.replayCode);
      if (dice < 0.61 && family.refreshTokens.length > 2) return this.#run(family, steps.replayRefresh);
    }
    const token = oneOf(family.accessTokens);
    if (dice > 0.9 && token !== undefined) return this.#run(family, steps.revokeAccessToken(token));
    await this.#lookAt(family, oneOf([...family.accessTokens, ...family.refreshTokens]));
  }

  async #run(family: Family, step: Step, again = false): Promise<void> {
    family.open = (await step(family, again)) ? null : step;
  }

  async #lookAt(family: Family, token: string | undefined): Promise<boolean> {
    return token === undefined || this.#steps.introspect(family, token);
  }

  async #verify(family: Family): Promise<void> {
    const { ledger } = this;
    const steps = this.#steps;
    const wasTouched = family.isTouched;
    family.isTouched = false;
    if (family.open !== null) await this.#run(family, family.open, true);
    if (family.open !== null)
      return ledger.violation("there is no answer although nothing is broken", family);
    for (const token of [...family.accessTokens, ...family.refreshTokens]) {
      if (!(await this.#lookAt(family, token))) ledger.violation("there is no answer about a token", token);
    }
    // It works after the crash, unless it was revoked.
    if (family.client === "strict" && !family.isEnded) return this.#run(family, steps.useKept);
    if (!wasTouched || family.client !== "web" || !family.isRedeemed) return;
    if (family.isEnded) {
      if (family.refreshTokens.length > 0) await this.#run(family, steps.refreshEnded);
      return this.#run(family, steps.replayCode);
    }
    if (family.refreshTokens.length > 1) await this.#run(family, steps.refreshOnceMore);
    // This ends the family, so only some families take it; the others live through the next crash too.
    const dice = Math.random();
    if (dice < 0.1) return this.#run(family, steps.replayCode);
    if (dice < 0.2 && family.refreshTokens.length > 2) return this.#run(family, steps.replayRefresh);
  }
}

const oneOf = <T>(values: readonly T[]): T | undefined => values[Math.floor(Math.random() * values.length)];

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
