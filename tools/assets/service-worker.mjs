// Answers for the site without a connection, with what the pages have kept. With a connection it changes nothing, but that a
// stop which the site does not know of is told before any page is asked for. It keeps one thing itself: what a form tells of a
// move that hurts, until the site has it.
import { forgetTold, isHarmless, pageFor, partFor, stopHere, tellStop, UNHEARD } from "./offline/store.mjs";

const site = self.registration.scope;
let isSending = false; // a form is on its way, and no page has come since: what it told may be a reason for no moves

async function painIn(request) {
  if (request.method !== "POST" || !new URL(request.url).pathname.endsWith("/hurts")) return null;
  const told = await request.clone().text();
  return (await isHarmless(told)) ? null : told;
}

// What hurts is written down before it is sent: if the connection drops, or the device goes off, the stop stands.
async function page(request) {
  const isForm = request.method !== "GET";
  const isHeard = await tellStop(site).then((became) => became !== UNHEARD, () => false);
  try {
    isSending ||= isForm;
    const pain = await painIn(request);
    if (pain !== null) await stopHere(pain);
    const reply = isHeard && (await fetch(request));
    if (pain !== null && (reply.ok || reply.type === "opaqueredirect")) await forgetTold(pain);
    else if (pain !== null || !reply) throw new Error("the site has not taken it");
    isSending &&= isForm;
    return reply;
  } catch {
    return (await pageFor(site, !isSending)) ?? Response.error();
  }
}

async function part(request) {
  return (await partFor(request)) ?? fetch(request);
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.method === "GET" && ["image", "script", "style"].includes(request.destination)) {
    event.respondWith(part(request));
  }
});
