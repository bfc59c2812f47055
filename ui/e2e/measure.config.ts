// Runs what is measured in a browser: `cargo xtask bench -- desk`. Not a test: it refuses nothing, and writes figures down.
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: { environment: "node", include: ["e2e/**/*.measure.ts"], testTimeout: 1_200_000, hookTimeout: 300_000 },
});
