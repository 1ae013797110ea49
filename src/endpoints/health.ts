/** For operators and load balancers: whether the process is up, and whether it can answer. */
import type { Context } from "../operations/context.ts";
import { json, type Route } from "../platform/http.ts";

export const healthRoutes = ({ store }: Pick<Context, "store">): Route[] => [
  { path: "/healthz", audience: "programs", cors: "nobody", methods: { GET: () => json({ status: "ok" }) } },
  {
    path: "/readyz",
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
