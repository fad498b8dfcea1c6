// An OpenID provider on loopback (npm oidc-provider) whose ID tokens go wrong on request: who signs in as `grace+late` gets one that has run out.
// In the environment: PORT, CLIENT, SECRET, BACK (where the browser is sent back to).
import { createSign, createHmac, createPublicKey, generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(new URL("../../../web/package.json", import.meta.url));
const { Provider } = await import(pathToFileURL(resolve("oidc-provider")));
const { PORT, CLIENT, SECRET, BACK } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;

const key = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const [ours, strange] = [key(), key()];
const encoded = (value) => Buffer.from(value).toString("base64url");
const decoded = (part) => JSON.parse(Buffer.from(part, "base64url"));

function signed(header, claims, by) {
  const words = `${encoded(JSON.stringify(header))}.${encoded(JSON.stringify(claims))}`;
  return `${words}.${by(words)}`;
}

const rsa = (private_) => (words) => createSign("RSA-SHA256").update(words).sign(private_, "base64url");
const hmac = (secret) => (words) => createHmac("sha256", secret).update(words).digest("base64url");

// What becomes of an ID token, by what stands behind the `+` in the name.
const TRICKS = {
  key: (header, claims) => signed(header, claims, rsa(strange)),
  audience: (header, claims) => signed(header, { ...claims, aud: "another" }, rsa(ours)),
  issuer: (header, claims) => signed(header, { ...claims, iss: "https://idp.example.org" }, rsa(ours)),
  late: (header, claims) => signed(header, { ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }, rsa(ours)),
  none: (header, claims) => signed({ ...header, alg: "none" }, claims, () => ""),
  secret: (header, claims) => signed({ ...header, alg: "HS256" }, claims, hmac(SECRET)),
  public: (header, claims) =>
    signed({ ...header, alg: "HS256" }, claims, hmac(createPublicKey(ours).export({ type: "spki", format: "pem" }))),
  missing: () => undefined,
};

const GROUPS = { grace: ["OT Engineers"], lise: ["Visitors"], root: ["OT Admins"] };

const provider = new Provider(issuer, {
  clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [BACK], token_endpoint_auth_method: "client_secret_basic" }],
  jwks: { keys: [{ ...ours.export({ format: "jwk" }), kid: "ours", use: "sig", alg: "RS256" }] },
  cookies: { keys: ["a key of a test"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username", "given_name", "family_name", "groups"] },
  ttl: { AccessToken: 60, IdToken: 60, Interaction: 60, Session: 60, Grant: 60 },
  findAccount: (_, id) => {
    const [name] = id.split("+");
    const claims = { sub: id, preferred_username: name, email: `${name}@works.example`, email_verified: true, groups: GROUPS[name] };
    return { accountId: id, claims: () => claims };
  },
});

provider.use(async (context, next) => {
  await next();
  const id = context.oidc?.account?.accountId ?? "";
  const trick = id.split("+")[1];
  if (context.path === "/token" && context.body?.id_token && TRICKS[trick]) {
    const [header, claims] = context.body.id_token.split(".", 2).map(decoded);
    context.body = { ...context.body, id_token: TRICKS[trick](header, claims) };
  }
  if (context.path === "/me" && trick === "person") context.body = { ...context.body, sub: "grace" };
  if (context.path === "/me" && trick === "list") context.body = [context.body];
  if (context.path === "/me" && trick === "page") context.body = "<html>";
});

provider.listen(Number(PORT), "127.0.0.1", () => console.log(`listens at ${issuer}`));
