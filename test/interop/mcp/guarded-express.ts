/** An Express application behind the guard of examples/resource-server. Express is installed in this folder. */
import express from "express";
import type { Demand, Guard } from "../../../examples/resource-server/guard.ts";

export interface ExpressServer {
  readonly port: number;
  /** Puts the guard before `/api`, as the guide shows it. */
  protect(guard: Guard, demands: Readonly<Record<string, Demand>>): void;
  close(): void;
}

export async function startExpress(): Promise<ExpressServer> {
  const app = express();
  const { http, port } = await new Promise<{ http: ReturnType<typeof app.listen>; port: number }>(
    (resolve) => {
      const http = app.listen(0, "127.0.0.1", () => {
        const address = http.address();
        resolve({ http, port: typeof address === "object" ? (address?.port ?? 0) : 0 });
      });
    },
  );
  return {
    port,
    protect(guard, demands) {
      app.get(guard.metadataPath, (_, response) => void response.json(guard.metadata));
      for (const [path, demand] of Object.entries(demands)) {
        app.use(path, guard.express(demand));
        app.get(path, (_, response) => void response.json(response.locals.access));
      }
    },
    close() {
      http.closeAllConnections();
      http.close();
    },
  };
}
