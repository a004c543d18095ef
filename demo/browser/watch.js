/**
 * Observes the package, so that the example can show what happens: the authorization URL, and the callback.
 *
 * In: the page's window, and the functions to call at each step. Out: a stand-in for that window, which the page passes to the
 * package as the option `window`. Never: a change in the behaviour of the login.
 */

/**
 * @param {{ built: (url: string) => void, returned: (url: string) => void }} steps
 * @returns {Window & typeof globalThis}
 */
export function watched({ built, returned: report }) {
  const { location } = window;
  let last;
  // The callback may arrive in the popup's URL, or in a message of the callback page on one of two channels. Only the first
  // arrival is reported.
  const returned = (url) => {
    if (url === last) return;
    last = url;
    report(url);
  };
  const onMessage = ({ origin, data }) => {
    if (origin === location.origin && typeof data?.address === 'string') returned(data.address);
  };
  // The popup's opener is an empty frame that the package adds to the page, so the message arrives in that frame.
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const { contentWindow } of addedNodes) contentWindow?.addEventListener('message', onMessage);
    }
  }).observe(document.documentElement, { childList: true });
  return withMembers(window, {
    BroadcastChannel: class extends BroadcastChannel {
      constructor(name) {
        super(name);
        this.addEventListener('message', onMessage);
      }
    },
    open: (...parameters) => watchedPopup(window.open(...parameters), { built, returned }),
    location: withMembers(location, {
      assign: (url) => {
        built(url);
        location.assign(url);
      },
    }),
  });
}

function watchedPopup(popup, { built, returned }) {
  return popup && withMembers(popup, {
    get location() {
      return {
        get href() {
          const { href } = popup.location;
          if (href !== 'about:blank') returned(href);
          return href;
        },
        replace: (url) => {
          built(url);
          popup.location.replace(url);
        },
      };
    },
  });
}

/** An object of the browser with some members replaced. */
function withMembers(object, own) {
  return new Proxy({}, {
    get: (_, name) => {
      if (Object.hasOwn(own, name)) return own[name];
      const value = object[name];
      return typeof value === 'function' ? value.bind(object) : value;
    },
    set: (_, name, value) => Reflect.set(object, name, value),
  });
}
