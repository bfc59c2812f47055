// Builds the driver's app into ui/dist/phone, beside the desk, with its service worker; fails when the app has grown too big.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import process from "node:process";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const depot = process.env["DEPOT_URL"] ?? "http://127.0.0.1:8080";
/** What a phone loads of scripts, gzipped, before it shows anything. */
const BUDGET_BYTES = 150 * 1024;

export default defineConfig({
  root: "driver",
  base: "/phone/",
  plugins: [react(), serviceWorker()],
  resolve: { tsconfigPaths: true },
  build: {
    outDir: "../dist/phone",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    // One file: a version that was loaded is loaded whole, and an update cannot take half of it away.
    rollupOptions: { output: { codeSplitting: false } },
    chunkSizeWarningLimit: 800,
  },
  server: { port: 5174, strictPort: true, proxy: { "/api": depot, "/health": depot } },
});

/** Writes sw.js with the list of all files, so that it changes when any of them does. */
function serviceWorker() {
  return {
    name: "service-worker",
    apply: "build",
    // After the page itself, which is written last.
    enforce: "post",
    generateBundle(_options, bundle) {
      const contents = new Map();
      for (const file of readdirSync("driver/public")) contents.set(file, readFileSync(`driver/public/${file}`));
      let scripts_bytes = 0;
      for (const [file, output] of Object.entries(bundle)) {
        const content = output.type === "chunk" ? output.code : output.source;
        contents.set(file, content);
        if (output.type === "chunk") scripts_bytes += gzipSync(content).length;
      }
      if (!contents.has("index.html")) this.error("The service worker would not know the page: index.html is missing from its list.");
      const kilobytes = (scripts_bytes / 1024).toFixed(1);
      if (scripts_bytes > BUDGET_BYTES) this.error(`The app's scripts have ${kilobytes} KB gzipped; at most 150 are allowed.`);
      this.info(`The app's scripts have ${kilobytes} KB gzipped, of 150.`);
      const files = [...contents.keys()].toSorted();
      const hash = createHash("sha256");
      for (const file of files) hash.update(file).update(contents.get(file) ?? "");
      const template = readFileSync("driver/sw.js", "utf8");
      const source = template
        .replace("__FILES__", JSON.stringify(files))
        .replace("__HASH__", hash.update(template).digest("hex").slice(0, 16));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}
