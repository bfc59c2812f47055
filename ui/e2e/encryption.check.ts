// What a scanner says of the endpoint's encryption: nothing below TLS 1.2, nothing weak, no known hole; only its CA is private.
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { Depot } from "./depot";

const SSLYZE = process.env["SSLYZE_BIN"] ?? "sslyze";

interface Scanned {
  readonly scan_result: Readonly<Record<string, { readonly status: string; readonly result: unknown }>>;
}

it("has no finding but the private CA", async () => {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  const depot = await Depot.open({ flags: ["--tls"], settings: ["endpoint.tls.setup_port=0"] });
  const folder = await mkdtemp(path.join(tmpdir(), "sslyze-"));
  const [out, authority] = [path.join(folder, "scan.json"), path.join(folder, "ca.pem")];
  await writeFile(authority, await readFile(path.join(depot.folder, "tls/ca.pem")));
  const scan = spawnSync(SSLYZE, ["--json_out", out, "--certinfo_ca_file", authority, new URL(depot.url).host], { encoding: "utf8" });
  const { server_scan_results: results } = JSON.parse(await readFile(out, "utf8")) as { server_scan_results: Scanned[] };
  const found = results[0]?.scan_result ?? {};
  const of = (name: string): any => { // oxlint-disable-line typescript/no-explicit-any -- the scanner's own shapes
    expect([name, found[name]?.status]).toEqual([name, "COMPLETED"]);
    return found[name]?.result;
  };
  const suites = (name: string): string[] =>
    of(`${name}_cipher_suites`).accepted_cipher_suites.map((suite: { cipher_suite: { name: string } }) => suite.cipher_suite.name);
  for (const old of ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"]) expect([old, suites(old)]).toEqual([old, []]);
  const accepted = [...suites("tls_1_2"), ...suites("tls_1_3")];
  expect(accepted.length).toBeGreaterThan(0);
  // Forward secret and authenticated encryption alone.
  for (const suite of accepted) expect(suite).toMatch(/^TLS_(?:ECDHE_(?:ECDSA|RSA)_WITH_)?(?:AES_(?:128|256)_GCM|CHACHA20_POLY1305)/u);
  expect(of("heartbleed").is_vulnerable_to_heartbleed).toBe(false);
  expect(of("openssl_ccs_injection").is_vulnerable_to_ccs_injection).toBe(false);
  expect(of("robot").robot_result).toMatch(/^NOT_VULNERABLE/u);
  expect(of("tls_compression").supports_compression).toBe(false);
  expect(of("session_renegotiation").is_vulnerable_to_client_renegotiation_dos).toBe(false);
  expect(of("tls_fallback_scsv").supports_fallback_scsv || suites("tls_1_1").length === 0).toBe(true);
  const [deployment] = of("certificate_info").certificate_deployments;
  expect(deployment.leaf_certificate_subject_matches_hostname ?? true).toBe(true);
  const trusting = deployment.path_validation_results.filter((one: { was_validation_successful: boolean }) => one.was_validation_successful);
  // Those of browsers do not know the depot's CA, and whoever was given it does.
  expect(trusting.map(({ trust_store }: { trust_store: { name: string } }) => trust_store.name)).toEqual(["Supplied CA file"]);
  // oxlint-disable-next-line no-console -- what was found is what this is for
  console.log(`TLS 1.2: ${suites("tls_1_2").join(", ")}\nTLS 1.3: ${suites("tls_1_3").join(", ")}\n${scan.stdout.split("COMPLIANCE").at(-1) ?? ""}`);
  await rm(folder, { recursive: true });
  await depot.close();
});
