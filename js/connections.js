/**
 * The connections that requests are sent over, direct ones and tunnels through a proxy.
 *
 * In: the proxy that a request goes through, if any. Out: a pool of connections of undici's. What never happens here: a
 * connection is tried again, or outlives the request that it was opened for and never carried.
 */

import { request as requestOverTcp } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { isIP } from 'node:net';
import { Agent, Client, Pool, buildConnector } from 'undici';

/** @typedef {import('node:net').Socket} Socket */
/** @typedef {import('undici').buildConnector.Options} Target */
/** @typedef {import('../pkg/core.js').Proxy} Proxy */

/**
 * Opens a connection to a target. A signal ends that at once, with everything that is open by then.
 *
 * @typedef {(target: Target, signal: AbortSignal) => Promise<Socket>} Connect
 */

/** One for each proxy, and one for none. @type {Map<string, Agent>} */
const agents = new Map();

/**
 * @param {Proxy} [proxy]
 * @returns {import('undici').Dispatcher} whose requests must have a signal
 */
export function connectionsThrough(proxy) {
  const key = proxy ? `${proxy.origin} ${proxy.authorization ?? ''}` : '';
  let agent = agents.get(key);
  if (!agent) agents.set(key, (agent = createAgent(proxy ? tunnelThrough(proxy) : openDirectly())));
  return agent;
}

/**
 * A connection that is opened for one request: a pool without pipelining gives it no second one before the first ended.
 */
class Connection extends Client {
  /** Of the request. @type {AbortSignal} */
  #signal = AbortSignal.abort();

  /**
   * @param {string | URL} origin
   * @param {Client.Options} options
   * @param {Connect} connect
   */
  constructor(origin, options, connect) {
    super(origin, {
      ...options,
      connect: (target, done) => {
        connect(target, this.#signal).then((socket) => {
          // undici would take a socket that is closed by now for a reason to open another one.
          if (socket.destroyed) throw Object.assign(new Error('closed'), { code: 'ECONNRESET' });
          done(null, socket);
        }).catch((error) => done(error, null));
      },
    });
  }

  /**
   * @override
   * @param {import('undici').Dispatcher.DispatchOptions & { signal?: AbortSignal }} options
   * @param {import('undici').Dispatcher.DispatchHandler} handler
   */
  dispatch(options, handler) {
    // By itself undici looks at the signal only when the connection is there.
    if (options.signal) this.#signal = options.signal;
    return super.dispatch(options, handler);
  }
}

/**
 * @param {Connect} connect
 * @returns {Agent}
 */
function createAgent(connect) {
  return new Agent({
    factory: (origin, options) => new Pool(origin, {
      ...options,
      factory: (each, own) => new Connection(each, /** @type {Client.Options} */ (own), connect),
    }),
  });
}

/** @returns {Connect} */
function openDirectly() {
  // The request has a time limit of its own.
  const open = buildConnector({ timeout: 0 });
  return (target, signal) => opened(open, target, signal);
}

/**
 * @param {Proxy} proxy
 * @returns {Connect}
 */
function tunnelThrough(proxy) {
  const open = buildConnector({ timeout: 0 });
  return async (target, signal) => {
    const tunnel = await askForTunnel(proxy, target, signal);
    return target.protocol === 'https:' ? opened(open, { ...target, httpSocket: tunnel }, signal) : tunnel;
  };
}

/**
 * @param {import('undici').buildConnector.connector} open
 * @param {Target} target
 * @param {AbortSignal} signal
 * @returns {Promise<Socket>}
 */
function opened(open, target, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      socket.destroy();
      reject(signal.reason);
    };
    const socket = /** @type {Socket} */ (/** @type {unknown} */ (open(target, (error, connected) => {
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve(connected);
    })));
    signal.addEventListener('abort', stop, { once: true });
    // Below TLS, a tunnel may close without an error.
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    if (signal.aborted) stop();
  });
}

/**
 * CONNECT (RFC 9110 section 9.3.6), once.
 *
 * @param {Proxy} proxy
 * @param {Target} target
 * @param {AbortSignal} signal
 * @returns {Promise<Socket>} rejects with the code `PROXY_<status>` where the proxy refuses
 */
function askForTunnel({ origin, authorization }, target, signal) {
  const { protocol, hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const authority = target.port ? target.host : `${target.host}:${target.protocol === 'https:' ? 443 : 80}`;
  return new Promise((resolve, reject) => {
    const request = (protocol === 'https:' ? requestOverTls : requestOverTcp)({
      method: 'CONNECT',
      host,
      port,
      path: authority,
      headers: {
        host: authority,
        'proxy-connection': 'keep-alive',
        ...(authorization !== undefined && { 'proxy-authorization': authorization }),
      },
      // Otherwise Node.js takes the name out of the field `Host`. An IP address is no name that TLS could ask for.
      servername: isIP(host) ? '' : host,
      // A connection of its own, and no proxy on the way to the proxy.
      agent: false,
      signal,
    });
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.on('error', () => {}).destroy();
      reject(Object.assign(new Error('refused'), { code: `PROXY_${statusCode}` }));
    });
    request.on('error', reject);
    request.end();
  });
}
