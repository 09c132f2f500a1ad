import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `npm run dev` finds a running service; the build itself knows no address.
const service = process.env.HEADWATER_URL ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  // Django serves the build's files under /static/console/ and the page itself under /.
  base: command === "build" ? "/static/console/" : "/",
  plugins: [react()],
  // The view that serves index.html puts a fresh nonce in this place for every request.
  html: command === "build" ? { cspNonce: "__CSP_NONCE__" } : {},
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 900,
    // A data: URL would need its own permission in the page's content security policy.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      "/api": service,
      "/kafka": service,
      "/ws": { target: service, ws: true },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
}));
