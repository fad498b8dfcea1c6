//! A wheel without the report page's script and style would be made without a word: here the build of a wheel fails instead.

use std::fs;
use std::path::Path;

const ASSETS: [&str; 2] = ["report.js", "report.css"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_WHEEL").is_none() {
        return;
    }
    let folder = Path::new("../../src/fieldwatch/cli/assets");
    for name in ASSETS {
        let path = folder.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        if fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
            println!("cargo::error=src/fieldwatch/cli/assets/{name} is missing or empty: first `npm ci && npm run build` in web/");
        }
    }
}
