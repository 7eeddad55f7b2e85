/** Events with their time, so that each differs from the one before: some hosts pass on changes only. */

/**
 * To the host: one of the events of the contract, such as `MapEvents`.
 * @template E
 * @typedef {<K extends keyof E & string>(name: K, value: E[K]) => void} Send
 */

/** @template E @param {Send<E>} send @returns {Send<E>} */
export function stamped(send) {
  return (name, value) => send(name, { ...value, at: performance.now() });
}
