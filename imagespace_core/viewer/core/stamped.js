/** Events with their time, so that each differs from the one before: some hosts pass on changes only. */

/** @typedef {(name: string, value: any) => void} Send to the host */

/** @param {Send} send @returns {Send} */
export function stamped(send) {
  return (name, value) => send(name, { ...value, at: performance.now() });
}
