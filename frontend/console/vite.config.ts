import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The client of live sockets is a package of its own, used here from its sources.
const clients = fileURLToPath(new URL("../../clients/typescript/src/", import.meta.url));

// Where `npm run dev` finds a running service; the build itself knows no address.
const service = process.env.HEADWATER_URL ?? "http://127.0.0.1:8000";

/** Lays a `.gz` beside every script and style, which Django's static files then prefer. */
function gzipped(): Plugin {
  return {
    name: "gzipped",
    apply: "build",
    writeBundle({ dir }) {
      const assets = join(dir ?? "", "assets");
      for (const name of readdirSync(assets)) {
        if (!/\.(js|css)$/.test(name)) continue;
        const path = join(assets, name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig(({ command }) => ({
  // Django serves the build's files under /static/console/ and the page itself under /.
  base: command === "build" ? "/static/console/" : "/",
  plugins: [react(), gzipped()],
  resolve: { alias: { "@headwater/live": join(clients, "index.ts") } },
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
    fs: { allow: [".", clients] },
    proxy: {
      "/api": service,
      "/kafka": service,
      "/ws": { target: service, ws: true },
    },
  },
  // Each file puts back what it replaces, and a process for each takes ten times as long as its tests.
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"], isolate: false },
}));
