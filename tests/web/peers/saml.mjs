// A SAML identity provider on loopback (npm samlify) whose answers go wrong on request: the form has a field `trick`.
// In the environment: PORT, KEY and CERTIFICATE (files), OTHER (the file of a key that nobody trusts), SERVICE (address of the metadata).
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";

const samlify = createRequire(new URL("../../../web/package.json", import.meta.url))("samlify");
const { PORT, KEY, CERTIFICATE, OTHER, SERVICE } = process.env;
const here = `http://127.0.0.1:${PORT}`;
samlify.setSchemaValidator({ validate: async () => "not checked" });

const GROUPS = { grace: "OT Engineers", lise: "Visitors" };
const kind = { nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", valueXsiType: "xs:string" };
const attributes = ["uid", "mail", "groups"].map((name) => ({ name, valueTag: name, ...kind }));
const { context } = samlify.SamlLib.defaultLoginResponseTemplate;
const METHOD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const authentication = `<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{AssertionID}"><saml:AuthnContext>
  <saml:AuthnContextClassRef>${METHOD}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;
const template = { context: context.replace("{AuthnStatement}", authentication), attributes };
const provider = (key) =>
  samlify.IdentityProvider({
    entityID: `${here}/metadata`,
    privateKey: readFileSync(key),
    signingCert: readFileSync(CERTIFICATE),
    isAssertionEncrypted: false,
    wantAuthnRequestsSigned: false,
    nameIDFormat: ["urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"],
    singleSignOnService: [{ Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", Location: `${here}/sign-in` }],
    loginResponseTemplate: template,
  });
const ours = provider(KEY);
const strange = provider(OTHER);

let known;
async function service() {
  known ??= samlify.ServiceProvider({ metadata: await (await fetch(SERVICE)).text() });
  return known;
}

// The answer to a request, filled in. `trick` says what is wrong with it.
async function answer(request, name, trick) {
  const to = await service();
  const parsed = await ours.parseLoginRequest(to, "redirect", { query: request });
  const place = to.entityMeta.getAssertionConsumerService("post");
  const now = Date.now() - (trick === "late" ? 3_600_000 : 0);
  const moment = (seconds) => new Date(now + seconds * 1000).toISOString();
  const fill = (text) => {
    const id = `_${crypto.randomUUID()}`;
    const asked = trick === "unasked" ? undefined : trick === "other" ? `_${crypto.randomUUID()}` : parsed.extract.request.id;
    const values = {
      ID: id, AssertionID: `_${crypto.randomUUID()}`, Destination: place, SubjectRecipient: trick === "place" ? `${here}/` : place,
      Audience: trick === "audience" ? "https://another.example.org/" : to.entityMeta.getEntityID(),
      Issuer: trick === "issuer" ? "https://idp.example.org/" : `${here}/metadata`,
      IssueInstant: moment(0), ConditionsNotBefore: moment(-60), ConditionsNotOnOrAfter: moment(300),
      SubjectConfirmationDataNotOnOrAfter: moment(300), InResponseTo: asked, StatusCode: "urn:oasis:names:tc:SAML:2.0:status:Success",
      NameIDFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", NameID: name,
      attrUid: name, attrMail: `${name}@works.example`, attrGroups: GROUPS[name] ?? "",
    };
    return { id, context: samlify.SamlLib.replaceTagsByValue(text, values) };
  };
  const made = await (trick === "key" ? strange : ours).createLoginResponse(to, parsed, "post", { email: name }, fill);
  return { place, text: spoilt(Buffer.from(made.context, "base64").toString(), trick) };
}

function spoilt(text, trick) {
  if (trick === "altered") return text.replaceAll(">mallory<", ">grace<");
  if (trick === "unsigned") return text.replace(/<ds:Signature.*<\/ds:Signature>/s, "");
  if (trick === "wrapped") {
    const whole = text.match(/<saml:Assertion.*<\/saml:Assertion>/s)[0];
    const bare = whole.replace(/<ds:Signature.*<\/ds:Signature>/s, "").replace(/ ID="[^"]*"/, ' ID="_forged"');
    const forged = bare.replaceAll(">mallory<", ">grace<");
    return text.replace(whole, forged + whole);
  }
  return text;
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
const field = (name, value) => `<input type="hidden" name="${name}" value="${escaped(value)}">`;
const page = (body) => `<!doctype html><title>Works sign-on</title><main>${body}</main>`;

createServer(async (request, response) => {
  const url = new URL(request.url, here);
  let body = "";
  for await (const piece of request) body += piece;
  const given = Object.fromEntries(request.method === "POST" ? new URLSearchParams(body) : url.searchParams);
  response.setHeader("Content-Type", url.pathname === "/metadata" ? "text/xml" : "text/html");
  try {
    if (url.pathname === "/metadata") response.end(ours.getMetadata());
    else if (request.method === "GET")
      response.end(page(`<form method="post">${field("SAMLRequest", given.SAMLRequest ?? "")}${field("RelayState", given.RelayState ?? "")}
        <input name="name"><input name="trick"><button type="submit">Sign in</button></form>`));
    else {
      const { place, text } = await answer({ SAMLRequest: given.SAMLRequest }, given.name, given.trick);
      const kept = field("SAMLResponse", Buffer.from(text).toString("base64")) + field("RelayState", given.RelayState);
      response.end(page(`<form method="post" action="${escaped(place)}">${kept}<button type="submit">Go on</button></form>`));
    }
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error?.stack ?? error));
  }
}).listen(Number(PORT), "127.0.0.1", () => console.log(`listens at ${here}`));
