/** People who sign in at the page that they see, with its form, cookie and token; every second time with a wrong password. */
import { PERSON } from "../contenders/clients.ts";
import type { Underway } from "./disturbances.ts";
import { PEOPLE, type Subject } from "./subject.ts";

/** More than are checked at once, so that some always wait. */
const AT_ONCE = 8;

export async function startSignIns({ origin }: Subject): Promise<Underway> {
  const everybody = [PERSON, ...PEOPLE];
  let stopped = false;
  const checked = { right: 0, wrong: 0 };
  const beganAt = performance.now();
  const person = async (index: number): Promise<void> => {
    const { username, password } = everybody[index % everybody.length] ?? PERSON;
    for (let attempt = index; !stopped; attempt += 1) {
      const isRight = attempt % 2 === 0;
      const status = await signIn(origin, username, isRight ? password : `not ${password}`);
      if (status === 503) continue;
      if (status !== (isRight ? 303 : 422))
        throw new Error(`A ${isRight ? "right" : "wrong"} password was answered with ${status}.`);
      checked[isRight ? "right" : "wrong"] += 1;
    }
  };
  const people = Promise.all(Array.from({ length: AT_ONCE }, (_, index) => person(index)));
  // Told by `stop`.
  people.catch(() => {});
  return {
    async stop() {
      const seconds = (performance.now() - beganAt) / 1000;
      const { right, wrong } = checked;
      stopped = true;
      await people;
      if (right + wrong === 0) throw new Error("Nobody signed in meanwhile.");
      return { perSecond: (right + wrong) / seconds };
    },
  };
}

/** A browser that comes for the first time. Returns the status of the answer to the form. */
export async function signIn(origin: string, username: string, password: string): Promise<number> {
  const page = await fetch(`${origin}/login`);
  const cookie = page.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const token = /name="form_token" value="([^"]+)"/.exec(await page.text())?.[1];
  if (token === undefined) throw new Error(`There is no form on the sign-in page, which is ${page.status}.`);
  const answer = await fetch(`${origin}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
    body: new URLSearchParams({ form_token: token, username, password }),
  });
  await answer.arrayBuffer();
  return answer.status;
}
