/** For operators and load balancers: whether the process is up, and whether it can answer. */
import type { Context } from "../operations/context.ts";
import { json, type Route } from "../platform/http.ts";
import { HEALTH_PATHS } from "./paths.ts";

export const healthRoutes = ({ store }: Pick<Context, "store">): Route[] => [
  {
    path: HEALTH_PATHS[0],
    audience: "programs",
    cors: "nobody",
    methods: { GET: () => json({ status: "ok" }) },
  },
  {
    path: HEALTH_PATHS[1],
    audience: "programs",
    cors: "nobody",
    methods: {
      GET: async () => {
        await store.ping();
        return json({ status: "ok" });
      },
    },
  },
];
