// Buttons that copy a text, or the address of the page.

import { around } from "./find";
import { toastOf } from "./toasts";

/** Copies a text; also where the page came without TLS, where browsers have no clipboard for it. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else {
    const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "spoken" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toastOf("copied", "info");
}

export function copying(): void {
  document.addEventListener("click", (event) => {
    const button = around(event, "[data-copy]");
    if (button) void copy(button.dataset["copy"] ?? "");
    else if (around(event, "[data-copy-address]")) void copy(location.href);
  });
}
