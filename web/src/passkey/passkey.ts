// Passkeys and security keys: a form with `data-passkey` asks the browser for a credential before it is sent.
// `data-options` names the element whose `data-json` holds what the server asks; `data-from` an address that gives it (JSON).
// Standard: Web Authentication Level 3, 5.1.8 to 5.1.10 (options and credentials as JSON).

interface Asked {
  publicKey: PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON;
}

function say(form: HTMLFormElement, why: "cancelled" | "known" | "old" | "failed"): void {
  const words = form.querySelector<HTMLElement>("[data-passkey-words]");
  if (!words) return;
  words.textContent = words.dataset[why] ?? "";
  words.hidden = false;
}

async function asked(form: HTMLFormElement): Promise<Asked> {
  const from = form.dataset["from"];
  if (!from) return JSON.parse(document.getElementById(form.dataset["options"] ?? "")?.dataset["json"] ?? "") as Asked;
  const answer = await fetch(from, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return ((await answer.json()) as { request_options: Asked }).request_options;
}

async function created(form: HTMLFormElement, { publicKey }: Asked): Promise<Credential | null> {
  const alone = form.querySelector<HTMLInputElement>("[data-passwordless]")?.checked ?? false;
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  options.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone ? { userVerification: "required" as const } : {}),
  };
  return navigator.credentials.create({ publicKey: options });
}

async function send(form: HTMLFormElement): Promise<void> {
  try {
    const options = await asked(form);
    const found =
      form.dataset["passkey"] === "create"
        ? await created(form, options)
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
    const credential = form.querySelector<HTMLInputElement>("input[name=credential]");
    if (!(found instanceof PublicKeyCredential) || !credential) return say(form, "cancelled");
    credential.value = JSON.stringify(found.toJSON());
    form.submit();
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    say(form, name === "NotAllowedError" || name === "AbortError" ? "cancelled" : name === "InvalidStateError" ? "known" : "failed");
  }
}

const can = typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (can) void send(form);
    else say(form, "old");
  });
}
