/** One stop for Tab among many buttons, arrows from there on (WAI-ARIA Authoring Practices, "Toolbar Pattern"). */

/** @typedef {HTMLElement[][]} Lines buttons as they lie, line by line */

/**
 * @param {HTMLElement} host
 * @param {() => Lines} lines
 * @returns {{refresh: () => void}} to call when the buttons changed
 */
export function roving(host, lines) {
  const active = () => /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (host.getRootNode()).activeElement ?? document.body);
  let last = host; // that had the focus
  const refresh = () => {
    const all = lines().flat();
    const focused = active();
    if (all.includes(focused)) last = focused;
    const stop = all.includes(last) ? last : all[0];
    for (const button of all) button.tabIndex = button === stop ? 0 : -1;
  };
  host.addEventListener("focusin", refresh);
  host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const grid = lines();
    const focused = active();
    const i = grid.findIndex((line) => line.includes(focused));
    if (i < 0) return;
    const j = grid[i].indexOf(focused);
    const across = (/** @type {HTMLElement[] | undefined} */ line) => line?.[Math.min(j, line.length - 1)];
    /** @type {Record<string, () => HTMLElement | undefined>} */
    const goals = {
      ArrowDown: () => across(grid[i + 1]), ArrowUp: () => across(grid[i - 1]),
      ArrowRight: () => grid[i][j + 1] ?? grid[i + 1]?.[0], ArrowLeft: () => grid[i][j - 1] ?? grid[i - 1]?.at(-1),
      Home: () => grid[0][0], End: () => across(grid.at(-1)),
    };
    const goal = goals[event.key]?.();
    if (!goal) return;
    goal.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  return { refresh };
}
