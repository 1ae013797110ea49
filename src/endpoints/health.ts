/** For operators and load balancers: whether the process is up, and whether its store can read and write. */
import type { Context } from "../operations/context.ts";
import { type Handler, json, type Route } from "../platform/http.ts";
import { HEALTH_PATHS } from "./paths.ts";

export const healthRoutes = ({ readiness }: Pick<Context, "readiness">): Route[] => [
  health(HEALTH_PATHS[0], () => {}),
  health(HEALTH_PATHS[1], () => readiness.check()),
];

/** HAProxy asks by OPTIONS unless it is told otherwise, so OPTIONS is answered after the same check as GET. */
function health(path: string, check: () => void | Promise<void>): Route {
  const GET: Handler = async () => {
    await check();
    return json({ status: "ok" });
  };
  const OPTIONS: Handler = async (incoming) => {
    const response = await GET(incoming);
    response.headers.set("Allow", "GET, HEAD, OPTIONS");
    return response;
  };
  return { path, audience: "programs", cors: "nobody", methods: { GET, OPTIONS } };
}
