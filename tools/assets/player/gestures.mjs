// Space, arrows and a swipe do what the buttons do.

const SWIPE_PIXELS = 60;
const TAKES_KEYS = "a, button, input, select, summary, textarea";

// `turnPage` is told whether it goes onward; `toggle` whether it did something is told by what it returns.
export function listen(turnPage, toggle) {
  const isLeftToRight = () => document.documentElement.dir !== "rtl";
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest(TAKES_KEYS)) return;
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") turnPage((event.key === "ArrowRight") === isLeftToRight());
    if (event.key === " " && toggle()) event.preventDefault();
  });
  let touched = null;
  addEventListener("touchstart", ({ touches }) => (touched = touches.length === 1 ? touches[0] : null), { passive: true });
  addEventListener("touchend", ({ changedTouches: [end] }) => {
    if (!touched || getSelection()?.toString()) return;
    const [across, down] = [end.clientX - touched.clientX, end.clientY - touched.clientY];
    touched = null;
    if (Math.abs(across) < SWIPE_PIXELS || Math.abs(down) * 2 > Math.abs(across)) return;
    turnPage(across < 0 === isLeftToRight());
  });
}
