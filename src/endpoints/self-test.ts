/** For `tessera doctor`: how its request arrived. A stranger is told that there is nothing here. */
import type { Context } from "../operations/context.ts";
import {
  acceptQuestion,
  answeredCookie,
  answerQuestion,
  type SeenRequest,
  seenRequest,
} from "../operations/self-test.ts";
import { type Handler, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import { readForm } from "./form.ts";

/** `otherAddress`: the verdict of the pages on a request. */
export const selfTest =
  (context: Context, otherAddress: (request: Request) => SeenRequest["otherAddress"]): Handler =>
  async (incoming) => {
    const question = (await readForm(context, incoming)).get("question");
    if (question === undefined || !(await acceptQuestion(context, question)))
      throw new OAuthError("not_found");
    const seen = seenRequest(incoming, context.clock, otherAddress(incoming.request));
    const response = json(answerQuestion(context, question, seen));
    response.headers.append("Set-Cookie", answeredCookie(context.issuer.isEncrypted));
    return response;
  };
