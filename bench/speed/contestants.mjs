// All contestants of the speed comparison. The first contestant is the package itself.
import * as arctic from '../peers/arctic.mjs';
import * as handWritten from '../peers/hand-written.mjs';
import * as oauth4webapi from '../peers/oauth4webapi.mjs';
import * as openidClient from '../peers/openid-client.mjs';
import * as plugin from '../peers/plugin.mjs';
import * as simpleOAuth2 from '../peers/simple-oauth2.mjs';

export const PEERS = [plugin, handWritten, oauth4webapi, openidClient, arctic, simpleOAuth2];

/** The checks that the package makes and a contestant omits, by the names of the contestant and the operation. */
export const skips = Object.fromEntries(PEERS.map((peer) => [peer.name, peer.skips]));

/** Whether a contestant validates the input of an operation. */
export const validates = (name, operation) =>
  !PEERS.find((peer) => peer.name === name).unchecked?.includes(operation);

export const contestants = (settings) => Object.fromEntries(PEERS.map((peer) => [peer.name, peer.create(settings)]));
