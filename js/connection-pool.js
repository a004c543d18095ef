/**
 * Opens the connections for requests, directly or through a proxy.
 *
 * In: the proxy of a request, if there is one. Out: an undici dispatcher with a pool of connections. Never: a second
 * attempt to connect, or an open connection whose request was aborted before it was sent.
 */

import { request as requestOverTcp } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { isIP } from 'node:net';
import { Agent, Client, Pool, buildConnector } from 'undici';

/** @typedef {import('node:net').Socket} Socket */
/** @typedef {import('undici').buildConnector.Options} Target the origin to connect to */
/** @typedef {import('../pkg/core.js').Proxy} Proxy */

/**
 * Opens a connection to an origin. If the signal is aborted, the attempt ends at once, and its sockets are closed.
 *
 * @typedef {(target: Target, signal: AbortSignal) => Promise<Socket>} Connect
 */

/** One agent for each proxy, and one for direct connections. @type {Map<string, Agent>} */
const agents = new Map();

/**
 * @param {Proxy} [proxy]
 * @returns {import('undici').Dispatcher} requires a signal for each request
 */
export function dispatcherFor(proxy) {
  const key = proxy ? `${proxy.origin} ${proxy.authorization ?? ''}` : '';
  let agent = agents.get(key);
  if (!agent) agents.set(key, (agent = createAgent(proxy ? connectThrough(proxy) : connectDirectly())));
  return agent;
}

/**
 * One connection. A pool without pipelining gives a connection the next request only after the previous request has ended, so
 * only one signal applies at a time.
 */
class PooledConnection extends Client {
  /** The signal of the current request. @type {AbortSignal} */
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
          // undici would open another connection if it got a closed socket.
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
    // undici itself ignores the signal until the connection is open.
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
      factory: (each, own) => new PooledConnection(each, /** @type {Client.Options} */ (own), connect),
    }),
  });
}

/** @returns {Connect} */
function connectDirectly() {
  // undici needs no timeout for connecting, because the request has its own time limit.
  const open = buildConnector({ timeout: 0 });
  return (target, signal) => connectOnce(open, target, signal);
}

/**
 * @param {Proxy} proxy
 * @returns {Connect}
 */
function connectThrough(proxy) {
  const open = buildConnector({ timeout: 0 });
  return async (target, signal) => {
    const tunnel = await openTunnel(proxy, target, signal);
    return target.protocol === 'https:' ? connectOnce(open, { ...target, httpSocket: tunnel }, signal) : tunnel;
  };
}

/**
 * @param {import('undici').buildConnector.connector} open
 * @param {Target} target
 * @param {AbortSignal} signal
 * @returns {Promise<Socket>}
 */
function connectOnce(open, target, signal) {
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
    // A tunnel may close during the TLS handshake without an error.
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    if (signal.aborted) stop();
  });
}

/**
 * Opens a tunnel by one CONNECT request (RFC 9110 section 9.3.6).
 *
 * @param {Proxy} proxy
 * @param {Target} target
 * @param {AbortSignal} signal
 * @returns {Promise<Socket>} rejects with the code `PROXY_<status>` if the proxy refuses the tunnel
 */
function openTunnel({ origin, authorization }, target, signal) {
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
      // Without this option, Node.js would take the server name from the field `Host`. TLS allows no IP address as a server name
      // (RFC 6066 section 3).
      servername: isIP(host) ? '' : host,
      // Without an agent, Node.js opens a new connection, and uses no other proxy to reach this proxy.
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
