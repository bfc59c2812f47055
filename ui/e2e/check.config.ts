// Runs what needs more than a test may: programs from elsewhere, root, minutes. `cargo xtask torture -- --tls`, `--network`.
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: { environment: "node", include: ["e2e/**/*.check.ts"], testTimeout: 1_200_000, hookTimeout: 300_000, fileParallelism: false },
});
