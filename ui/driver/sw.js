// The service worker: opens the app without the depot. It answers for the app's own files and nothing else; what is
// said to the depot goes past it. The build puts the list of files and its hash in the place of the two constants.
const FILES = __FILES__;
const CACHE = "eroad-phone-__HASH__";
const APP = "/phone/";

self.addEventListener("install", (event) => {
  // Past the browser's own cache: a file that was revalidated late would stay for good.
  const requests = FILES.map((file) => new Request(APP + file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
  // What is said to the depot does not even wake it, where the browser can be told so. Chrome lets a new version take over
  // only once this one has nothing in hand, looks for that every half minute, and counts each request that passes by.
  event.addRoutes?.({ condition: { urlPattern: { pathname: "/api/*" } }, source: "network" });
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

async function dropOthers() {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith("eroad-phone-") && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

// A new version takes over when the driver says so, or when no tab of the old one is left: never in between.
self.addEventListener("message", (event) => {
  if (event.data === "takeOver") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(APP)) return;
  const wanted = request.mode === "navigate" ? APP + "index.html" : url.pathname;
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(wanted))
      .then((kept) => kept ?? fetch(request)),
  );
});
