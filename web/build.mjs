// Builds the page's script and style into the Python package. Nothing in them loads anything from anywhere.
import { build } from "esbuild";

const shared = { bundle: true, minify: true, logLevel: "info", legalComments: "none", charset: "utf8" };
const out = "../src/fieldwatch/cli/assets";

await build({ ...shared, entryPoints: ["src/report.ts"], format: "iife", target: "es2022", outfile: `${out}/report.js` });
await build({ ...shared, entryPoints: ["src/report.css"], outfile: `${out}/report.css` });
