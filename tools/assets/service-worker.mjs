// Answers for the site without a connection, with what the pages have kept. It keeps nothing itself. With a connection it
// changes nothing, but that a stop which the site does not know of is told before any page is asked for.
import { pageFor, partFor, tellStop } from "./offline/store.mjs";

const site = self.registration.scope;

async function page(request) {
  try {
    if (!(await tellStop(site))) return (await pageFor(site)) ?? Response.error();
    return await fetch(request);
  } catch {
    return (await pageFor(site)) ?? Response.error();
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
