// The day on a page is the person's own: the browser keeps the name of its time zone in a cookie until it is closed.
export function tellZone() {
  const cookie = document.querySelector('meta[name="app-zone"]');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (cookie && zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${cookie.content}=${zone}; Path=${cookie.dataset.path}; SameSite=Lax${secure}`;
  }
}
