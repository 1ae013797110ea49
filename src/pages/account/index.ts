/** The pages of a person's account. Each is one short section with its own forms. */
import type { Context } from "../../operations/context.ts";
import type { Route } from "../../platform/http.ts";
import { activityRoute } from "./activity.tsx";
import { approvalRoute } from "./approval.tsx";
import { approvalsRoute } from "./approvals.tsx";
import { dataRoute } from "./data.tsx";
import { detailsRoute } from "./details.tsx";
import { appsRoute, overviewRoute } from "./overview.tsx";
import { passwordRoute } from "./password.tsx";
import { pictureUploadRoute } from "./picture.ts";
import { securityRoute } from "./security.tsx";

export { CHANGE_PASSWORD_PATH, changePasswordRoute } from "./password.tsx";

export const accountRoutes = (context: Context): Route[] => [
  overviewRoute(context),
  appsRoute(context),
  approvalsRoute(context),
  approvalRoute(context),
  securityRoute(context),
  passwordRoute(context),
  detailsRoute(context),
  pictureUploadRoute(context),
  activityRoute(context),
  dataRoute(context),
];
