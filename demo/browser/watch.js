/**
 * Observes the package, so that the example can show what happens: the authorization URL, and the callback.
 *
 * In: the page's window. Out: a window for the package's option `window` that behaves the same, and a call at each step. What
 * never happens here: the login behaves differently than without it.
 */

/**
 * @param {{ built: (address: string) => void, returned: (address: string) => void }} steps
 * @returns {Window & typeof globalThis}
 */
export function watched({ built, returned: tell }) {
  const { location } = window;
  let last;
  // The callback may arrive in three ways: in the popup's URL, or posted by the callback page, on two channels.
  const returned = (address) => {
    if (address === last) return;
    last = address;
    tell(address);
  };
  const hear = ({ origin, data }) => {
    if (origin === location.origin && typeof data?.address === 'string') returned(data.address);
  };
  // The message reaches the frame that replaces the page as the popup's opener.
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const { contentWindow } of addedNodes) contentWindow?.addEventListener('message', hear);
    }
  }).observe(document.documentElement, { childList: true });
  return members(window, {
    BroadcastChannel: class extends BroadcastChannel {
      constructor(name) {
        super(name);
        this.addEventListener('message', hear);
      }
    },
    open: (...parameters) => watchedPopup(window.open(...parameters), { built, returned }),
    location: members(location, {
      assign: (address) => {
        built(address);
        location.assign(address);
      },
    }),
  });
}

function watchedPopup(popup, { built, returned }) {
  return popup && members(popup, {
    get location() {
      return {
        get href() {
          const { href } = popup.location;
          if (href !== 'about:blank') returned(href);
          return href;
        },
        replace: (address) => {
          built(address);
          popup.location.replace(address);
        },
      };
    },
  });
}

/** An object of the browser with some members replaced. */
function members(object, own) {
  return new Proxy({}, {
    get: (_, name) => {
      if (Object.hasOwn(own, name)) return own[name];
      const value = object[name];
      return typeof value === 'function' ? value.bind(object) : value;
    },
    set: (_, name, value) => Reflect.set(object, name, value),
  });
}
