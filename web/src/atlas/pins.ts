// Where a person put a node is kept by the server.

/** An answer that was no: what the server says of it. */
export class Refused extends Error {}

/** What a request gives as JSON, or `Refused` with the server's words. */
export async function ask(address: string, method = "GET", body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = token();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(address, { method, headers, credentials: "same-origin", ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Refused(`${answer.status}: ${reason(text) || answer.statusText}`);
  return text ? JSON.parse(text) : null;
}

export class Pinning {
  constructor(private readonly address: string) {}

  /** False where this person may not move anything. */
  get allowed(): boolean {
    return this.address !== "";
  }

  async put(id: string, x: number, y: number): Promise<void> {
    await ask(this.place(id), "PUT", { x, y });
  }

  async take(id: string): Promise<void> {
    await ask(this.place(id), "DELETE");
  }

  private place(id: string): string {
    return `${this.address.replace(/\/$/, "")}/${encodeURIComponent(id)}`;
  }
}

function token(): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]*)/.exec(document.cookie)?.[1];
  return cookie ? decodeURIComponent(cookie) : (document.querySelector<HTMLMetaElement>('meta[name="csrftoken"]')?.content ?? "");
}

function reason(text: string): string {
  try {
    const read: unknown = JSON.parse(text);
    for (const name of ["detail", "message", "error"]) {
      const found = (read as Record<string, unknown> | null)?.[name];
      if (found !== undefined) return (typeof found === "string" ? found : JSON.stringify(found)).slice(0, 400);
    }
  } catch {
    // no JSON: a page of a proxy, of which only the status is told
  }
  return "";
}
