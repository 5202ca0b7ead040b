// Copies what the pages load from the installed npm packages into the Python package, with the licences.
// Usage: node vendor.mjs [--check]; with --check it changes nothing and fails when something differs.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "..", "src", "gradewire", "web", "static", "vendor");

const wanted = {
  "chart.js": { licence: "LICENSE.md", files: ["dist/chart.umd.min.js"] },
  slickgrid: {
    licence: "LICENSE",
    files: [
      "dist/browser/slick.core.js",
      "dist/browser/slick.interactions.js",
      "dist/browser/slick.grid.js",
      "dist/browser/slick.dataview.js",
      "dist/browser/plugins/slick.cellrangedecorator.js",
      "dist/browser/plugins/slick.cellrangeselector.js",
      "dist/browser/plugins/slick.cellselectionmodel.js",
      "dist/browser/plugins/slick.cellexternalcopymanager.js",
      "dist/styles/css/slick.grid.css",
    ],
  },
  sortablejs: { licence: "LICENSE", files: ["Sortable.min.js"] },
};

const made = new Map();
let licences = "What is in this directory, by whom, and under which licence.\n";
for (const [name, { licence, files }] of Object.entries(wanted)) {
  const { version } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  licences += `\n\n## ${name} ${version}: ${files.map((file) => basename(file)).join(", ")}\n\n`;
  licences += readFileSync(join(modules, name, licence), "utf8").trim() + "\n";
  for (const file of files) {
    const text = readFileSync(join(modules, name, file), "utf8").replace(/\n?\/[/*]# sourceMappingURL=.*\s*$/, "\n");
    made.set(basename(file), text);
  }
}
made.set("licences.txt", licences);

const differing = [...made].filter(([name, text]) => {
  try {
    return readFileSync(join(target, name), "utf8") !== text;
  } catch {
    return true;
  }
});
if (process.argv.includes("--check")) {
  const known = readdirSync(target).filter((name) => !made.has(name));
  if (differing.length || known.length) {
    console.error(`not what the packages hold: ${[...differing.map(([name]) => name), ...known].join(", ")}; run make assets`);
    process.exit(1);
  }
} else {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [name, text] of made) writeFileSync(join(target, name), text);
}
