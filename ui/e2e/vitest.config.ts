// Runs the browser specs: `vitest run --config e2e/vitest.config.ts [NAME]`. They need depotd and ui/dist to be built.
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    environment: "node",
    include: ["e2e/**/*.spec.ts"],
    setupFiles: ["e2e/failures.ts"],
    // In the order in which they are declared: what a failure left on the screen is read before anything is closed.
    sequence: { hooks: "list" },
    // A spec is a day at a depot, not a unit; on a busy machine a browser takes its time.
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // Each is started as a test of its own by tests/desk, which says how many run at once.
    fileParallelism: false,
  },
});
