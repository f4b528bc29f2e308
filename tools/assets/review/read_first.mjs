// Several are approved in one go only after the page was scrolled through: each tick has been in sight. Without script
// the ticks themselves see to it, and the server takes only what is ticked.
export function readFirst() {
  const approve = document.querySelector("[data-read-first]");
  if (!approve) return;
  const unseen = new Set(document.querySelectorAll("[data-read]"));
  const look = () => { approve.disabled = unseen.size > 0; };
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) unseen.delete(entry.target);
    }
    look();
  });
  for (const tick of unseen) watch.observe(tick);
  look();
}
