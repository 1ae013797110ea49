/** A person sends their picture: the only form with a file, and the only body that may be long. */
import type { PictureFault } from "../../accounts/picture.ts";
import type { Context } from "../../operations/context.ts";
import { changeAccount } from "../../operations/people.ts";
import { findSignedIn, type SignedIn } from "../../operations/sessions.ts";
import { BodyError, type Handler, type Incoming, type Route, seeOther } from "../../platform/http.ts";
import { OAuthError } from "../../protocol/errors.ts";
import { actOfPerson } from "../../rules/events.ts";
import { newPictureId } from "../../rules/picture.ts";
import { readUpload, type Uploaded } from "../forms.ts";
import { pagePath } from "../urls.ts";
import { PICTURE_FIELD } from "../views/account-details.tsx";
import { DETAILS_PATH, detailsPage, mayChangePicture, pictureMegabytes } from "./details.tsx";
import { backWith, personFrame, toSignIn } from "./section.ts";

export function pictureUploadRoute(context: Context): Route {
  const POST: Handler = async (incoming) => {
    // Before the body is read: only people who are signed in may send a long one.
    const signedIn = await findSignedIn(context, incoming.request);
    if (signedIn === null) return toSignIn(context, DETAILS_PATH);
    if (!mayChangePicture(context)) throw new OAuthError("parameter_invalid");
    const uploaded = await readPicture(context, incoming);
    if (uploaded === "too_large") return refused(context, incoming, signedIn, "too_large");
    const { isFresh, file } = uploaded;
    if (!isFresh) {
      const alert = personFrame(context, incoming, signedIn.account).texts.forms.stale;
      return detailsPage(context, incoming, signedIn, { alert, status: 422 });
    }
    if (file === null) return refused(context, incoming, signedIn, "none");
    const content = await context.pictures.make(file);
    if (content === null) throw new OAuthError("busy");
    if ("fault" in content) return refused(context, incoming, signedIn, content.kind);
    const { subject } = signedIn.account;
    const picture = { ...content, id: newPictureId(context.random) };
    const act = actOfPerson(incoming, subject);
    await changeAccount(context, act, subject, { picture }, context.clock.seconds());
    return backWith(context, incoming, DETAILS_PATH, subject, { about: "picture" });
  };
  // The address is in the history of the browser after a refusal.
  const GET: Handler = () => seeOther(pagePath(context.issuer, DETAILS_PATH));
  return { path: "/account/picture", audience: "people", cors: "nobody", methods: { GET, POST } };
}

async function readPicture(context: Context, incoming: Incoming): Promise<Uploaded | "too_large"> {
  try {
    return await readUpload(context, incoming, "account", {
      field: PICTURE_FIELD,
      limitBytes: context.pictures.limitBytes,
    });
  } catch (error) {
    if (error instanceof BodyError && error.fault === "too_large") return "too_large";
    throw error;
  }
}

function refused(
  context: Context,
  incoming: Incoming,
  signedIn: SignedIn,
  kind: PictureFault["kind"] | "none",
): Promise<Response> {
  const { pictureFaults } = personFrame(context, incoming, signedIn.account).texts.account;
  const text =
    kind === "too_large" ? pictureFaults.too_large(pictureMegabytes(context)) : pictureFaults[kind];
  return detailsPage(context, incoming, signedIn, { fault: { field: "picture", text }, status: 422 });
}
