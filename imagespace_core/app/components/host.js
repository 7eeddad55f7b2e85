// Mounts a module of imagespace_core/viewer in a Streamlit v2 component. Streamlit loads this text as a blob and calls
// the function after every rerun; the module, the first that is named, is imported once from the app's own server and
// then only updated. What it imports is asked for at the same time.
const slots = new WeakMap();

/**
 * @param {{parentElement: HTMLElement, data: {modules: string[], config: any, events: string[]},
 *   setTriggerValue: (name: string, value: any) => void}} component
 */
export default function ({ parentElement, data, setTriggerValue }) {
  const absolute = (/** @type {string} */ path) => new URL(path, document.baseURI).href;
  const config = () => {
    const { base } = slot.data.config;
    return base === undefined ? slot.data.config : { ...slot.data.config, base: absolute(base) };
  };
  let slot = slots.get(parentElement);
  if (slot) {
    Object.assign(slot, { data, setTriggerValue });
    slot.handle?.update(config());
  } else {
    slot = { data, setTriggerValue, handle: null, gone: false };
    slots.set(parentElement, slot);
    const element = /** @type {HTMLElement} */ (parentElement.querySelector(".imagespace-host"));
    for (const path of data.modules) {
      const href = absolute(path);
      if (document.head.querySelector(`link[href="${href}"]`)) continue;
      document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
    }
    import(absolute(data.modules[0])).then(
      ({ mount }) => {
        if (!slot.gone) slot.handle = mount(element, config(), (/** @type {string} */ name, /** @type {any} */ value) => {
          // Sending Python what it does not listen to would rerun the page for nothing.
          if (slot.data.events.includes(name)) slot.setTriggerValue(name, value);
        });
      },
    ).catch((error) => {
      element.textContent = `This part of the page could not be loaded (${error.message}). Reload the page.`;
    });
  }
  return () => {
    slot.gone = true;
    slot.handle?.destroy();
    slots.delete(parentElement);
  };
}
