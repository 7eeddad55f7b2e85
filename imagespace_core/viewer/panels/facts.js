/** What is known of an image, as names and values; of very many a part, and a search that goes on from image to image. */

import { element } from "../core/dom.js";

/** Facts shown at once; of more the first ones, until all are requested or some are searched for. */
const FIRST = 24;

export class Facts {
  root = element("div");
  #list = element("dl", { class: "is-facts" });
  #search = element("input", { class: "is-facts-search", type: "search", "aria-label": "Search what is known of the image", oninput: () => this.#fill() });
  #more = element("button", { class: "is-facts-more", type: "button", onclick: () => this.#unfold() });
  #all = false;
  /** @type {[string, string][]} name and value */ #facts = [];

  /** @param {[string, string][]} facts name and value */
  show(facts) {
    this.#facts = facts;
    const many = facts.length > FIRST;
    this.#search.placeholder = `Search ${facts.length} values`;
    if (!many) this.#search.value = "";
    this.root.replaceChildren(...(many ? [this.#search, this.#list, this.#more] : [this.#list]));
    this.#fill();
  }

  #unfold() {
    this.#all = !this.#all;
    this.#fill();
  }

  #fill() {
    const text = this.#search.value.trim().toLowerCase();
    const found = text ? this.#facts.filter((fact) => fact.some((part) => part.toLowerCase().includes(text))) : this.#facts;
    const shown = text || this.#all || found.length <= FIRST ? found : found.slice(0, FIRST);
    this.#list.replaceChildren(...shown.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]));
    this.#more.hidden = Boolean(text) && found.length > 0;
    this.#more.disabled = Boolean(text);
    this.#more.textContent = text ? "Nothing found" : this.#all ? "Show fewer" : `Show all ${this.#facts.length}`;
  }
}
