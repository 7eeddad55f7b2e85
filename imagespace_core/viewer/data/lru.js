/** Values by key, as many as fit into so many bytes: the least recently used go first. */

/**
 * @template K, V
 */
export class Lru {
  /** @type {Map<K, {value: V, bytes: number}>} least recently used first */ #kept = new Map();
  #total = 0;

  /**
   * @param {number} mostBytes the newest value stays however large
   * @param {(value: V) => number} bytesOf a value that weighs nothing stays too: letting it go would make no room
   * @param {(value: V, key: K) => void} [dropped] called with what had to make way
   */
  constructor(mostBytes, bytesOf, dropped = () => {}) {
    this.mostBytes = mostBytes;
    this.bytesOf = bytesOf;
    this.dropped = dropped;
  }

  get size() {
    return this.#kept.size;
  }

  /** As last weighed: when set, or by `weigh`. */
  get bytes() {
    return this.#total;
  }

  /** @param {K} key */
  has(key) {
    return this.#kept.has(key);
  }

  /** @param {K} key @returns {V | undefined} asking marks it as used */
  get(key) {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.value;
  }

  /** @param {K} key @param {V} value */
  set(key, value) {
    this.delete(key);
    const bytes = this.bytesOf(value);
    this.#kept.set(key, { value, bytes });
    this.#total += bytes;
    this.#trim(key);
  }

  /** Weighs everything again, and lets go what has become too much. @param {K} [newest] stays */
  weigh(newest) {
    this.#total = 0;
    for (const entry of this.#kept.values()) this.#total += entry.bytes = this.bytesOf(entry.value);
    this.#trim(newest);
  }

  /** @param {K} key */
  delete(key) {
    this.#total -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }

  /** Takes out the least recently used. @returns {V | undefined} */
  shift() {
    for (const [key, { value }] of this.#kept) {
      this.delete(key);
      return value;
    }
    return undefined;
  }

  clear() {
    this.#kept.clear();
    this.#total = 0;
  }

  keys() {
    return this.#kept.keys();
  }

  /** @returns {V[]} */
  values() {
    return [...this.#kept.values()].map(({ value }) => value);
  }

  /** @param {K | undefined} newest */
  #trim(newest) {
    if (this.#total <= this.mostBytes) return;
    for (const [key, { value, bytes }] of this.#kept) {
      if (key === newest || !bytes) continue;
      this.delete(key);
      this.dropped(value, key);
      if (this.#total <= this.mostBytes) return;
    }
  }
}
