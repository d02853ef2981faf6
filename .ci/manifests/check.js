// Checks manifests strictly, by the schemas of their kinds and by their types: node check.js FILE.yaml... Prints the
// kinds it saw. Each of the two finds what the other lets pass.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseAllDocuments } from "yaml";

const MODELS = {
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api/",
  "keda.sh": "@kubernetes-models/keda/",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator/",
};

const modelOf = (apiVersion) => (MODELS[apiVersion.split("/")[0]] ?? "kubernetes-models/") + apiVersion;

const problems = [];
const kinds = new Set();
const typed = [];

for (const file of process.argv.slice(2)) {
  // Version 1.1 is what Kubernetes reads, where yes and 0440 are not text.
  for (const document of parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" })) {
    if (document.errors.length > 0) {
      problems.push(...document.errors.map((error) => `${basename(file)}: ${error.message}`));
      continue;
    }
    const manifest = document.toJS();
    if (manifest === null) continue;
    const { apiVersion, kind, metadata } = manifest;
    const where = `${basename(file)}: ${kind} ${metadata.name}`;
    const model = modelOf(apiVersion);
    kinds.add(kind);
    try {
      new (await import(model))[kind](manifest).validate();
    } catch (error) {
      problems.push(`${where}: ${error.message}`);
    }
    typed.push(
      `// ${where}`,
      `{ const manifest: import("${model}").I${kind} = ${JSON.stringify(manifest, null, 1)}; void manifest; }`,
    );
  }
}

// Beside the models, where the compiler looks for them.
const directory = mkdtempSync(join(import.meta.dirname, "node_modules", ".check-"));
const source = join(directory, "manifests.ts");
writeFileSync(source, ["export {};", ...typed].join("\n"));
const options = ["--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext", "--target", "esnext"];
const compiler = join(import.meta.dirname, "node_modules", ".bin", "tsc");
const compiled = spawnSync(compiler, [...options, source], { encoding: "utf8" });
if (compiled.error) throw compiled.error;
if (compiled.status !== 0) problems.push(compiled.stdout);
rmSync(directory, { recursive: true });

if (typed.length === 0) problems.push("There is no manifest");
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log([...kinds].sort().join("\n"));
