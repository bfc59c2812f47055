// Builds the desk into ui/dist, which the app embeds and depotd serves; also runs the unit tests.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

declare const process: { env: Record<string, string | undefined> };

const depot = process.env["DEPOT_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: "desk",
  plugins: [react()],
  resolve: { tsconfigPaths: true },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    // The content security policy has no data: for fonts and scripts, and every asset is served from the same machine.
    assetsInlineLimit: 0,
    // WebKitGTK 2.38 and WebView2 know module preload: the polyfill would be dead code.
    modulePreload: { polyfill: false },
    target: "es2022",
    // Loaded from disk or over a LAN: one larger chunk beats many small ones.
    chunkSizeWarningLimit: 800,
  },
  server: { port: 5173, strictPort: true, proxy: { "/api": depot, "/health": depot } },
  test: {
    root: ".",
    environment: "jsdom",
    include: ["kit/**/*.test.{ts,tsx}", "desk/**/*.test.{ts,tsx}", "driver/**/*.test.{ts,tsx}"],
    setupFiles: ["kit/testing/setup.ts"],
  },
});
