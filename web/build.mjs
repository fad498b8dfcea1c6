// Builds the scripts and styles of both faces: the report page (one script, one style) and the pages of the server (one script an
// island, one style, one sprite of icons). Every script stands alone, and nothing in them loads anything from anywhere.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "vite";

const REPORT = "../src/fieldwatch/cli/assets";
const SERVER = "../src/fieldwatch/server/static/fieldwatch";

// A policy of `img-src 'self'` shows no picture that stands in a style; ours are drawn with borders and masks instead.
const withoutPictures = {
  postcssPlugin: "without-pictures",
  Declaration: (one) => void (/url\(\s*["']?data:/.test(one.value) && one.remove()),
};

const shared = {
  configFile: false,
  root: import.meta.dirname,
  logLevel: "warn",
  publicDir: false,
  css: {
    postcss: { plugins: [withoutPictures] },
    preprocessorOptions: { scss: { loadPaths: ["node_modules/@tabler/core/scss"], quietDeps: true } },
  },
};

async function script(entry, folder, name) {
  const lib = { entry, formats: ["iife"], name: "fieldwatch", fileName: () => `${name}.js`, cssFileName: name };
  await build({ ...shared, build: { lib, outDir: folder, emptyOutDir: false, target: "es2022", minify: true } });
}

async function style(entry, folder, name) {
  const output = { assetFileNames: `${name}[extname]` };
  const options = { rolldownOptions: { input: entry, output }, outDir: folder, emptyOutDir: false, cssTarget: "es2022" };
  await build({ ...shared, build: { ...options, assetsInlineLimit: 0 } });
}

// A folder of `src` is an island: its script is the file of its own name, or `index.ts`; a `.css` or `.scss` of its name is its style.
function islands() {
  const folders = readdirSync("src", { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders.map(({ name }) => ({ name, of: (...files) => files.map((file) => `src/${name}/${file}`).find((file) => existsSync(file)) }));
}

// The icons that the pages use, by our words, as one file of symbols. Tabler Icons, MIT licence.
function sprite() {
  const shapes = Object.entries(JSON.parse(readFileSync("src/shell/shapes.json", "utf8")));
  const own = shapes.map(([word, drawn]) => `<symbol id="${word}" viewBox="0 0 24 24">${drawn}</symbol>`);
  const words = Object.entries(JSON.parse(readFileSync("src/shell/icons.json", "utf8")));
  const symbols = words.map(([word, icon]) => {
    const drawn = readFileSync(`node_modules/@tabler/icons/icons/outline/${icon}.svg`, "utf8").replace(/<!--[\s\S]*?-->/g, "");
    const inner = drawn.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "").trim();
    return `<symbol id="${word}" viewBox="0 0 24 24">${inner}</symbol>`;
  });
  const licence = "<!-- Tabler Icons, Copyright (c) 2020-2026 Paweł Kuna, MIT licence: licences.txt -->";
  return `${licence}\n<svg xmlns="http://www.w3.org/2000/svg">\n${[...symbols, ...own].join("\n")}\n</svg>\n`;
}

// Whose work is in what was built. Tabler's styles come from Bootstrap, and their package holds no text of its licence: it is that of the icons.
function licences() {
  const [mit, zero] = ["@tabler/icons", "htmx.org"].map((name) => readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim());
  const whose = "shell.css: parts of Tabler, Copyright (c) Paweł Kuna, and of Bootstrap, Copyright (c) The Bootstrap Authors\nicons.svg: Tabler Icons";
  return `${whose}\n\n${mit}\n\n\nhtmx.js: htmx\n\n${zero}\n`;
}

mkdirSync(SERVER, { recursive: true });
await script("src/report.ts", REPORT, "report");
await style("src/report.css", REPORT, "report");
for (const { name, of } of islands()) {
  const [code, sheet] = [of(`${name}.ts`, "index.ts"), of(`${name}.scss`, `${name}.css`)];
  if (code) await script(code, SERVER, name);
  if (sheet) await style(sheet, SERVER, name);
}
const htmx = readFileSync("node_modules/htmx.org/dist/htmx.min.js", "utf8");
writeFileSync(`${SERVER}/htmx.js`, `/* htmx.org 2.0.11, Zero-Clause BSD */\n${htmx}`);
writeFileSync(`${SERVER}/mark.svg`, readFileSync("src/shell/mark.svg"));
writeFileSync(`${SERVER}/icons.svg`, sprite());
writeFileSync(`${SERVER}/licences.txt`, licences());
